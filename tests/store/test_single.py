"""File systems without an exclusive create: one writer, who is told so; readers as many as like."""

import http.server
import pickle
import shutil
import threading
import uuid

import fsspec
import pytest
from fsspec.implementations.dirfs import DirFileSystem

from armwright.store import ExperimentFolder, StoreError, create
from armwright.store.files import files_for
from armwright.store.location import Location, locate_root
from armwright.store.single import SingleWriterFiles, SingleWriterWarning
from armwright.store.testing import CreateContract
from armwright.store.token import new_token

quiet = pytest.mark.filterwarnings("ignore::armwright.store.single.SingleWriterWarning")


@quiet
class TestPlainFileSystem(CreateContract):
    """Any file system of fsspec's: what one process at a time sees of it."""

    @pytest.fixture
    def place(self, tmp_path):
        return DirFileSystem(str(tmp_path), fsspec.filesystem("file")), "root"


@pytest.fixture
def made(tmp_path):
    """An experiment on disk with a completed trial."""
    folder = ExperimentFolder.create(tmp_path / "runs" / "lr", document={"a": 1}, config={})
    folder.end(folder.add_trial(lambda *_: {"lr": 0.1}, claim={}), 1, {"state": "completed"})
    return folder


def test_the_first_write_says_once_that_there_may_be_one_writer(tmp_path):
    files = files_for(DirFileSystem(str(tmp_path), fsspec.filesystem("file")))
    assert not files.exclusive
    token, other = new_token(), new_token()
    with pytest.warns(SingleWriterWarning, match="only one process at a time"):
        create(files, "a", token.encode(), token)
    create(files, "b", other.encode(), other)  # a second warning would be an error here


@quiet
def test_the_marker_says_that_there_is_no_exclusive_create(tmp_path):
    files = files_for(DirFileSystem(str(tmp_path), fsspec.filesystem("file")))
    place = Location(url="dir://x/lr", files=files, path="x/lr")
    ExperimentFolder.create_at(place, document={}, config={})
    assert b'"exclusive_create": false' in (tmp_path / "x/armwright-store.json").read_bytes()


def test_an_archive_is_read_and_cannot_be_written(made, tmp_path):
    archive = shutil.make_archive(str(tmp_path / "lr"), "zip", root_dir=tmp_path / "runs")
    files = files_for(fsspec.filesystem("zip", fo=archive))
    place = Location(url=f"zip://lr::{archive}", files=files, path="lr")
    folder = ExperimentFolder.open_at(place)
    assert folder.state.trials == made.state.trials
    with pytest.warns(SingleWriterWarning), pytest.raises(StoreError, match="cannot write"):
        folder.add_trial(lambda *_: {}, claim={})


@pytest.fixture
def website(made, tmp_path):
    """The experiment's root, served over HTTP with listings."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(tmp_path))

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", made
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_web_server_that_lists_folders_is_read(website):
    url, made = website
    folder = ExperimentFolder.open(f"{url}/runs/lr")
    assert folder.state.trials == made.state.trials
    assert folder.state.damaged == ()
    with pytest.warns(SingleWriterWarning), pytest.raises(StoreError, match="cannot write"):
        folder.add_trial(lambda *_: {}, claim={})


def test_a_password_in_a_url_is_for_opening_only():
    place = locate_root("ftp://ada:sesame@host:22/runs")
    assert (place.url, place.path) == ("ftp://ada@host:22/runs", "/runs")
    assert "sesame" not in repr(place) + place.url + repr(place.files)


def test_a_file_system_that_was_given_goes_to_other_processes(tmp_path):
    files = SingleWriterFiles(DirFileSystem(str(tmp_path), fsspec.filesystem("file")))
    files.overwrite("a", b"x")
    again = pickle.loads(pickle.dumps(files))  # noqa: S301 our own
    assert dict(again.read(["a"])) == {"a": b"x"}
    assert again.modified("a") == pytest.approx((tmp_path / "a").stat().st_mtime, abs=1.0)
    assert uuid.uuid4().hex not in again.list("").files

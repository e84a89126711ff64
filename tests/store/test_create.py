"""The primitive on the file systems that have it, and in the ways they fail."""

import errno
import itertools
import json
import os
import resource
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import fsspec
import pytest

from armwright.store import ExperimentFolder, StoreError, UnavailableError, UncertainError, create
from armwright.store.posix import PosixFiles
from armwright.store.removal import remove_experiment
from armwright.store.testing import CreateContract, SharedCreateContract
from armwright.store.token import new_token


class TestLocal(SharedCreateContract):
    """The local disk."""

    @pytest.fixture
    def place(self, tmp_path):
        return fsspec.filesystem("file"), str(tmp_path)


class TestLocalWithoutUnnamedFiles(SharedCreateContract):
    """A disk that has no files without a name, as NFS."""

    @pytest.fixture
    def place(self, tmp_path, monkeypatch):
        refuse_unnamed(monkeypatch)
        return PosixFiles(), str(tmp_path)


class TestMemory(CreateContract):
    """The memory of one process."""

    @pytest.fixture
    def place(self):
        return fsspec.filesystem("memory", global_store=False, skip_instance_cache=True), "/root"


class TestLocalWithoutHardLinks(CreateContract):
    """A disk that answers as FAT does when it is asked for a hard link."""

    @pytest.fixture
    def place(self, tmp_path, monkeypatch):
        refuse_links(monkeypatch)
        return PosixFiles(), str(tmp_path)


def refuse_unnamed(monkeypatch):
    monkeypatch.setattr("armwright.store.posix_create._UNNAMED_FILE", 0)


def refuse_links(monkeypatch):
    def refuse(source, target, **_options):
        raise OSError(errno.EPERM, "Operation not permitted", source, None, target)

    monkeypatch.setattr(os, "link", refuse)


def body_of(token):
    return json.dumps({"token": token}).encode()


def names(folder):
    return sorted(path.name for path in Path(folder).iterdir())


@pytest.fixture(params=["unnamed", "named"])
def each_way(request, monkeypatch):
    """The content's first home: a file without a name, or one with a temporary name."""
    if request.param == "named":
        refuse_unnamed(monkeypatch)


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="files without a name are Linux's")
def test_killed_before_the_link_it_leaves_nothing_on_a_local_disk(tmp_path, monkeypatch):
    seen = []
    really = os.link

    def look_and_link(source, target, **options):
        seen.append(names(tmp_path))
        really(source, target, **options)

    monkeypatch.setattr(os, "link", look_and_link)
    token = new_token()
    assert create(PosixFiles(), f"{tmp_path}/a", body_of(token), token) == "won"
    assert seen == [[]]


@pytest.mark.usefixtures("each_way")
@pytest.mark.parametrize("number", [errno.EEXIST, errno.EIO])
def test_a_link_whose_reply_was_lost_is_won(tmp_path, monkeypatch, number):
    really = os.link

    def link_and_lose_the_reply(source, target, **options):
        really(source, target, **options)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", link_and_lose_the_reply)
    token = new_token()
    assert create(PosixFiles(), f"{tmp_path}/a", body_of(token), token) == "won"
    assert names(tmp_path) == ["a"]


def test_a_fact_from_before_a_crash_is_won_by_its_token(tmp_path):
    token = new_token()
    (tmp_path / "a").write_bytes(body_of(token))
    assert create(PosixFiles(), f"{tmp_path}/a", body_of(token), token) == "won"


def test_a_torn_file_under_the_name_is_anothers(tmp_path):
    token = new_token()
    (tmp_path / "a").write_bytes(b"")
    assert create(PosixFiles(), f"{tmp_path}/a", body_of(token), token) == "lost"


def test_a_folder_under_the_name_is_anothers(tmp_path):
    token = new_token()
    (tmp_path / "a").mkdir()
    assert create(PosixFiles(), f"{tmp_path}/a", body_of(token), token) == "lost"


@pytest.mark.parametrize(
    ("unnamed", "works"), [(True, 0), (True, 1), (True, 2), (False, 0), (False, 1)]
)
def test_a_disk_that_fails_leaves_nothing(tmp_path, monkeypatch, unnamed, works):
    # Without links the content is written once more for each way there is.
    links = works == 0
    if not unnamed:
        refuse_unnamed(monkeypatch)
    really = os.fsync

    def fail(descriptor):
        nonlocal works
        works -= 1
        if works < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        really(descriptor)

    if not links:
        refuse_links(monkeypatch)
    monkeypatch.setattr(os, "fsync", fail)
    token = new_token()
    with pytest.raises(StoreError, match="no space left on device") as caught:
        create(PosixFiles(), f"{tmp_path}/a", body_of(token), token)
    assert "nothing was changed" in caught.value.hint
    assert names(tmp_path) == []


def test_a_doubtful_answer_is_an_uncertain_error(tmp_path, monkeypatch):
    def fail(*_paths, **_options):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "link", fail)
    token = new_token()
    with pytest.raises(UncertainError, match="may have been written") as caught:
        create(PosixFiles(), f"{tmp_path}/a", body_of(token), token)
    assert caught.value.retryable


def stale_for(monkeypatch, name, times):
    """Makes a call to the system answer some times as NFS does when another node removed a file."""
    really, answers = getattr(os, name), itertools.repeat(True, times)

    def call(*arguments, **options):
        if next(answers, False):
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))
        return really(*arguments, **options)

    monkeypatch.setattr(os, name, call)
    monkeypatch.setattr("armwright.store.posix.time.sleep", lambda _seconds: None)


def test_a_stale_handle_is_tried_again(tmp_path, monkeypatch):
    (tmp_path / "a").write_bytes(b"x")
    files = PosixFiles()
    for call, answer in (
        ("open", lambda: dict(files.read([f"{tmp_path}/a"]))[f"{tmp_path}/a"] == b"x"),
        ("scandir", lambda: files.list(str(tmp_path)).files == ("a",)),
        ("stat", lambda: files.modified(f"{tmp_path}/a") is not None),
    ):
        with monkeypatch.context() as patch:
            stale_for(patch, call, 3)
            assert answer()


def test_a_handle_that_stays_stale_is_a_retryable_error(tmp_path, monkeypatch):
    stale_for(monkeypatch, "scandir", 1000)
    with pytest.raises(UnavailableError, match="tale file handle") as caught:
        PosixFiles().list(str(tmp_path))
    assert caught.value.retryable


def test_a_thousand_stale_files_are_not_each_waited_for(tmp_path, monkeypatch):
    waits = []
    stale_for(monkeypatch, "open", 10**9)
    monkeypatch.setattr("armwright.store.posix.time.sleep", waits.append)
    found = dict(PosixFiles().read([f"{tmp_path}/{index}" for index in range(1000)]))
    assert {type(error) for error in found.values()} == {OSError}
    assert len(waits) == 4


def test_a_file_on_the_way_is_named(tmp_path):
    (tmp_path / "f").write_text("a file")
    token = new_token()
    with pytest.raises(StoreError, match=r"cannot write .*f/a'") as caught:
        create(PosixFiles(), f"{tmp_path}/f/a", body_of(token), token)
    assert "a file stands where a folder is needed" in caught.value.hint


def test_a_body_without_its_token_is_refused(tmp_path):
    with pytest.raises(ValueError, match="must hold the token"):
        create(PosixFiles(), f"{tmp_path}/a", b"{}", new_token())


def test_a_token_cannot_lead_elsewhere(tmp_path):
    token = "../../../elsewhere"  # noqa: S105
    with pytest.raises(ValueError, match="8 to 64 letters"):
        create(PosixFiles(), f"{tmp_path}/a", token.encode(), token)


def test_what_is_no_file_system_is_refused_by_name():
    token = new_token()
    with pytest.raises(StoreError, match="cannot keep experiments on 'ftps'") as caught:
        create(NoFileSystem(), "/a", body_of(token), token)
    assert "s3://" in caught.value.hint


class NoFileSystem:
    """Has the one thing that is asked of it before it is refused."""

    protocol = "ftps"


def test_a_limit_on_file_sizes_leaves_nothing_under_the_name(tmp_path):
    code = """
import resource, sys
from armwright.store import ExperimentFolder, StoreError, create
from armwright.store.posix import PosixFiles
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    create(PosixFiles(), sys.argv[1] + "/a", b"12345678" + bytes(100_000), "12345678")
except StoreError as error:
    print(error)
"""
    done = run(code, str(tmp_path))
    assert "file too large" in done
    assert "nothing was changed" in done
    assert names(tmp_path) == []


@pytest.fixture
def tiny_disk(tmp_path):
    """A file system of 64 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount(disk, "size=64k")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)  # noqa: S607


def mount(place, options):
    if os.geteuid() != 0:
        pytest.skip("only root can mount a tiny file system")
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"cannot mount a tmpfs here: {done.stderr.strip()}")


def test_a_full_disk_leaves_nothing_and_the_rest_readable(tiny_disk):
    files, written = PosixFiles(), []
    with pytest.raises(StoreError, match="no space left on device"):  # noqa: PT012
        for index in range(100):
            token = new_token()
            create(files, f"{tiny_disk}/{index}", body_of(token) + bytes(3000), token)
            written.append(str(index))
    assert written
    assert names(tiny_disk) == sorted(written)
    for name in written:
        assert len(Path(tiny_disk, name).read_bytes()) > 3000


def test_an_experiment_on_a_full_disk_stays_readable_and_goes_on_when_there_is_room(tiny_disk):
    folder = ExperimentFolder.create(tiny_disk / "lr", document={}, config={})
    folder.add_trial(lambda *_: {"lr": 0.1}, claim={})
    with suppress(OSError), (tiny_disk / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))
    with pytest.raises(StoreError, match="no space left on device"):
        folder.end(0, 1, {"state": "completed"})
    assert ExperimentFolder.open(folder.url).state == folder.state
    assert folder.state.trials[0].status == "running"
    (tiny_disk / "filler").unlink()
    folder.end(0, 1, {"state": "completed"})
    assert ExperimentFolder.open(folder.url).state.trials[0].status == "completed"


def test_a_read_only_disk_says_so(tiny_disk):
    subprocess.run(["mount", "-o", "remount,ro", str(tiny_disk)], check=True)  # noqa: S607
    token = new_token()
    with pytest.raises(StoreError, match="read-only file system") as caught:
        create(PosixFiles(), f"{tiny_disk}/a", body_of(token), token)
    assert "not mounted read-only" in caught.value.hint


def test_reading_stops_at_a_limit_and_at_pipes(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "huge").open("wb") as file:
        file.truncate(1 << 34)
    limit = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + (64 << 10)
    found = dict(PosixFiles().read([f"{tmp_path}/pipe", f"{tmp_path}/huge"]))
    assert found[f"{tmp_path}/pipe"] == b""
    assert len(found[f"{tmp_path}/huge"]) == 5 << 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < limit


def run(code, *arguments):
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_an_experiment_can_be_removed_from_a_full_disk(tiny_disk):
    folder = ExperimentFolder.create(tiny_disk / "lr", document={}, config={})
    with suppress(OSError), (tiny_disk / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))
    remove_experiment(folder.url)
    assert not (tiny_disk / "lr" / "experiment.json").exists()

"""Names cannot escape their root, and URLs lead where people mean."""

import os

import pytest

from armwright.store import ExperimentFolder, InvalidNameError, StoreError, experiment_url
from armwright.store.location import locate, locate_root

BAD_NAMES = {
    "": "is empty",
    "..": "starts with a dot",
    ".hidden": "starts with a dot",
    "../up": "has a path separator",
    "a/b": "has a path separator",
    "a\\b": "has a path separator",
    "/etc": "has a path separator",
    "a\nb": "has a control character",
    "a\0b": "has a control character",
    "a\x7fb": "has a control character",
    "a\udcffb": "has a control character",
    "a\u2028b": "has a control character",
    "a\x85b": "has a control character",
    " a": "starts or ends with a space",
    "ö" * 128: "is 256 bytes long, 255 are allowed",
    "armwright-store.json": "is the store's own file",
}


@pytest.mark.parametrize(("name", "problem"), BAD_NAMES.items(), ids=ascii)
def test_a_name_that_cannot_be_a_folders_is_refused(name, problem):
    with pytest.raises(InvalidNameError, match=problem):
        experiment_url("/root", name)


@pytest.mark.parametrize("name", ["lr", "lr 2", "Läufe", "a.b", "x" * 255, "a..b", "[*]?#%20"])
def test_every_other_name_is_kept_as_it_is(root, name):
    folder = ExperimentFolder.create(experiment_url(root, name), document={}, config={})
    assert folder.name == name
    assert ExperimentFolder.open(folder.url).id == folder.id


@pytest.mark.parametrize("url", ["/root/.hidden", "/root/x/..", "memory://", "/", "file:///"])
def test_a_url_without_a_name_is_refused(url):
    with pytest.raises(InvalidNameError, match="name"):
        locate(url)


@pytest.mark.parametrize("url", ["memory://a/../b", "memory://../b", "", "/a\0b"])
def test_a_url_with_no_plain_path_is_refused(url):
    with pytest.raises(InvalidNameError, match=r"part|path"):
        locate(url)


@pytest.mark.parametrize("url", ["simplecache::s3://b/lr", "filecache://b/lr"])
def test_a_file_system_that_cannot_keep_experiments_is_named(url):
    with pytest.raises(StoreError, match="cannot keep experiments on") as caught:
        locate(url)
    assert "s3://" in caught.value.hint


def test_a_relative_path_stays_where_it_was_when_the_process_moves_on(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = ExperimentFolder.create("runs/lr", document={}, config={})
    monkeypatch.chdir("/")
    folder.refresh()
    assert folder.url == f"{tmp_path}/runs/lr"


def test_the_present_folder_and_home_have_names(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert locate(".").name == tmp_path.name
    assert locate("~/lr").path == f"{tmp_path}/lr"
    assert locate("../x/lr").path == os.path.abspath("../x/lr")  # noqa: PTH100


@pytest.mark.parametrize(
    ("url", "root_url", "root_path"),
    [
        ("/lr", "/", "/"),
        ("/a/lr/", "/a", "/a"),
        ("file:///a/lr", "/a", "/a"),
        ("memory://lr", "memory://", "/"),
        ("memory://a/lr", "memory://a", "/a"),
    ],
)
def test_the_root_is_the_folder_above(url, root_url, root_path):
    root = locate(url).root
    assert (root.url, root.path) == (root_url, root_path)
    assert locate_root(root.url).path == root_path

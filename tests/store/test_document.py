"""One document in one file: replaced as a whole, whatever happens, and faults named."""

import os
import signal
import subprocess
import sys
import uuid

import pytest

from armwright.errors import ExperimentNotFoundError, StoreError
from armwright.store import read_document, write_document

OLD, NEW = b'{"old": 1}', b'{"new": 2}' * 1000


@pytest.fixture
def path(tmp_path):
    return tmp_path / "e.json"


def names(folder):
    return [item.name for item in folder.iterdir()]


@pytest.mark.parametrize("form", ["{}", "file://{}", "local://{}"])
def test_what_is_written_is_read_and_nothing_else_is_left(form, path):
    url = form.format(path)
    for body in (OLD, NEW):
        write_document(url, body)
        assert read_document(url) == path.read_bytes() == body
    assert names(path.parent) == ["e.json"]


def test_memory_keeps_documents_too():
    url = f"memory://{uuid.uuid4().hex}/e.json"
    with pytest.raises(ExperimentNotFoundError, match="there is no such file"):
        read_document(url)
    write_document(url, OLD)
    write_document(url, NEW)
    assert read_document(url) == NEW


def test_folders_on_the_way_are_made(tmp_path):
    write_document(str(tmp_path / "a" / "b" / "e.json"), OLD)
    assert read_document(str(tmp_path / "a" / "b" / "e.json")) == OLD


def test_a_home_folder_may_be_meant(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    write_document("~/e.json", OLD)
    assert read_document("~/e.json") == (tmp_path / "e.json").read_bytes()


def test_what_a_link_leads_to_is_replaced_and_not_the_link(tmp_path):
    (tmp_path / "shared").mkdir()
    target, link = tmp_path / "shared" / "e.json", tmp_path / "e.json"
    target.write_bytes(OLD)
    link.symlink_to(target)
    write_document(str(link), NEW)
    assert link.is_symlink()
    assert target.read_bytes() == NEW


def test_permissions_stay_and_new_files_get_the_usual_ones(path):
    write_document(str(path), OLD)
    mask = os.umask(0)
    os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask
    path.chmod(0o640)
    write_document(str(path), NEW)
    assert path.stat().st_mode & 0o777 == 0o640


KILLED = """
import os, signal, sys
from pathlib import Path
from armwright.store import write_document

left = int(sys.argv[2])

def trapped(really):
    def call(*args, **kwargs):
        global left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
        return really(*args, **kwargs)
    return call

for owner, name in ((os, "open"), (os, "fsync"), (os, "chmod"), (os, "replace"), (os, "close")):
    setattr(owner, name, trapped(getattr(owner, name)))
write_document(sys.argv[1], b'{"new": 2}' * 1000)
"""


def test_a_process_killed_anywhere_leaves_the_old_document_or_the_new_one(tmp_path):
    found = []
    for kill in range(20):
        path = tmp_path / str(kill) / "e.json"
        write_document(str(path), OLD)
        command = [sys.executable, "-c", KILLED, str(path), str(kill)]
        code = subprocess.run(command, check=False).returncode
        found.append(read_document(str(path)))
        if code == 0:
            break
        assert code == -signal.SIGKILL
    assert found[-1] == NEW
    assert set(found) == {OLD, NEW}
    assert found == sorted(found, key=lambda body: body == NEW)
    assert len(found) > 4


def test_an_error_leaves_the_old_document_and_no_temporary_file(path, monkeypatch):
    write_document(str(path), OLD)

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match=r"cannot write .*no space left on device\nhint: free"):
        write_document(str(path), NEW)
    assert path.read_bytes() == OLD
    assert names(path.parent) == ["e.json"]


def test_a_folder_under_the_documents_name_is_refused(tmp_path):
    (tmp_path / "e.json").mkdir()
    with pytest.raises(StoreError, match="is a directory"):
        write_document(str(tmp_path / "e.json"), NEW)
    with pytest.raises(StoreError, match=r"cannot read .*is a directory"):
        read_document(str(tmp_path / "e.json"))
    assert names(tmp_path) == ["e.json"]


AS_SOMEBODY = """
import os, sys
from armwright.errors import StoreError
from armwright.store import write_document
os.setuid(65534)
try:
    write_document(sys.argv[1], b"{}")
except StoreError as error:
    print(error)
"""


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="needs another user to be")
def test_a_folder_we_may_not_write_to_is_refused_in_words(path):
    write_document(str(path), OLD)
    for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
        folder.chmod(0o755)
    command = [sys.executable, "-c", AS_SOMEBODY, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "permission denied\nhint: check that you may write there" in done.stdout
    assert path.read_bytes() == OLD


def test_a_file_system_that_is_not_there_is_named():
    with pytest.raises(StoreError, match="knows no file system 'nosuch'"):
        write_document("nosuch://a/e.json", NEW)

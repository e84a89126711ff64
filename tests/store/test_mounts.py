"""Real file systems that this machine mounts for the test: NFS and FAT, inside User Mode Linux.

NFS has two mounts that do not share a cache: what two nodes of a cluster are.
"""

import os
import uuid
from pathlib import Path

import fsspec
import pytest

from armwright.store import ExperimentFolder
from armwright.store.testing import SharedCreateContract

pytestmark = pytest.mark.nfs


class TestNfs(SharedCreateContract):
    """One node for all that one process does; the race is between both."""

    @pytest.fixture
    def place(self, nfs_mounts):
        return fsspec.filesystem("file"), nfs_mounts[0]

    @pytest.fixture
    def doors(self, nfs_mounts):
        return [(fsspec.filesystem("file"), mount) for mount in nfs_mounts]


class TestFat(SharedCreateContract):
    """A file system that refuses hard links, so that names are opened with O_EXCL."""

    refused_letters = '*?"<>|:'

    @pytest.fixture
    def place(self):
        if "FAT_DIR" not in os.environ:
            pytest.skip("FAT_DIR is not set: no FAT; scripts/test-stores mounts one")
        folder = Path(os.environ["FAT_DIR"], uuid.uuid4().hex)
        (folder / "x").mkdir(parents=True)
        (folder / "y").touch()
        with pytest.raises(PermissionError, match="not permitted"):
            (folder / "x" / "y").hardlink_to(folder / "y")
        (folder / "y").unlink()
        folder = folder / "x"
        return fsspec.filesystem("file"), str(folder)


@pytest.fixture
def nodes(nfs_mounts):
    """One experiment, as each of two nodes has it open."""
    first, second = (f"{mount}/lr" for mount in nfs_mounts)
    ExperimentFolder.create(first, document={}, config={})
    return ExperimentFolder.open(first), ExperimentFolder.open(second)


def test_a_trial_of_one_node_is_seen_by_the_other(nodes):
    here, there = nodes
    for number in range(5):
        assert there.refresh().trials.keys() == set(range(number))  # looked up and absent
        here.add_trial(lambda *_: {"lr": 0.1}, claim={})
        assert list(there.refresh().trials) == list(range(number + 1))


def test_an_end_written_by_one_node_is_refused_to_the_other(nodes):
    here, there = nodes
    for number in range(5):
        here.add_trial(lambda *_: {"lr": 0.1}, claim={})
        assert there.claim(number, 1) == "lost"
        assert here.claim(number, 1) == "lost"
        there.end(number, 1, {"state": "completed"})
        assert here.refresh().trials[number].status == "completed"


def test_both_nodes_add_trials_under_different_numbers(nodes):
    numbers = [
        node.add_trial(lambda *_: {"lr": 0.1}, claim={}) for _ in range(10) for node in nodes
    ]
    assert len(set(numbers)) == 20
    for node in nodes:
        assert sorted(numbers) == list(node.refresh().trials)

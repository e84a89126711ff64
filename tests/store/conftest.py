"""Places to keep an experiment, and experiments in them."""

import uuid

import pytest

from armwright.store import ExperimentFolder

pytest.register_assert_rewrite("armwright.store.testing")


@pytest.fixture(params=["disk", "memory"])
def root(request, tmp_path):
    """An empty root, on each file system that is supported."""
    if request.param == "disk":
        return str(tmp_path)
    return f"memory://{uuid.uuid4().hex}"


@pytest.fixture
def folder(root):
    """A fresh experiment."""
    return ExperimentFolder.create(f"{root}/lr", document={"a": 1}, config={"c": 1})


@pytest.fixture
def disk_folder(tmp_path):
    """A fresh experiment on disk, whose files a test can reach."""
    return ExperimentFolder.create(tmp_path / "lr", document={"a": 1}, config={"c": 1})

"""Places to keep experiments, and experiments in every condition."""

import sys
import uuid
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for zoo.py

from zoo import DEFINITION

import armwright


@pytest.fixture(params=["document", "folder", "memory"])
def place(request, tmp_path):
    """Where to save: a .json document, a store folder on disk, one in memory."""
    if request.param == "document":
        return str(tmp_path / "e.json")
    if request.param == "folder":
        return str(tmp_path / "runs" / "e")
    return f"memory://{uuid.uuid4().hex}/e"


@pytest.fixture
def url(tmp_path):
    """Where an experiment may be made."""
    return tmp_path / "runs" / "e"


@pytest.fixture
def stored(url):
    """A small experiment there."""
    return armwright.create(url, DEFINITION, seed=5)

"""Places to keep experiments, and experiments in every condition."""

import sys
import uuid
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for zoo.py


@pytest.fixture(params=["document", "folder", "memory"])
def place(request, tmp_path):
    """Where to save: a .json document, a store folder on disk, one in memory."""
    if request.param == "document":
        return str(tmp_path / "e.json")
    if request.param == "folder":
        return str(tmp_path / "runs" / "e")
    return f"memory://{uuid.uuid4().hex}/e"

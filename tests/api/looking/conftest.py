"""Experiments to look at, in folders."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for told_experiments.py

from told_experiments import told


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Seven trials: 0 is feasible, 1 breaks the bound, 2 failed, 3 and 5 are better than 0."""
    return told(tmp_path_factory.mktemp("looking") / "e")


@pytest.fixture(scope="module")
def several(tmp_path_factory):
    """The same with two objectives."""
    return told(tmp_path_factory.mktemp("looking") / "several", several=True)

"""Running the command in this process, and experiments for it to work on."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from armwright.cli import main

sys.path.insert(0, str(Path(__file__).parent))  # for results.py

DEFINITION = """
budget = 3
seed = 5
tracking_metrics = ["a=b"]
objective = {metric = "loss", minimize = true}
parameters = [
  {name = "x", type = "range", bounds = [0.0, 1.0]},
  {name = "kind = 1", type = "choice", values = ["a", "[red]b c", "ü"]},
]
"""


@pytest.fixture(autouse=True)
def clean(monkeypatch):
    """No variable of whoever runs the tests."""
    for name in ("ARMWRIGHT_EXPERIMENT", "ARMWRIGHT_SEED"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def run():
    """Runs the command with words; the result has stdout, stderr and exit_code."""

    def run(*words, stdin=None):
        return CliRunner().invoke(main, [str(word) for word in words], input=stdin)

    return run


@pytest.fixture
def definition(tmp_path):
    path = tmp_path / "e.toml"
    path.write_text(DEFINITION, encoding="utf-8")
    return path


@pytest.fixture
def url(tmp_path, definition, run):
    """An experiment without trials."""
    folder = tmp_path / "runs" / "e"
    assert run("create", folder, "--from", definition).exit_code == 0
    return folder


@pytest.fixture
def asked(url, run):
    """The same with trials 0 and 1 running."""
    assert run("ask", url, "-n", "2").exit_code == 0
    return url

"""Running the command in this process, and experiments for it to work on."""

import json
import os
import pty
import sys
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from armwright.cli import main
from armwright.cli.main import _ALIASES, _VERBS
from armwright.cli.schema import schema_of
from armwright.sigopt.config import config

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
def clean(monkeypatch, tmp_path):
    """No variable and no settings of whoever runs the tests, and none that a command leaves."""
    before = dict(os.environ)
    for name in [name for name in before if name.startswith("ARMWRIGHT_")]:
        if name != "ARMWRIGHT_CACHE":
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "no-config"))
    kept = set(os.environ)
    yield
    for name in set(os.environ) - kept:
        if name.startswith("ARMWRIGHT_"):
            del os.environ[name]


@pytest.fixture
def terminal():
    """Both ends of a pseudo-terminal; the test closes them."""
    try:
        return pty.openpty()
    except OSError as error:  # a container may have no /dev/pts
        pytest.skip(f"no pseudo-terminal here: {error}")


@cache
def validator(verb):
    return Draft202012Validator(schema_of(verb))


@pytest.fixture
def run():
    """Runs the command with words; the result has stdout, stderr and exit_code.

    Whatever it prints with --json keeps to the schema of its verb that ships.
    """

    def run(*words, stdin=None):
        words = [str(word) for word in words]
        result = CliRunner().invoke(main, words, input=stdin)
        verb = _ALIASES.get(words[0], words[0])
        # What these two print is said by a program that they start.
        if "--json" in words and verb in _VERBS and verb not in ("exec", "sigopt"):
            for line in result.stdout.splitlines():
                validator(verb).validate(json.loads(line))
        return result

    return run


@pytest.fixture
def sigopt_folder(tmp_path, monkeypatch):
    """The current folder, with a store of SigOpt code's, a project, and no choices of a user's."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ARMWRIGHT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "choices"))
    monkeypatch.setenv("SIGOPT_PROJECT", "tests")
    monkeypatch.setattr(config, "_choices", None)
    yield tmp_path
    config._choices = None


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

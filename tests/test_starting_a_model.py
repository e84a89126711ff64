"""What a command that makes an arm with a model must not load: pandas takes longer than the arm."""

import json
import os
import subprocess
import sys

import pytest

ASK = """
import json, sys
from armwright.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    code = end.code
print(json.dumps([code, sorted(sys.modules)]), file=sys.stderr)
"""
SETUP = """
import sys
from armwright.cli import main
from armwright.persistence import StoredExperiment
try:
    main(["create", sys.argv[1], "--from", sys.argv[2]])
except SystemExit as end:
    assert not end.code
stored = StoredExperiment.open(sys.argv[1])
for trial in stored.ask(8, within=0.0):
    stored.tell(trial.number, {"loss": (trial.arm.parameters["x"] - 0.3) ** 2})
"""
DEFINITION = """
objective = {metric = "loss"}
seed = 0
parameters = [{name = "x", type = "range", bounds = [0.0, 1.0]}]
"""


@pytest.fixture
def known(tmp_path):
    """An experiment of eight results."""
    url, definition = str(tmp_path / "x"), tmp_path / "x.toml"
    definition.write_text(DEFINITION)
    subprocess.run(
        [sys.executable, "-c", SETUP, url, str(definition)],
        check=True,
        capture_output=True,
    )
    return url


def asked(url, cache, *words):
    done = subprocess.run(
        [sys.executable, "-c", ASK, "ask", url, *words],
        env=os.environ | {"ARMWRIGHT_CACHE": str(cache)},
        capture_output=True,
        text=True,
        check=True,
    )
    code, modules = json.loads(done.stderr.splitlines()[-1])
    assert code == 0, done.stderr
    return set(modules)


def test_asking_with_no_time_for_a_model_loads_no_pandas(known):
    assert not asked(known, "off", "--within", "1") & {"pandas", "pyarrow"}


@pytest.mark.slow
def test_asking_with_a_model_loads_no_pandas_and_of_scipy_only_lapack(known, tmp_path):
    asked(known, tmp_path / "cache")  # compiles
    modules = asked(known, tmp_path / "cache")
    assert "jax" in modules
    assert not modules & {"pandas", "pyarrow", "scipy.linalg", "scipy.special", "numpy.testing"}

"""Where results carry noise the best by its measured value is marked so by what asks no model."""

import json
import subprocess
import sys

import pytest
from results import document

DEFINITION = """
seed = 1
budget = 9
objective = {metric = "loss", minimize = true}
parameters = [{name = "x", type = "range", bounds = [0.0, 1.0]}]
"""
NOISE = " measured; results carry noise, see armwright best"


@pytest.fixture
def told(run, tmp_path):
    """Makes an experiment with six results, of which the first one is the lowest."""

    def told(sem):
        url = tmp_path / "runs" / "n"
        assert run("create", url, "--from", "-", stdin=DEFINITION).exit_code == 0
        lines = [
            {"parameters": {"x": number / 8}, "values": {"loss": [float(number), sem]}}
            for number in range(6)
        ]
        given = "\n".join(map(json.dumps, lines))
        assert run("add", url, "--from", "-", stdin=given).exit_code == 0
        return url

    return told


def test_list_and_status_mark_the_best_of_noisy_results_as_measured(run, told):
    url = told(0.5)
    assert run("list", url.parent).stdout.splitlines()[1].rstrip().endswith("  loss 0 measured")
    assert f"best: trial 0, loss 0{NOISE}" in run("status", url).stdout.splitlines()
    (listed,) = document(run("list", url.parent, "--json"))["experiments"]
    best = {"trial": 0, "values": {"loss": 0.0}, "trade_offs": None, "noisy": True}
    assert listed["best"] == best
    assert document(run("status", url, "--json"))["best"] == best


def test_without_noise_nothing_is_marked(run, told):
    url = told(0.0)
    assert run("list", url.parent).stdout.splitlines()[1].rstrip().endswith("  loss 0")
    assert "best: trial 0, loss 0" in run("status", url).stdout.splitlines()
    assert document(run("status", url, "--json"))["best"]["noisy"] is False
    assert "best: trial 0, loss 0" in run("show", url).stdout.splitlines()


def test_list_of_noisy_results_loads_no_model(told):
    url = told(0.5)
    program = (
        "import sys; from armwright.cli import main\n"
        f"try: main(['list', {str(url.parent)!r}])\n"
        "except SystemExit: pass\n"
        "sys.exit('jax' in sys.modules or 'pandas' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, "measured" in done.stdout) == (0, True)


@pytest.mark.slow
def test_show_says_what_is_expected_of_the_best_and_what_it_measured(run, told):
    (line,) = [it for it in run("show", told(0.5)).stdout.splitlines() if it.startswith("best: ")]
    assert " expected, " in line
    assert line.endswith(" measured")

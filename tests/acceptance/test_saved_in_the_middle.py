"""A tuning that is saved in the middle, and goes on in a new process as if nothing had happened."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "digits_by_hand.py"
# One group, so that parallel test workers do not each make the experiment.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("saved-in-the-middle"),
]

TRIALS, BREAK = 9, 7  # five Sobol trials, then two by the model on either side of the break


def run(*words):
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *map(str, words)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """The experiment, saved in the middle, in both forms."""
    folder = tmp_path_factory.mktemp("saved")
    document, store = folder / "digits.json", folder / "digits"
    run("--trials", BREAK, "--save", document, "--save", store)
    return {"document": document, "store": store}


@pytest.fixture(scope="module")
def without_break():
    """The results of the same tuning in one process."""
    return run("--trials", TRIALS)


@pytest.mark.parametrize("form", ["document", "store"])
def test_the_results_are_those_of_a_tuning_without_the_break(places, without_break, form):
    assert run("--trials", TRIALS, "--load", places[form]) == without_break


def test_the_model_makes_trials_on_both_sides_and_finds_a_good_one(without_break):
    assert [model for model, _, _ in without_break] == ["Sobol"] * 5 + ["GPEI"] * 4
    assert max(accuracy for _, _, accuracy in without_break) > 0.9


def test_the_store_takes_what_came_after_the_break(places):
    once = run("--trials", TRIALS, "--load", places["store"], "--save", places["store"])
    assert run("--trials", TRIALS, "--load", places["store"]) == once

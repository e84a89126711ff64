"""What callbacks are told of trials that a process leaves without an end."""

import subprocess
import sys

import pytest

from armwright import ax
from armwright.ax.ax_client import AxClient
from armwright.callbacks import TrialEnd
from armwright.persistence import StoredExperiment

X = [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}]


class Notes:
    """Notes the ends it is told, and whether it is closed."""

    def __init__(self):
        self.ends, self.closed = [], 0

    def on_trial_end(self, event):
        assert isinstance(event, TrialEnd)
        self.ends.append((event.trial, event.state, event.reason))

    def close(self):
        self.closed += 1


def test_a_trial_whose_evaluation_raises_is_told_as_left():
    notes = Notes()

    def breaks(parameters):
        raise OSError(f"no file for {parameters}")

    with pytest.raises(OSError, match="no file for"):
        ax.optimize(X, breaks, total_trials=3, random_seed=1, callbacks=[notes])
    assert notes.ends == [(0, "left", "OSError")]
    assert notes.closed == 1


def test_a_trial_of_a_stored_loop_that_raises_is_told_as_left(tmp_path):
    space = ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)])
    objective = ax.Objective(ax.Metric("loss"), minimize=True)
    definition = ax.Experiment(
        name="e", search_space=space, optimization_config=ax.OptimizationConfig(objective)
    )
    stored, notes = StoredExperiment.create(tmp_path / "e", definition, budget=4, seed=1), Notes()
    loop = stored.loop(callbacks=[notes])
    next(loop)
    with pytest.raises(KeyError, match="weights"):
        loop.throw(KeyError("weights"))
    assert notes.ends == [(0, "left", "KeyError")]
    assert notes.closed == 1


def test_the_callbacks_of_a_client_are_closed_when_it_is_gone():
    notes = Notes()
    client = AxClient(random_seed=1, callbacks=[notes])
    client.create_experiment(X, objective_name="loss", minimize=True)
    client.complete_trial(client.get_next_trial()[1], raw_data=1.0)
    assert (notes.ends, notes.closed) == ([(0, "completed", "")], 0)
    del client
    assert notes.closed == 1


def test_the_callbacks_of_a_client_are_closed_at_the_end_of_the_program():
    program = """
from armwright.ax.ax_client import AxClient
class Close:
    def on_trial_end(self, event): print(event.trial, event.state)
    def close(self): print("closed")
client = AxClient(random_seed=1, callbacks=[Close()])
client.create_experiment([{"name": "x", "type": "range", "bounds": [0.0, 1.0]}], name="e")
client.get_next_trial()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.split() == [b"0", b"left", b"closed"]

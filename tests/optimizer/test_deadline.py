"""Suggestions with a deadline: something sensible in time, and the notes say what was left out."""

import numpy as np
import pytest

from armwright.optimizer import (
    Column,
    Observations,
    Problem,
    compiled,
    fitting,
    pace,
    sobol,
    suggest,
)
from armwright.optimizer import deadline as deadline_module
from armwright.optimizer.deadline import Deadline

SQUARE = Problem(columns=(Column(), Column()))
GRID = Problem(columns=(Column(upper=400.0, step=1.0), Column(upper=400.0, step=1.0)))


class Clock:
    """Time that stands still but for a tick at every look."""

    def __init__(self, tick):
        self.now, self.tick = 0.0, tick

    def monotonic(self):
        self.now += self.tick
        return self.now


def data(problem, count=12):
    x = sobol(Problem(columns=(Column(),) * len(problem.columns)), seed=1, start=0, count=count)
    return Observations(x=x.values, y=-((x.values - 0.4) ** 2).sum(axis=1))


@pytest.fixture
def nothing_to_compile():
    """Nothing is left to compile."""
    for problem in (SQUARE, GRID):
        suggest(problem, data(problem), seed=0, count=3)


@pytest.mark.usefixtures("nothing_to_compile")
def test_with_time_enough_the_arm_is_the_one_without_a_deadline():
    free = suggest(SQUARE, data(SQUARE), seed=0)
    bound = suggest(SQUARE, data(SQUARE), seed=0, within=600.0)
    np.testing.assert_array_equal(bound.values, free.values)
    assert bound.notes == ()


def test_with_no_time_at_all_the_points_fill_the_space():
    proposal = suggest(SQUARE, data(SQUARE), seed=0, count=2, within=0.0)
    assert proposal.values.shape == (2, 2)
    assert proposal.notes == ("the deadline left no time for a model: the points fill the space",)


@pytest.mark.usefixtures("nothing_to_compile")
@pytest.mark.parametrize("problem", [SQUARE, GRID], ids=["continuous", "grid"])
def test_with_little_time_the_notes_say_what_was_cut(monkeypatch, problem):
    clock = Clock(tick=0.1)
    for module in (deadline_module, fitting, pace):  # and nobody else's clock
        monkeypatch.setattr(module, "time", clock)
    proposal = suggest(problem, data(problem), seed=0, count=3, within=4.0)
    assert proposal.values.shape == (3, 2)
    assert len(np.unique(proposal.values, axis=0)) == 3
    assert proposal.notes[0].startswith(
        "the deadline cut the fit of hyperparameters and the search"
    )
    assert clock.now < 4.0 + 40 * clock.tick


def test_programs_that_are_not_compiled_are_not_waited_for(monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_CACHE", "off")
    monkeypatch.setattr(compiled, "_programs", {})  # other tests may have compiled them
    three = Problem(columns=(Column(),) * 3)
    x = sobol(three, seed=0, start=0, count=5).values
    proposal = suggest(three, Observations(x=x, y=x.sum(axis=1)), seed=0, within=5.0)
    assert proposal.values.shape == (1, 3)
    assert "left no time for a model" in proposal.notes[0]


def test_a_deadline_counts_down_and_remembers_what_was_cut(monkeypatch):
    clock = Clock(tick=1.0)
    monkeypatch.setattr(deadline_module, "time", clock)
    deadline = Deadline(2.5)
    assert (deadline.left, deadline.passed, deadline.passed) == (1.5, False, True)
    assert deadline.notes == ()
    for _ in range(2):
        deadline.shorten("this")
    deadline.shorten("that")
    assert deadline.notes == ("the deadline cut this and that",)
    assert Deadline().left == float("inf")

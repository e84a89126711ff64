"""Constraints that are relative, and results of which it is not known whether they keep them."""

import math
from dataclasses import replace

import pytest
from told_experiments import told

from armwright import ax
from armwright.errors import UsageError
from armwright.looking.best import best_of
from armwright.looking.bounds import bounds_of
from armwright.looking.ends import ends_of
from armwright.looking.looked_at import SeenTrial
from armwright.looking.reading import look
from armwright.looking.restriction import Restriction, restrictions_of
from armwright.looking.trace import trace_of

OWN = {"x": 0.5}


def trial(number, x=0.1, status="completed", **values):
    return SeenTrial(
        trial=number,
        arm=f"{number}_0",
        status=status,
        parameters={"x": x},
        values={name: (mean, math.nan) for name, mean in values.items()},
    )


def relative(percent):
    bound = ax.OutcomeConstraint(ax.Metric("size"), ax.ComparisonOp.LEQ, percent, relative=True)
    return ax.OptimizationConfig(ax.Objective(ax.Metric("loss"), minimize=True), [bound])


@pytest.mark.parametrize(("base", "limit"), [(10.0, 11.0), (-10.0, -9.0)])
def test_a_relative_bound_is_a_change_from_what_the_status_quo_measured(base, limit):
    (found,) = restrictions_of(relative(10), OWN, [trial(0, 0.5, size=base), trial(1, size=99.0)])
    assert found.limit == pytest.approx(limit)
    assert found.text.startswith("size <= status quo +10 % (")


def test_without_a_result_of_the_status_quo_a_relative_bound_is_not_judged():
    (found,) = restrictions_of(relative(10), OWN, [trial(0, 0.5, "failed", size=3.0)])
    assert not found.is_judged
    assert found.is_kept(1.0) is None


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    return look(told(tmp_path_factory.mktemp("judging") / "e"))


def test_a_trial_that_did_not_measure_a_constraint_neither_keeps_nor_breaks_it(seen):
    trials = (*seen.trials[:1], replace(seen.trials[3], values={"loss": (0.5, 0.1)}))
    some = replace(seen, trials=trials)
    assert [some.keeps(item) for item in trials] == [True, None]
    assert trace_of(some).incumbent.trial == trials[0].trial
    assert ends_of(some).infeasible == 0
    bounds = bounds_of(some)
    assert (bounds.share.kept, bounds.share.count, bounds.unknown) == (1, 1, 1)


def test_a_bound_that_nobody_can_judge_leaves_no_trial_the_best(seen):
    unknown = Restriction(metric="size", bound=5.0, is_lower=False, relative=True, limit=math.nan)
    some = replace(seen, restrictions=(unknown,))
    with pytest.raises(UsageError, match="depends on size <= status quo"):
        best_of(None, some, lambda: None)
    with pytest.raises(UsageError, match="the status quo has no result yet"):
        bounds_of(some)

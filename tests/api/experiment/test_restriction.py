"""Bounds on outcomes: what relative ones come to, and what keeps them."""

import math

import pytest

from armwright import ax
from armwright.errors import UsageError
from armwright.experiment.restriction import check_judged, keeps_all, restrictions_of

UNKNOWN = math.nan


def config(bound=10.0, *, relative=True, op=ax.ComparisonOp.LEQ):
    item = ax.OutcomeConstraint(ax.Metric("size"), op, bound, relative=relative)
    return ax.OptimizationConfig(ax.Objective(ax.Metric("loss"), minimize=True), [item])


def sizes(*means, sem=UNKNOWN):
    return [{"size": (mean, sem)} for mean in means]


@pytest.mark.parametrize(("base", "limit"), [(10.0, 11.0), (-10.0, -9.0)])
def test_a_relative_bound_is_a_change_from_what_the_status_quo_measured(base, limit):
    (found,) = restrictions_of(config(), sizes(base))
    assert found.limit == pytest.approx(limit)
    assert found.text.startswith("size <= status quo +10 % (")


def test_repeated_results_of_the_status_quo_count_together():
    (found,) = restrictions_of(config(), sizes(10.0, UNKNOWN, 20.0))
    assert found.limit == pytest.approx(16.5)


def test_results_of_the_status_quo_are_not_looked_for_without_need():
    def own():
        raise AssertionError("nobody needs them")
        yield

    (found,) = restrictions_of(config(5.0, relative=False), own())
    assert (found.limit, found.text) == (5.0, "size <= 5")


def test_without_a_result_of_the_status_quo_a_relative_bound_is_not_judged():
    found = restrictions_of(config(), [{"loss": (1.0, UNKNOWN)}])
    assert not found[0].is_judged
    assert keeps_all(found, {"size": (1.0, UNKNOWN)}) is None
    with pytest.raises(UsageError, match=r"depends on size <= status quo \+10 %, .*'size'"):
        check_judged(found)


@pytest.mark.parametrize(
    ("op", "kept"), [(ax.ComparisonOp.LEQ, [True, True, False]), (ax.ComparisonOp.GEQ, [0, 1, 1])]
)
def test_the_bound_itself_keeps_it(op, kept):
    found = restrictions_of(config(5.0, relative=False, op=op), [])
    assert [keeps_all(found, values) for values in sizes(4.0, 5.0, 6.0)] == kept


def test_of_what_was_not_measured_it_is_not_known_unless_another_bound_is_broken():
    both = restrictions_of(
        ax.OptimizationConfig(
            ax.Objective(ax.Metric("loss"), minimize=True),
            [
                ax.OutcomeConstraint(ax.Metric(name), ax.ComparisonOp.LEQ, 5.0, relative=False)
                for name in ("size", "time")
            ],
        ),
        [],
    )
    assert keeps_all(both, {"size": (1.0, 0.0)}) is None
    assert keeps_all(both, {"size": (9.0, 0.0)}) is False

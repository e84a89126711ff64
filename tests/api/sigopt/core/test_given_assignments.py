"""Assignments that callers give: to suggestions, to the queue and to observations."""

import pytest

from armwright.sigopt.exception import ApiException

Y = {"name": "y", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}
X = {**Y, "name": "x"}
LIMIT = {
    "type": "less_than",
    "threshold": 1.0,
    "terms": [{"name": "x", "weight": 1.0}, {"name": "y", "weight": 1.0}],
}
FLOOR = {**LIMIT, "type": "greater_than"}
TASKS = [{"name": "cheap", "cost": 0.5}, {"name": "full", "cost": 1.0}]
VALUES = [{"name": "y", "value": 1.0}]


@pytest.fixture
def limited(bound):
    return bound(parameters=[X, Y], metrics=[{"name": "y"}], linear_constraints=[LIMIT])


@pytest.fixture
def tasked(bound):
    return bound(tasks=TASKS, observation_budget=9)


@pytest.mark.parametrize(
    "ask",
    [
        lambda one, given: one.suggestions().create(assignments=given),
        lambda one, given: one.queued_suggestions().create(assignments=given),
        lambda one, given: one.observations().create(assignments=given, values=VALUES),
    ],
    ids=["suggestion", "queue", "observation"],
)
def test_assignments_that_break_a_constraint_are_refused(limited, ask):
    with pytest.raises(ApiException, match=r"should be at most 1.0, got 1.5") as caught:
        ask(limited, {"x": 0.5, "y": 1.0})
    assert caught.value.status_code == 400
    assert dict(ask(limited, {"x": 0.5, "y": 0.5}).assignments) == {"x": 0.5, "y": 0.5}


def test_a_sum_may_be_too_large_by_its_rounding(limited):
    given = {"x": 0.5, "y": 0.5 + 2**-52}
    assert sum(given.values()) > 1.0
    assert dict(limited.suggestions().create(assignments=given).assignments) == given


def test_a_sum_that_is_too_small_is_refused(bound):
    resource = bound(parameters=[X, Y], linear_constraints=[FLOOR])
    with pytest.raises(ApiException, match=r"should be at least 1.0, got 0.75"):
        resource.suggestions().create(assignments={"x": 0.5, "y": 0.25})


def test_a_task_for_a_suggestion_needs_assignments(tasked):
    with pytest.raises(ApiException, match="give assignments too, or leave task out"):
        tasked.suggestions().create(task="cheap")


@pytest.fixture
def suggested(tasked):
    """The resource of an observation of a suggestion."""
    suggestion = tasked.suggestions().create()
    observation = tasked.observations().create(suggestion=suggestion.id, values=VALUES)
    return tasked.observations(observation.id)


def test_assignments_in_place_of_a_suggestion_need_a_task(suggested):
    with pytest.raises(ApiException, match="need a task, got none"):
        suggested.update(suggestion=None, assignments={"x": 0.5})
    changed = suggested.update(suggestion=None, assignments={"x": 0.5}, task="cheap")
    assert (changed.suggestion, changed.task.name) == (None, "cheap")


def test_a_suggestion_brings_its_own_task(tasked, suggested):
    with pytest.raises(ApiException, match="has the task of its suggestion"):
        suggested.update(suggestion=tasked.suggestions().create().id, task="full")


def test_an_update_changes_nothing_of_what_is_suggested(tasked):
    suggestion = tasked.suggestions().create()
    changed = tasked.suggestions(suggestion.id).update(task="full", assignments={"x": 0.5})
    assert (changed.task, changed.assignments) == (suggestion.task, suggestion.assignments)

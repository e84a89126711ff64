"""Suggestions and the queue before them."""

import pytest

from armwright.sigopt.exception import ApiException
from armwright.sigopt.folders import opened
from armwright.sigopt.objects import Assignments, QueuedSuggestion, Suggestion

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}
N = {"name": "n", "type": "int", "bounds": {"min": 1, "max": 9}}
K = {"name": "k", "values": ["a", "b"]}
ONLY_A = {**X, "conditions": {"k": ["a"]}}


def test_a_suggestion_has_a_value_of_each_parameter(bound):
    suggestion = bound(parameters=[X, N]).suggestions().create()
    assert isinstance(suggestion, Suggestion)
    assert isinstance(suggestion.assignments, Assignments)
    assert sorted(suggestion.assignments) == ["n", "x"]


def test_an_int_is_a_python_int(bound):
    assert type(bound(parameters=[N]).suggestions().create().assignments["n"]) is int


@pytest.mark.parametrize(
    ("name", "expected"), [("state", "open"), ("metadata", None), ("task", None)]
)
def test_a_new_suggestion_says(bound, name, expected):
    assert getattr(bound().suggestions().create(), name) == expected


def test_a_suggestion_names_its_experiment(conn, create):
    experiment = create()
    suggestion = conn.experiments(experiment.id).suggestions().create()
    assert suggestion.experiment == experiment.id


def test_each_suggestion_is_another_one(bound):
    resource = bound()
    found = [resource.suggestions().create() for _ in range(5)]
    assert len({item.id for item in found}) == len({item.assignments["x"] for item in found}) == 5


def test_a_suggestion_stays_open_until_it_is_observed(bound):
    resource = bound()
    suggestion = resource.suggestions().create()
    resource.observations().create(suggestion=suggestion.id, value=1.0)
    assert resource.suggestions(suggestion.id).fetch().state == "closed"


def test_a_suggestion_waits_for_ever_for_its_observation(bound):
    suggestion = bound().suggestions().create()
    facts = opened(suggestion.experiment)._folder.state.trials[0]
    assert facts.last_attempt.is_open
    assert facts.last_attempt.promise is None  # nobody may give it up


def test_suggestions_beyond_the_budget_are_made(bound):
    resource = bound(observation_budget=1)
    assert len([resource.suggestions().create() for _ in range(3)]) == 3


def test_metadata_is_kept(bound):
    resource = bound()
    made = resource.suggestions().create(metadata={"host": "a"})
    assert resource.suggestions(made.id).fetch().metadata["host"] == "a"


def test_metadata_can_be_replaced(bound):
    resource = bound()
    made = resource.suggestions().create(metadata={"a": 1, "b": 2})
    assert resource.suggestions(made.id).update(metadata={"b": 3}).metadata == {"b": 3}


def test_what_is_to_be_tried_can_be_given(bound):
    resource = bound()
    suggestion = resource.suggestions().create(assignments={"x": 0.25})
    assert suggestion.assignments == {"x": 0.25}
    assert suggestion.state == "open"


@pytest.mark.parametrize(
    ("assignments", "problem"),
    [
        ({}, "'x' is missing"),
        ({"x": "a"}, "should be a finite number"),
        ({"x": 0.5, "y": 1}, "'y' is no parameter"),
        ([1], "should be an object"),
    ],
)
def test_what_cannot_be_tried_is_refused(bound, assignments, problem):
    with pytest.raises(ApiException, match=problem) as caught:
        bound().suggestions().create(assignments=assignments)
    assert caught.value.status_code == 400


def test_an_unknown_field_is_refused(bound):
    with pytest.raises(ApiException, match="unknown key 'strange'"):
        bound().suggestions().create(strange=1)


def test_a_conditional_is_an_assignment_and_what_is_off_is_absent(bound):
    resource = bound(parameters=[ONLY_A, {**N, "conditions": {"k": "b"}}], conditionals=[K])
    for _ in range(6):
        found = resource.suggestions().create().assignments
        assert sorted(found) == (["k", "x"] if found["k"] == "a" else ["k", "n"])


def test_linear_constraints_hold(bound):
    terms = [{"name": "n", "weight": 1}, {"name": "m", "weight": 1}]
    bounds = {"type": "less_than", "threshold": 5, "terms": terms}
    resource = bound(parameters=[N, {**N, "name": "m"}], linear_constraints=[bounds])
    for _ in range(8):
        found = resource.suggestions().create().assignments
        assert found["n"] + found["m"] <= 5


def test_a_grid_of_a_parameter_is_kept_to(bound):
    resource = bound(parameters=[{"name": "g", "type": "int", "grid": [8, 16, 64]}])
    assert {resource.suggestions().create().assignments["g"] for _ in range(9)} <= {8, 16, 64}


def test_suggestions_are_listed_newest_first(bound):
    resource = bound()
    made = [resource.suggestions().create().id for _ in range(3)]
    assert [item.id for item in resource.suggestions().fetch().iterate_pages()] == made[::-1]


@pytest.mark.parametrize(("state", "place"), [("open", 1), ("closed", 0)])
def test_suggestions_are_listed_by_state(bound, state, place):
    resource = bound()
    made = [resource.suggestions().create().id for _ in range(2)]
    resource.observations().create(suggestion=made[0], value=1)
    found = resource.suggestions().fetch(state=state)
    assert [item.id for item in found.iterate_pages()] == [made[place]]


@pytest.mark.parametrize("ident", [1, "x", ""])
def test_an_unknown_suggestion_is_not_found(bound, ident):
    with pytest.raises(ApiException, match="there is no suggestion") as caught:
        bound().suggestions(ident).fetch()
    assert caught.value.status_code == 404


def test_a_suggestion_of_another_experiment_is_not_found(bound):
    other = bound().suggestions().create()
    with pytest.raises(ApiException, match="there is no suggestion") as caught:
        bound().suggestions(other.id).fetch()
    assert caught.value.status_code == 404


def test_a_deleted_suggestion_is_gone(bound):
    resource = bound()
    made = resource.suggestions().create()
    resource.suggestions(made.id).delete()
    with pytest.raises(ApiException, match="there is no suggestion"):
        resource.suggestions(made.id).fetch()


def test_a_deleted_suggestion_cannot_be_observed(bound):
    resource = bound()
    made = resource.suggestions().create()
    resource.suggestions(made.id).delete()
    with pytest.raises(ApiException, match="there is no suggestion"):
        resource.observations().create(suggestion=made.id, value=1)


def test_what_was_observed_of_a_deleted_suggestion_stays(bound):
    resource = bound()
    made = resource.suggestions().create()
    resource.observations().create(suggestion=made.id, value=1)
    resource.suggestions(made.id).delete()
    assert resource.suggestions().fetch().count == 0
    assert resource.observations().fetch().count == 1


@pytest.mark.parametrize(
    ("fields", "left"), [({}, 0), ({"state": "open"}, 1), ({"state": "closed"}, 2)]
)
def test_all_suggestions_can_be_deleted_or_those_of_a_state(bound, fields, left):
    resource = bound()
    made = [resource.suggestions().create().id for _ in range(3)]
    resource.observations().create(suggestion=made[0], value=1)
    resource.suggestions().delete(**fields)
    assert resource.suggestions().fetch().count == left


def test_what_is_queued_is_suggested_next_in_its_order(bound):
    resource = bound()
    for value in (0.1, 0.2):
        resource.queued_suggestions().create(assignments={"x": value})
    tried = [resource.suggestions().create().assignments["x"] for _ in range(3)]
    assert tried[:2] == [0.1, 0.2]
    assert tried[2] not in (0.1, 0.2)


def test_what_is_queued_can_be_fetched(bound):
    resource = bound()
    made = resource.queued_suggestions().create(assignments={"x": 0.1})
    assert isinstance(made, QueuedSuggestion)
    assert resource.queued_suggestions(made.id).fetch() == made


def test_the_queue_is_listed(bound):
    resource = bound()
    made = [resource.queued_suggestions().create(assignments={"x": x}).id for x in (0.1, 0.2)]
    assert [q.id for q in resource.queued_suggestions().fetch().iterate_pages()] == made[::-1]


def test_what_is_queued_is_no_suggestion_yet(bound):
    resource = bound()
    resource.queued_suggestions().create(assignments={"x": 0.1})
    assert resource.suggestions().fetch().count == 0


def test_what_was_suggested_has_left_the_queue(bound):
    resource = bound()
    made = resource.queued_suggestions().create(assignments={"x": 0.1})
    resource.suggestions().create()
    with pytest.raises(ApiException, match="was suggested or deleted") as caught:
        resource.queued_suggestions(made.id).fetch()
    assert caught.value.status_code == 404


def test_what_is_deleted_from_the_queue_is_not_suggested(bound):
    resource = bound()
    made = resource.queued_suggestions().create(assignments={"x": 0.1})
    resource.queued_suggestions(made.id).delete()
    assert resource.suggestions().create().assignments["x"] != 0.1
    assert resource.queued_suggestions().fetch().count == 0


def test_a_queued_suggestion_needs_assignments(bound):
    with pytest.raises(ApiException, match="assignments should be an object"):
        bound().queued_suggestions().create()


def test_a_queued_suggestion_takes_the_metadata_of_whom_it_is_given_to(bound):
    resource = bound()
    resource.queued_suggestions().create(assignments={"x": 0.1})
    assert resource.suggestions().create(metadata={"a": 1}).metadata == {"a": 1}


def test_a_run_that_takes_what_is_queued_is_a_run_with_its_own_name(bound):
    resource = bound()
    resource.queued_suggestions().create(assignments={"x": 0.1})
    run = resource.training_runs().create(name="n", metadata={"a": 1})
    assert (run.name, run.metadata, run.assignments) == ("n", {"a": 1}, {"x": 0.1})
    assert [item.id for item in resource.training_runs().fetch().iterate_pages()] == [run.id]

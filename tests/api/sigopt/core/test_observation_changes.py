"""What an update of an observation may change, and what it leaves as it was."""

import pytest

from armwright.sigopt.exception import ApiException
from armwright.sigopt.run_folder import RunFolder

HALF = {"x": 0.5}


@pytest.fixture
def resource(bound):
    return bound()


@pytest.fixture
def suggestion(resource):
    return resource.suggestions().create()


@pytest.fixture
def of_suggestion(resource, suggestion):
    values = [{"value": 1, "value_stddev": 0.1}]
    return resource.observations().create(suggestion=suggestion.id, values=values)


@pytest.fixture
def of_assignments(resource):
    return resource.observations().create(assignments=HALF, values=[{"value": 1}])


def refused(resource, made, problem, **fields):
    with pytest.raises(ApiException, match=problem) as caught:
        resource.observations(made.id).update(**fields)
    assert caught.value.status_code == 400


@pytest.mark.parametrize(
    ("said", "stddev"), [({}, 0.1), ({"value_stddev": 0.5}, 0.5), ({"value_stddev": None}, None)]
)
def test_a_stddev_stays_until_another_is_given_or_null(resource, of_suggestion, said, stddev):
    values = [{"name": None, "value": 2.6, **said}]
    changed = resource.observations(of_suggestion.id).update(values=values).values[0]
    assert (changed.value, changed.value_stddev) == (2.6, stddev)


def test_an_observation_of_assignments_can_become_one_of_a_suggestion(
    resource, suggestion, of_assignments
):
    changed = resource.observations(of_assignments.id).update(
        suggestion=suggestion.id, assignments=None
    )
    assert (changed.suggestion, changed.assignments) == (suggestion.id, suggestion.assignments)
    assert resource.suggestions(suggestion.id).fetch().state == "closed"


def test_an_observation_of_a_suggestion_can_become_one_of_assignments(resource, of_suggestion):
    changed = resource.observations(of_suggestion.id).update(suggestion=None, assignments=HALF)
    assert (changed.suggestion, dict(changed.assignments)) == (None, HALF)


def test_an_observation_can_be_given_to_another_suggestion(resource, of_suggestion):
    other = resource.suggestions().create()
    changed = resource.observations(of_suggestion.id).update(suggestion=other.id)
    assert (changed.suggestion, changed.assignments) == (other.id, other.assignments)


def test_a_suggestion_that_an_observation_was_given_can_be_observed_again(resource, of_suggestion):
    other = resource.suggestions().create()
    resource.observations(of_suggestion.id).update(suggestion=other.id)
    made = resource.observations().create(suggestion=other.id, value=7)
    assert (made.suggestion, made.value) == (other.id, 7)
    assert resource.observations().fetch().count == 2


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"suggestion": None}, "got neither"),
        ({"suggestion": None, "assignments": None}, "got neither"),
        ({"assignments": HALF}, "set that to null"),
        ({"assignments": HALF, "suggestion": "1"}, "got both"),
        ({"suggestion": "12"}, "there is no suggestion '12'"),
        ({"values": None}, "an observation needs values, unless it failed"),
        ({"failed": True}, "values to be set to null"),
        ({"failed": "no"}, "failed should be true or false"),
        ({"failed": True, "values": [{"value": 1}]}, "unless failed|has no values"),
    ],
)
def test_what_does_not_fit_an_observation_of_a_suggestion_is_refused(
    resource, of_suggestion, fields, problem
):
    refused(resource, of_suggestion, problem, **fields)


@pytest.mark.parametrize(
    ("fields", "problem"), [({"assignments": None}, "got neither"), ({}, "set these to null")]
)
def test_what_does_not_fit_an_observation_of_assignments_is_refused(
    resource, suggestion, of_assignments, fields, problem
):
    refused(resource, of_assignments, problem, **(fields or {"suggestion": suggestion.id}))


def test_what_an_observation_is_of_may_be_said_again_as_null(
    resource, of_suggestion, of_assignments
):
    assert resource.observations(of_suggestion.id).update(assignments=None) == of_suggestion
    assert resource.observations(of_assignments.id).update(suggestion=None) == of_assignments


def test_a_failure_stays_one_until_failed_is_false(resource, suggestion):
    made = resource.observations().create(suggestion=suggestion.id, failed=True)
    refused(resource, made, "unless failed is set to false", values=[{"value": 3}])
    refused(resource, made, "an observation needs values", failed=False)
    changed = resource.observations(made.id).update(values=[{"value": 3}], failed=False)
    assert (changed.failed, changed.value) == (False, 3)


def test_metadata_is_none_where_none_was_given_or_it_was_removed(resource, of_suggestion):
    assert of_suggestion.metadata is None
    one = resource.observations(of_suggestion.id)
    assert dict(one.update(metadata={"a": "b"}).metadata) == {"a": "b"}
    assert dict(one.update().metadata) == {"a": "b"}
    assert one.update(metadata=None).metadata is None


def test_no_optimize_is_accepted_and_changes_nothing(resource, suggestion):
    made = resource.observations().create(suggestion=suggestion.id, value=1, no_optimize=True)
    assert resource.observations(made.id).update(no_optimize=True) == made
    resource.observations().create_batch(
        observations=[{"assignments": HALF, "value": 2, "no_optimize": True}], no_optimize=True
    )
    resource.observations(made.id).delete(no_optimize=True)
    assert resource.observations().fetch().count == 1


@pytest.mark.parametrize(
    ("sort", "rising"),
    [
        ("value", [0, 1, 2]),
        ("value-y", [0, 1, 2]),
        ("value_stddev-y", [2, 1, 0]),
        ("parameter-x", [1, 0, 2]),
        ("id", [0, 1, 2]),
    ],
)
def test_observations_are_sorted_by_what_is_named(resource, sort, rising):
    made = [
        resource.observations().create(
            assignments={"x": x}, values=[{"value": place, "value_stddev": 3 - place}]
        )
        for place, x in enumerate((0.5, 0.1, 0.9))
    ]
    expected = [made[place].id for place in rising]
    for ascending, ids in ((True, expected), (False, expected[::-1])):
        found = resource.observations().fetch(sort=sort, ascending=ascending, limit=2)
        assert [item.id for item in found.iterate_pages()] == ids


def test_observations_are_not_sorted_by_anything(resource):
    with pytest.raises(ApiException, match="observations are sorted by"):
        resource.observations().fetch(sort="colour")


def test_observations_that_were_deleted_can_be_listed(observe):
    resource = observe([1, 2, 3])
    first = [item.id for item in resource.observations().fetch().iterate_pages()][-1]
    resource.observations(first).delete()
    gone = resource.observations().fetch(deleted=True)
    assert [item.id for item in gone.iterate_pages()] == [first]
    assert resource.observations().fetch(deleted=False).count == 2


def test_a_suggestion_of_a_deleted_observation_stays_closed(resource, suggestion, of_suggestion):
    resource.observations(of_suggestion.id).delete()
    (found,) = resource.suggestions().fetch().iterate_pages()
    assert (found.id, found.state) == (suggestion.id, "closed")


def test_suggestions_are_found_by_their_ids(resource):
    made = [resource.suggestions().create().id for _ in range(3)]
    found = resource.suggestions().fetch(id=",".join(made[:2])).iterate_pages()
    assert {item.id for item in found} == set(made[:2])


def test_the_state_of_a_suggestion_follows_from_observations_alone(resource, suggestion):
    assert resource.suggestions(suggestion.id).update(state="closed").state == "open"


def test_the_metadata_of_a_suggestion_can_be_removed(resource, suggestion):
    one = resource.suggestions(suggestion.id)
    assert dict(one.update(metadata={"a": 1}).metadata) == {"a": 1}
    assert dict(one.update(metadata={}).metadata) == {}
    assert one.update(metadata=None).metadata is None


def test_a_task_is_refused_where_there_are_none(resource):
    with pytest.raises(ApiException, match="has no tasks"):
        resource.suggestions().create(task="cheap", assignments={"x": 0.5})


def test_a_page_leads_back_as_well(resource):
    made = [resource.suggestions().create().id for _ in range(4)][::-1]
    first = resource.suggestions().fetch(limit=2)
    second = resource.suggestions().fetch(limit=2, before=first.paging.before)
    assert second.paging.before is None
    back = resource.suggestions().fetch(limit=2, before="", after=second.paging.after)
    assert [item["id"] for item in second.to_json()["data"]] == made[2:]
    assert [item["id"] for item in back.to_json()["data"]] == made[:2]


def test_a_metric_without_a_name_has_none(conn):
    made = conn.experiments().create(name="e", parameters=[{**X}], type="random")
    resource = conn.experiments(made.id)
    suggestion = resource.suggestions().create()
    values = [{"name": "", "value": 1.5}]
    observed = resource.observations().create(suggestion=suggestion.id, values=values)
    assert (made.metrics[0].name, made.metrics[0].objective) == (None, "maximize")
    assert (observed.values[0].name, observed.value) == (None, 1.5)


X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}


def test_two_who_observe_a_suggestion_at_once_are_both_noted(resource, suggestion, monkeypatch):
    observe = RunFolder.observe

    def late(folder, number, measured, **said):
        monkeypatch.setattr(RunFolder, "observe", observe)
        resource.observations().create(suggestion=suggestion.id, value=1)
        observe(folder, number, measured, **said)

    monkeypatch.setattr(RunFolder, "observe", late)
    made = resource.observations().create(suggestion=suggestion.id, value=2)
    assert (made.suggestion, made.value) == (suggestion.id, 2)
    assert resource.observations().fetch().count == 2

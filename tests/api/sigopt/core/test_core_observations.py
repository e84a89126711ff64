"""Observations: what they may say, how they change, what they count for."""

import numpy as np
import pytest

import armwright
from armwright import sigopt
from armwright.sigopt.exception import ApiException
from armwright.sigopt.objects import MetricEvaluation, Observation

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}
N = {"name": "n", "type": "int", "bounds": {"min": 1, "max": 9}}
C = {"name": "c", "type": "categorical", "categorical_values": ["red", "blue"]}
K = {"name": "k", "values": ["a", "b"]}
TWO = {"metrics": ["y", {"name": "z", "strategy": "store"}]}
HALF = {"assignments": {"x": 0.5}}


def value(name, number, **more):
    return {"name": name, "value": number, **more}


def test_a_suggestion_is_observed(bound):
    resource = bound()
    suggestion = resource.suggestions().create()
    made = resource.observations().create(suggestion=suggestion.id, values=[value("y", 2.0)])
    assert isinstance(made, Observation)
    assert (made.suggestion, made.assignments) == (suggestion.id, suggestion.assignments)
    assert (made.failed, made.value, made.value_stddev) == (False, 2.0, None)


def test_a_suggestion_may_be_named_by_a_number(bound):
    resource = bound()
    suggestion = resource.suggestions().create()
    made = resource.observations().create(suggestion=int(suggestion.id), value=1)
    assert made.suggestion == suggestion.id


def test_assignments_are_observed_without_a_suggestion(bound):
    made = bound().observations().create(assignments={"x": 0.5}, value=1)
    assert (made.suggestion, made.assignments) == (None, {"x": 0.5})


def test_an_observation_of_assignments_is_no_suggestion(bound):
    resource = bound()
    resource.observations().create(**HALF, value=1)
    assert resource.suggestions().fetch().count == 0


def test_values_have_a_name_a_value_and_a_stddev(bound):
    made = bound().observations().create(**HALF, values=[value("y", 2, value_stddev=0.5)])
    assert [type(item) for item in made.values] == [MetricEvaluation]
    assert (made.values[0].name, made.values[0].value) == ("y", 2)
    assert made.values[0].value_stddev == made.value_stddev == 0.5


def test_a_value_is_a_float(bound):
    made = bound().observations().create(**HALF, value=1)
    assert type(made.value) is type(made.values[0].value) is float


def test_the_only_metric_needs_no_name(bound):
    made = bound().observations().create(**HALF, values=[{"value": 2}])
    assert made.values[0].name == "y"


def test_value_and_value_stddev_are_short_for_one_metric(bound):
    made = bound().observations().create(**HALF, value=2, value_stddev=0.1)
    assert (made.values[0].value, made.values[0].value_stddev) == (2, 0.1)


def test_values_of_several_metrics_come_in_the_order_of_the_metrics(bound):
    values = [value("z", 1), value("y", 2)]
    made = bound(**TWO).observations().create(**HALF, values=values)
    assert [item.name for item in made.values] == ["y", "z"]
    assert made.value is None


@pytest.mark.parametrize("number", [np.float64(2.5), np.float32(2.5), np.array(2.5)])
def test_numbers_of_numpy_are_numbers(bound, number):
    made = bound().observations().create(**HALF, values=[value("y", number)])
    assert made.value == 2.5


def test_values_may_be_objects(bound):
    made = bound().observations().create(**HALF, values=[MetricEvaluation(value("y", 3))])
    assert made.value == 3


def test_an_observation_that_failed_has_no_values(bound):
    made = bound().observations().create(**HALF, failed=True)
    assert (made.failed, made.value, made.values) == (True, None, None)


def test_metadata_is_kept_and_is_not_the_suggestions(bound):
    resource = bound()
    suggestion = resource.suggestions().create(metadata={"s": 1})
    made = resource.observations().create(suggestion=suggestion.id, value=1, metadata={"o": "x"})
    assert made.metadata == {"o": "x"}
    assert resource.suggestions(suggestion.id).fetch().metadata == {"s": 1}


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"value": 1}, "either a suggestion or assignments"),
        ({**HALF, "suggestion": "1", "value": 1}, "either a suggestion or assignments"),
        (HALF, "needs a value of each metric, or failed"),
        ({**HALF, "values": []}, "needs a value of each metric, or failed"),
        ({**HALF, "value": 1, "values": [value("y", 1)]}, "not both"),
        ({**HALF, "failed": True, "value": 1}, "has no values"),
        ({**HALF, "failed": True, "values": [value("y", 1)]}, "has no values"),
        ({**HALF, "failed": "yes"}, "failed should be true or false"),
        ({**HALF, "values": [value("z", 1)]}, "values should be of the metrics y"),
        ({**HALF, "values": [value("y", 1), value("y", 2)]}, "each metric once"),
        ({**HALF, "values": [1]}, "should be an object"),
        ({**HALF, "values": {"y": 1}}, "values should be a list"),
        ({**HALF, "value": "high"}, "should be a finite number"),
        ({**HALF, "value": True}, "should be a finite number"),
        ({**HALF, "value": float("nan")}, "should be a finite number"),
        ({**HALF, "value": float("inf")}, "should be a finite number"),
        ({**HALF, "value": 1, "value_stddev": -1}, "should be 0 or more"),
        ({**HALF, "value_stddev": 1}, "value_stddev needs a value"),
        ({**HALF, "value": 1, "strange": 1}, "unknown key 'strange'"),
        ({**HALF, "value": 1, "task": "full"}, "this experiment has no tasks"),
        ({**HALF, "value": 1, "metadata": {"a": []}}, "metadata"),
        ({"assignments": {}, "value": 1}, "'x' is missing"),
        ({"assignments": {"x": 1, "q": 1}, "value": 1}, "'q' is no parameter"),
        ({"assignments": {"x": "a"}, "value": 1}, "should be a finite number"),
    ],
)
def test_what_cannot_be_observed_is_refused(bound, fields, problem):
    resource = bound()
    with pytest.raises(ApiException, match=problem) as caught:
        resource.observations().create(**fields)
    assert caught.value.status_code == 400
    assert resource.observations().fetch().count == 0


@pytest.mark.parametrize(
    ("parameter", "given", "problem"),
    [
        (N, 1.5, "should be a whole number"),
        (C, "green", "should be one of"),
        (C, 1, "should be one of"),
        ({"name": "g", "type": "int", "grid": [8, 16]}, 9, "should be one of"),
        (
            {**X, "bounds": {"min": 0.1, "max": 1}, "transformation": "log"},
            -1.0,
            "should be above 0",
        ),
    ],
)
def test_assignments_are_values_of_their_parameters(bound, parameter, given, problem):
    with pytest.raises(ApiException, match=problem):
        bound(parameters=[parameter]).observations().create(
            assignments={parameter["name"]: given}, value=1
        )


def test_assignments_may_lie_outside_the_bounds(bound):
    made = bound().observations().create(assignments={"x": 7.0}, value=1)
    assert made.assignments["x"] == 7.0


def test_what_lies_outside_the_bounds_does_not_stop_suggestions(bound):
    resource = bound(type="offline")
    for place in range(6):
        resource.observations().create(assignments={"x": 2.0 + place}, value=place)
    assert 0 <= resource.suggestions().create().assignments["x"] <= 1


@pytest.mark.parametrize(
    ("assignments", "problem"),
    [
        ({"x": 0.5}, "'k' should be one of"),
        ({"k": "c", "x": 0.5}, "'k' should be one of"),
        ({"k": "b", "x": 0.5, "n": 3}, "'x' is no parameter, or not there"),
        ({"k": "a"}, "'x' is missing"),
    ],
)
def test_assignments_keep_to_conditionals(bound, assignments, problem):
    parameters = [{**X, "conditions": {"k": "a"}}, {**N, "conditions": {"k": "b"}}]
    with pytest.raises(ApiException, match=problem):
        bound(parameters=parameters, conditionals=[K]).observations().create(
            assignments=assignments, value=1
        )


def test_what_is_off_need_not_be_assigned(bound):
    parameters = [{**X, "conditions": {"k": "a"}}, {**N, "conditions": {"k": "b"}}]
    made = (
        bound(parameters=parameters, conditionals=[K])
        .observations()
        .create(assignments={"k": "b", "n": 3}, value=1)
    )
    assert made.assignments == {"k": "b", "n": 3}


def test_a_suggestion_can_be_observed_again(bound):
    resource = bound()
    suggestion = resource.suggestions().create()
    made = [
        resource.observations().create(suggestion=suggestion.id, value=value) for value in (1, 2)
    ]
    assert made[1].id != made[0].id
    assert [item.suggestion for item in made] == [suggestion.id] * 2
    assert made[1].assignments == suggestion.assignments
    assert resource.fetch().progress.observation_count == 2
    assert resource.suggestions().fetch().count == 1
    assert next(resource.best_assignments().fetch().iterate_pages()).value == 2


def test_a_suggestion_that_is_not_there_cannot_be_observed(bound):
    with pytest.raises(ApiException, match="there is no suggestion") as caught:
        bound().observations().create(suggestion="12", value=1)
    assert caught.value.status_code == 400


def test_an_archived_experiment_cannot_be_observed(bound):
    resource = bound()
    suggestion = resource.suggestions().create()
    resource.delete()
    with pytest.raises(ApiException, match="is archived"):
        resource.observations().create(suggestion=suggestion.id, value=1)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("observation_count", 3),
        ("observation_budget_consumed", 3.0),
    ],
)
def test_progress_counts_observations_and_failed_ones(observe, name, expected):
    resource = observe([1.0, None, 2.0])
    resource.suggestions().create()  # open, so it does not count
    assert getattr(resource.fetch().progress, name) == expected


def test_progress_has_the_first_and_the_last_observation(observe):
    progress = observe([1.0, 3.0, 2.0]).fetch().progress
    assert (progress.first_observation.value, progress.last_observation.value) == (1.0, 2.0)


def test_progress_has_the_best_observation_and_warns(observe):
    progress = observe([1.0, 3.0, 2.0]).fetch().progress
    with pytest.warns(DeprecationWarning, match="best_observation is deprecated"):
        assert progress.best_observation.value == 3.0


def test_without_observations_progress_has_none(bound):
    progress = bound().fetch().progress
    assert (progress.observation_count, progress.first_observation) == (0, None)


def test_the_loop_of_the_documentation_ends(conn, create):
    experiment = create(observation_budget=3)
    while experiment.progress.observation_count < experiment.observation_budget:
        suggestion = conn.experiments(experiment.id).suggestions().create()
        conn.experiments(experiment.id).observations().create(suggestion=suggestion.id, value=1.0)
        experiment = conn.experiments(experiment.id).fetch()
    assert experiment.progress.observation_count == 3


def test_an_observation_is_fetched(observe):
    resource = observe([1.0])
    (made,) = resource.observations().fetch().iterate_pages()
    assert resource.observations(made.id).fetch() == made


def test_observations_are_listed_newest_first(observe):
    found = observe([1.0, 2.0, 3.0]).observations().fetch()
    assert [item.value for item in found.iterate_pages()] == [3.0, 2.0, 1.0]


@pytest.mark.parametrize("ident", ["1", "x"])
def test_an_unknown_observation_is_not_found(bound, ident):
    with pytest.raises(ApiException, match="there is no observation") as caught:
        bound().observations(ident).fetch()
    assert caught.value.status_code == 404


def test_an_open_suggestion_is_no_observation(bound):
    resource = bound()
    suggestion = resource.suggestions().create()
    with pytest.raises(ApiException, match="there is no observation"):
        resource.observations(suggestion.id).fetch()


def test_a_batch_is_noted_in_its_order(bound):
    resource = bound()
    batch = [{"assignments": {"x": x}, "value": x} for x in (0.1, 0.2)]
    made = resource.observations().create_batch(observations=batch)
    assert [item.value for item in made.iterate_pages()] == [0.1, 0.2]
    assert resource.fetch().progress.observation_count == 2


def test_of_a_batch_nothing_is_noted_where_one_is_refused(bound):
    resource = bound()
    batch = [{**HALF, "value": 1}, {**HALF, "value": "high"}]
    with pytest.raises(ApiException, match="should be a finite number"):
        resource.observations().create_batch(observations=batch)
    assert resource.observations().fetch().count == 0


def test_a_batch_observes_a_suggestion_once(bound):
    resource = bound()
    one = {"suggestion": resource.suggestions().create().id, "value": 1}
    with pytest.raises(ApiException, match="suggestions of a batch should be different"):
        resource.observations().create_batch(observations=[one, one])
    assert resource.observations().fetch().count == 0


@pytest.mark.parametrize(
    ("fields", "name", "expected"),
    [
        ({"value": 5.0}, "value", 5.0),
        ({"values": [value("y", 5.0)]}, "value", 5.0),
        ({"failed": True, "values": None}, "failed", True),
        ({"metadata": {"a": 1}}, "metadata", {"a": 1}),
        ({"assignments": {"x": 0.25}}, "assignments", {"x": 0.25}),
    ],
)
def test_an_observation_can_be_changed(bound, fields, name, expected):
    resource = bound()
    made = resource.observations().create(**HALF, value=1.0)
    assert getattr(resource.observations(made.id).update(**fields), name) == expected


def test_an_observation_that_failed_can_be_given_a_value(observe):
    resource = observe([None])
    (made,) = resource.observations().fetch().iterate_pages()
    changed = resource.observations(made.id).update(failed=False, value=4.0)
    assert (changed.failed, changed.value) == (False, 4.0)


def test_what_a_suggestion_tried_cannot_be_changed(observe):
    resource = observe([1.0])
    (made,) = resource.observations().fetch().iterate_pages()
    with pytest.raises(ApiException, match="set that to null with the assignments"):
        resource.observations(made.id).update(**HALF)


def test_a_change_that_cannot_be_is_refused(observe):
    resource = observe([1.0])
    (made,) = resource.observations().fetch().iterate_pages()
    with pytest.raises(ApiException, match="should be a finite number"):
        resource.observations(made.id).update(value="high")


def test_a_changed_observation_counts_for_the_best(observe):
    resource = observe([1.0, 2.0])
    newest, oldest = resource.observations().fetch().iterate_pages()
    resource.observations(oldest.id).update(value=9.0)
    (best,) = resource.best_assignments().fetch().iterate_pages()
    assert (best.id, best.value) == (oldest.id, 9.0)
    assert newest.value == 2.0


def test_a_deleted_observation_does_not_count(observe):
    resource = observe([1.0, 2.0])
    newest, _ = resource.observations().fetch().iterate_pages()
    assert resource.observations(newest.id).delete() is None
    assert resource.fetch().progress.observation_count == 1
    (best,) = resource.best_assignments().fetch().iterate_pages()
    assert best.value == 1.0


def test_a_deleted_observation_is_not_found(observe):
    resource = observe([1.0])
    (made,) = resource.observations().fetch().iterate_pages()
    resource.observations(made.id).delete()
    with pytest.raises(ApiException, match="there is no observation"):
        resource.observations(made.id).fetch()


def test_all_observations_can_be_deleted(observe):
    resource = observe([1.0, 2.0])
    resource.observations().delete()
    assert resource.observations().fetch().count == 0


def learned(resource):
    from armwright.sigopt.folders import opened

    folder = opened(resource.fetch().id)
    experiment = folder.known_experiment()
    frames = [experiment.lookup_data_for_trial(index)[0].df for index in experiment.trials]
    return [row for frame in frames for row in frame["mean"].tolist()]


def test_the_model_learns_what_an_observation_was_changed_to(observe):
    resource = observe([1.0, 2.0])
    newest, _ = resource.observations().fetch().iterate_pages()
    resource.observations(newest.id).update(value=7.0)
    assert learned(resource) == [1.0, 7.0]


def test_what_another_tool_asked_for_and_told_is_an_observation(bound, tmp_path):
    sigopt.set_store(tmp_path)
    resource = bound()
    experiment = armwright.open(tmp_path / resource.fetch().id)
    (asked,) = experiment.ask()
    assert resource.suggestions().fetch().count == 1
    experiment.tell(asked.number, {"y": (2.0, 0.5)})
    (made,) = resource.observations().fetch().iterate_pages()
    assert (made.value, made.value_stddev) == (2.0, 0.5)
    assert made.assignments == asked.arm.parameters


def test_every_tool_sees_what_an_observation_was_changed_to(observe, tmp_path):
    sigopt.set_store(tmp_path)
    resource = observe([1.0, 2.0])
    newest, _ = resource.observations().fetch().iterate_pages()
    resource.observations(newest.id).update(value=7.0)
    assert armwright.open(tmp_path / resource.fetch().id).best().mean == 7.0


def test_the_model_learns_where_an_observation_was_moved(bound):
    from armwright.sigopt.folders import opened

    resource = bound()
    made = resource.observations().create(**HALF, value=1.0)
    resource.observations(made.id).update(assignments={"x": 0.25})
    trial = opened(resource.fetch().id).known_experiment().trials[0]
    assert trial.arms[0].parameters == {"x": 0.25}


def test_the_model_forgets_an_observation_that_was_deleted(observe):
    resource = observe([1.0, 2.0])
    newest, _ = resource.observations().fetch().iterate_pages()
    resource.observations(newest.id).delete()
    assert learned(resource) == [1.0]


def test_the_model_knows_that_an_observation_failed(observe):
    from armwright.sigopt.folders import opened

    resource = observe([None])
    assert opened(resource.fetch().id).known_experiment().trials[0].status.is_failed

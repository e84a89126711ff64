"""Updates that leave something out of parameters and metrics; and experiments of runs only."""

import pytest

from armwright.sigopt.exception import ApiException

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}
C = {"name": "c", "type": "categorical", "categorical_values": ["d", "f"]}
TWO = [{"name": "return"}, {"name": "safety", "threshold": 0.2}]


def refused(resource, problem, **fields):
    with pytest.raises(ApiException, match=problem) as caught:
        resource.update(**fields)
    assert caught.value.status_code == 400


def indices(experiment):
    (parameter,) = experiment.parameters
    return {item.name: item.enum_index for item in parameter.categorical_values}


def test_a_parameter_keeps_what_an_update_leaves_out(bound):
    log = {**X, "bounds": {"min": 0.1, "max": 1}, "transformation": "log", "default_value": 0.5}
    resource = bound(parameters=[log])
    (changed,) = resource.update(
        parameters=[{"name": "x", "bounds": {"min": 0.2, "max": 2}}]
    ).parameters
    assert (changed.type, changed.transformation, changed.default_value) == ("double", "log", 0.5)
    assert changed.bounds.max == 2


def test_a_default_value_that_is_left_out_has_to_lie_within_new_bounds(bound):
    resource = bound(parameters=[{**X, "default_value": 0.5}])
    refused(
        resource,
        "default_value should be one of its values",
        parameters=[{**X, "bounds": {"min": 0.8, "max": 1}}],
    )


def test_a_prior_is_cleared_by_null_alone(bound):
    prior = {"name": "normal", "mean": 0.5, "scale": 0.1}
    resource = bound(parameters=[{**X, "prior": prior}])
    assert resource.update(parameters=[X]).parameters[0].prior.mean == 0.5
    assert resource.update(parameters=[{**X, "prior": None}]).parameters[0].prior is None


def test_a_category_has_an_index_that_no_other_had(bound):
    resource = bound(parameters=[C])
    changed = resource.update(parameters=[{"name": "c", "categorical_values": ["d", "e"]}])
    assert indices(changed) == {"d": 1, "e": 3}
    again = resource.update(parameters=[{"name": "c", "categorical_values": ["e", "f", "g"]}])
    assert indices(again) == {"e": 3, "f": 2, "g": 4}


def test_the_indices_of_former_categories_are_not_shown(bound):
    resource = bound(parameters=[C])
    changed = resource.update(parameters=[{"name": "c", "categorical_values": ["d", "e"]}])
    assert "category_indices" not in changed.to_json()


def test_an_optimized_metric_keeps_the_threshold_that_an_update_leaves_out(bound):
    resource = bound(metrics=TWO, observation_budget=9)
    changed = resource.update(metrics=[{"name": "return", "threshold": 9}, {"name": "safety"}])
    assert [metric.threshold for metric in changed.metrics] == [9, 0.2]
    cleared = resource.update(metrics=[{"name": "return"}, {"name": "safety", "threshold": None}])
    assert [metric.threshold for metric in cleared.metrics] == [9, None]


def test_a_constraint_says_its_threshold_each_time(bound):
    metrics = [{"name": "c", "strategy": "constraint", "threshold": 1}, {"name": "o"}]
    resource = bound(metrics=metrics, observation_budget=9)
    refused(resource, "needs a threshold", metrics=[{"name": "c"}, {"name": "o"}])


def test_the_only_metric_needs_no_name_in_an_update(bound):
    resource = bound(metrics=[{"name": "cost", "objective": "minimize"}])
    assert resource.update(metrics=[{"objective": "minimize"}]).metrics[0].name == "cost"
    refused(resource, "only the thresholds", metrics=[{"objective": "maximize"}])


@pytest.mark.parametrize("metrics", [None, "y", 1, 0, {}])
def test_metrics_have_to_be_a_list(bound, metrics):
    refused(bound(), "metrics", metrics=metrics)


@pytest.mark.parametrize("objective", [0, None, True, "min", ""])
def test_an_objective_that_is_none_is_refused(bound, objective):
    resource = bound(metrics=TWO, observation_budget=9)
    metrics = [{"name": "return"}, {"name": "safety", "objective": objective}]
    refused(resource, "objective", metrics=metrics)


def test_the_parameters_of_an_ai_experiment_may_leave_something_out_too(make):
    experiment = make(parameters=[X])
    changed = experiment.update(parameters=[{"name": "x", "bounds": {"min": 0, "max": 5}}])
    assert (changed.parameters[0].type, changed.parameters[0].bounds.max) == ("double", 5)


@pytest.fixture
def runs_only(conn):
    """An experiment that takes runs alone."""
    return conn.experiments().create(
        name="e", parameters=[X], metrics=["y"], runs_only=True, budget=3, project="tests"
    )


def test_an_experiment_of_runs_only_counts_its_runs(conn, runs_only):
    conn.experiments(runs_only.id).training_runs().create(name="r")
    found = conn.experiments(runs_only.id).fetch().to_json()
    assert (found["runs_only"], found["budget"]) == (True, 3)
    assert found["progress"] == {
        "object": "progress",
        "active_run_count": 1,
        "finished_run_count": 0,
        "total_run_count": 1,
        "remaining_budget": 2,
    }


def test_an_experiment_of_runs_only_takes_nothing_else(conn, runs_only):
    resource = conn.experiments(runs_only.id)
    for ask in (resource.suggestions().create, resource.observations().create):
        with pytest.raises(ApiException, match="takes runs only") as caught:
            ask()
        assert caught.value.status_code == 403


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"runs_only": True}, "needs a project"),
        ({"runs_only": True, "project": "p", "observation_budget": 3}, "give budget"),
        ({"runs_only": False, "budget": 3}, "give observation_budget"),
        ({"runs_only": "yes"}, "runs_only should be true or false"),
    ],
)
def test_what_does_not_fit_runs_only_is_refused(create, fields, problem):
    with pytest.raises(ApiException, match=problem) as caught:
        create(**fields)
    assert caught.value.status_code == 400


def test_the_budget_of_runs_only_can_change_and_its_project_cannot(conn, runs_only):
    resource = conn.experiments(runs_only.id)
    assert resource.update(budget=5).to_json()["budget"] == 5
    refused(resource, "has a budget", observation_budget=5)
    refused(resource, "project", project="other")

"""What may change about an experiment, and what may not."""

import pytest

from armwright import sigopt
from armwright.sigopt.exception import ApiException

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}
N = {"name": "n", "type": "int", "bounds": {"min": 1, "max": 9}}
C = {"name": "c", "type": "categorical", "categorical_values": ["red", "blue"]}


def refuses(call, said, status=400):
    with pytest.raises(ApiException, match=said) as caught:
        call()
    assert caught.value.status_code == status


def test_an_update_returns_the_new_experiment(make):
    assert make().update(name="new").name == "new"


def test_an_update_leaves_the_handle_as_it_was(make):
    experiment = make()
    experiment.update(name="new")
    assert experiment.name == "e"
    experiment.refresh()
    assert experiment.name == "new"


def test_parameters_are_updated_as_the_documentation_shows(make):
    experiment = make(parameters=[N])
    parameters = experiment.parameters
    parameters[0].bounds.max = 100
    assert experiment.update(parameters=parameters).parameters[0].bounds.max == 100


def test_a_grid_is_updated_through_the_object(make):
    experiment = make(parameters=[{"name": "b", "type": "int", "grid": [8, 16]}])
    parameters = experiment.parameters
    parameters[0].grid = [8, 16, 32]
    after = experiment.update(parameters=parameters).parameters[0]
    assert (after.grid, after.bounds.max) == ([8, 16, 32], 32)


def test_a_handle_stays_with_its_store(make, tmp_path):
    experiment = make(type="random", budget=1)
    sigopt.set_store(tmp_path)
    for run in experiment.loop():
        run.end()
    assert experiment.progress.finished_run_count == 1


def test_new_bounds_hold_for_the_next_run(make):
    experiment = make(parameters=[N], type="random")
    experiment.update(parameters=[{**N, "bounds": {"min": 50, "max": 60}}])
    assert 50 <= experiment.create_run().params.n <= 60


def test_a_parameter_that_is_left_out_is_removed(make):
    experiment = make(parameters=[X, N], type="random")
    experiment.update(parameters=[X])
    assert set(experiment.create_run().params) == {"x"}


@pytest.mark.slow
def test_a_new_parameter_with_a_default_is_suggested_and_earlier_runs_count(ended):
    experiment = ended([{"y": i} for i in range(6)], type="offline")
    experiment.update(parameters=[X, {**N, "default_value": 3}])
    assert set(experiment.create_run().params) == {"x", "n"}


def test_categories_keep_their_indices(make):
    experiment = make(parameters=[C])
    after = experiment.update(parameters=[{**C, "categorical_values": ["green", "blue"]}])
    values = after.parameters[0].categorical_values
    assert [(item.name, item.enum_index) for item in values] == [("green", 3), ("blue", 2)]


UPDATES = {
    "name": ({"name": "n"}, "n"),
    "metadata": ({"metadata": {"a": 1}}, {"a": 1}),
    "budget": ({"budget": 7}, 7),
    "parallel_bandwidth": ({"parallel_bandwidth": 4}, 4),
    "state": ({"state": "deleted"}, "deleted"),
}


@pytest.mark.parametrize(("fields", "expected"), UPDATES.values(), ids=UPDATES)
def test_a_field_can_be_updated(make, fields, expected):
    experiment = make()
    experiment.update(**fields)
    assert getattr(sigopt.get_experiment(experiment.id), next(iter(fields))) == expected


def test_a_threshold_can_be_updated(make):
    low = {"name": "low", "strategy": "constraint", "threshold": 1}
    experiment = make(metrics=[{"name": "y"}, low], budget=9)
    after = experiment.update(metrics=[{**low, "threshold": 2}, {"name": "y"}])
    assert after.metrics[0].threshold == 2


def test_a_prior_can_be_cleared(make):
    prior = {"name": "normal", "mean": 0.5, "scale": 0.1}
    experiment = make(parameters=[{**X, "prior": prior}])
    assert experiment.update(parameters=[{**X, "prior": None}]).parameters[0].prior is None


TWO = {"metrics": [{"name": "y"}, {"name": "z"}], "budget": 9}
HELD = {
    "parameters": [X, {**X, "name": "v"}],
    "linear_constraints": [
        {
            "type": "less_than",
            "threshold": 1,
            "terms": [{"name": "x", "weight": 1}, {"name": "v", "weight": 1}],
        }
    ],
}
GRID = {"type": "grid", "parameters": [C]}
REFUSED = {
    "type": ({}, {"type": "random"}, "type"),
    "num_solutions": ({}, {"num_solutions": 2}, "num_solutions"),
    "conditionals": ({}, {"conditionals": []}, "conditionals"),
    "linear_constraints": ({}, {"linear_constraints": []}, "linear_constraints"),
    "unknown key": ({}, {"spam": 1}, "spam"),
    "unknown state": ({}, {"state": "asleep"}, "state"),
    "another metric": ({}, {"metrics": [{"name": "z"}]}, "thresholds"),
    "another objective": ({}, {"metrics": [{"name": "y", "objective": "minimize"}]}, "thresholds"),
    "one metric more": ({}, {"metrics": [{"name": "y"}, {"name": "z"}]}, "thresholds"),
    "budget of two metrics": (TWO, {"budget": 20}, "two metrics"),
    "budget of a grid": (GRID, {"budget": 20}, "grid"),
    "budget 0": ({}, {"budget": 0}, "budget"),
    "parameters of a grid": (GRID, {"parameters": [C]}, "grid"),
    "parameters with linear constraints": (HELD, {"parameters": [X]}, "linear constraints"),
    "another type": ({}, {"parameters": [{**N, "name": "x"}]}, "type"),
    "another transformation": (
        {},
        {"parameters": [{**X, "bounds": {"min": 0.1, "max": 1}, "transformation": "log"}]},
        "transformation",
    ),
    "new without default": ({}, {"parameters": [X, N]}, "default_value"),
    "conditions": ({}, {"parameters": [{**X, "conditions": {"a": ["p"]}}]}, "conditions"),
    "default outside new bounds": (
        {"parameters": [{**N, "default_value": 9}]},
        {"parameters": [{**N, "default_value": 9, "bounds": {"min": 1, "max": 5}}]},
        "default_value",
    ),
    "one category left": (
        {"parameters": [C]},
        {"parameters": [{**C, "categorical_values": ["red"]}]},
        "two",
    ),
}


@pytest.mark.parametrize(("made", "fields", "said"), REFUSED.values(), ids=REFUSED)
def test_an_update_that_cannot_be_is_refused_and_changes_nothing(make, made, fields, said):
    experiment = make(**made)
    refuses(lambda: experiment.update(**fields), said)
    before = experiment.to_json()
    experiment.refresh()
    assert experiment.to_json() == before

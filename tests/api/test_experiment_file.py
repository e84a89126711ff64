"""The experiment file in our words and in SigOpt's: what it becomes, and what is refused."""

import pytest

from armwright.errors import UsageError
from armwright.experiment import MultiObjective
from armwright.experiment_file import definition_from_file, read_experiment_file

SIGOPT = """
name: SGD
type: offline
budget: 30
parallel_bandwidth: 2
parameters:
  - name: log_lr
    type: double
    bounds: {min: 1e-5, max: 1.0}
    transformation: log
  - {name: layers, type: int, bounds: {min: 1, max: 8}}
  - {name: kind, type: categorical, categorical_values: [relu, tanh]}
metrics:
  - {name: accuracy, objective: maximize, strategy: optimize}
  - {name: seconds, objective: minimize, strategy: store}
  - {name: size, objective: minimize, strategy: constraint, threshold: 100}
linear_constraints: []
"""


def test_sigopts_experiment_yml_is_understood():
    made = definition_from_file(SIGOPT, source="experiment.yml")
    assert made.budget == 30
    space = made.experiment.search_space
    assert repr(space.parameters["log_lr"]) == (
        "RangeParameter(name='log_lr', parameter_type=FLOAT, range=[1e-05, 1.0], log_scale=True)"
    )
    assert made.experiment.name == "SGD"
    config = made.experiment.optimization_config
    assert (config.objective.metric.name, config.objective.minimize) == ("accuracy", False)
    assert [str(item) for item in config.outcome_constraints] == [
        "OutcomeConstraint(size <= 100.0)"
    ]
    assert made.notes == (
        "parallel_bandwidth limits nothing: as many trials run at once as are asked for",
    )


def test_an_experiment_without_a_name_takes_its_folders():
    made = definition_from_file(SIGOPT.replace("name: SGD\n", ""), source="experiment.yml")
    assert not made.experiment.has_name


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("budget: 30", "budget: -3", "e.yml: line 4: budget .* got -3"),
        ("type: double", "type: real", "'log_lr': type should be double, int or categorical"),
        ("{min: 1, max: 8}", "{min: 9, max: 8}", "'layers': bounds.min should be below bounds.max"),
        ("strategy: optimize", "strategy: win", "metric 'accuracy': strategy should be optimize"),
        ("budget: 30", "budgett: 30", "unknown key 'budgett'"),
        ("[relu, tanh]", "[relu]", "categorical_values should be two or more, got 1"),
        (
            "transformation: log",
            "prior: {name: gamma}",
            "'log_lr': prior should have a name, normal or beta",
        ),
        ("type: offline", "num_solutions: 2", "num_solutions above 1 excludes categorical"),
        ("type: offline", "type: grid", "'layers': type grid needs its values as grid"),
    ],
)
def test_a_fault_in_sigopts_file_names_the_key(old, new, problem):
    assert old in SIGOPT
    with pytest.raises(UsageError, match=problem):
        definition_from_file(SIGOPT.replace(old, new), source="e.yml")


@pytest.mark.parametrize("key", ["parameters", "metrics"])
def test_a_missing_list_is_named(key):
    lists = {
        "parameters": '"parameters": [{"name": "x", "type": "int", "bounds": {}}]',
        "metrics": '"metrics": [{"name": "m"}]',
    }
    (rest,) = [text for name, text in lists.items() if name != key]
    with pytest.raises(UsageError, match=f"e.json: the key '{key}' is missing"):
        definition_from_file(f"{{{rest}}}", source="e.json")


def test_several_objectives_are_a_list():
    made = definition_from_file(
        "objectives: [{metric: loss, minimize: true}, {metric: speed}]\n"
        "parameters: [{name: x, type: range, bounds: [0.0, 1.0]}]\n",
        source="e.yml",
    )
    objective = made.experiment.optimization_config.objective
    assert isinstance(objective, MultiObjective)
    assert [(m.name, m.lower_is_better) for m in objective.metrics] == [
        ("loss", True),
        ("speed", False),
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("objectives: [{metric: a}]", "objectives should be two or more different metrics, got a"),
        ("objectives: [{metric: a}, {metric: a}]", "two or more different metrics, got a, a"),
        ("objectives: [a, b]", r"objectives\[0\] should be a table, got 'a'"),
        ("objectives: [{metric: a}, {metrik: a}]", r"objectives\[1\]: unknown key 'metrik'"),
        ("objectives: [{metric: a}]\nobjective: {metric: b}", "objective or objectives, got both"),
    ],
)
def test_a_fault_in_the_objectives_is_named(text, problem):
    parameters = "parameters: [{name: x, type: range, bounds: [0.0, 1.0]}]\n"
    with pytest.raises(UsageError, match=problem):
        definition_from_file(f"{parameters}{text}", source="e.yml")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UsageError, match=r"cannot read .*none.yml': no such file"):
        read_experiment_file(tmp_path / "none.yml")

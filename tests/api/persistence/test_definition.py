"""Definition files: both languages, and each mistake is named by its key."""

import json

import pytest

from armwright import ax
from armwright.errors import UsageError
from armwright.persistence import definition as module
from armwright.persistence import definition_from_dict, definition_from_text

TOML = """
name = "digits"
description = "support vector machine"
budget = 25
seed = 7
parameter_constraints = ["a + 2*b <= 3", "a <= b"]
outcome_constraints = ["latency <= 40"]
tracking_metrics = ["seconds"]

[objective]
metric = "accuracy"
minimize = false

[[parameters]]
name = "C"
type = "range"
bounds = [0.001, 1000.0]
log_scale = true
digits = 3

[[parameters]]
name = "a"
type = "range"
bounds = [0, 4]

[[parameters]]
name = "b"
type = "range"
bounds = [0.0, 4.0]

[[parameters]]
name = "kernel"
type = "choice"
values = ["rbf", "poly"]
is_ordered = true

[[parameters]]
name = "epochs"
type = "fixed"
value = 10
"""


def test_a_definition_says_all_there_is_to_an_experiment():
    made = definition_from_text(TOML, source="e.toml")
    experiment = made.experiment
    assert (made.budget, made.seed) == (25, 7)
    assert (experiment.name, experiment.description) == ("digits", "support vector machine")
    assert list(experiment.parameters) == ["C", "a", "b", "kernel", "epochs"]
    assert experiment.parameters["C"] == ax.RangeParameter(
        "C", ax.ParameterType.FLOAT, 0.001, 1000.0, log_scale=True, digits=3
    )
    assert experiment.parameters["a"].parameter_type is ax.ParameterType.INT
    assert experiment.parameters["kernel"].is_ordered
    assert experiment.parameters["epochs"].value == 10
    assert [repr(item) for item in experiment.search_space.parameter_constraints] == [
        repr(ax.ParameterConstraint({"a": 1.0, "b": 2.0}, 3.0)),
        "OrderConstraint(a <= b)",
    ]
    config = experiment.optimization_config
    assert config.objective == ax.Objective(
        ax.Metric("accuracy", lower_is_better=False), minimize=False
    )
    assert config.outcome_constraints[0].bound == 40.0
    assert not config.outcome_constraints[0].relative
    assert list(experiment.metrics) == ["seconds", "latency", "accuracy"]


def test_toml_and_json_say_the_same():
    import tomllib

    from_json = definition_from_text(json.dumps(tomllib.loads(TOML)), source="e.json")
    from_toml = definition_from_text(TOML, source="e.toml")
    from_json.experiment._time_created = from_toml.experiment._time_created
    assert from_json == from_toml


def test_the_example_in_the_modules_own_words_can_be_read():
    made = definition_from_text(module.__doc__.partition("\n\n")[2], source="docstring")
    assert made.experiment.parameters["C"].digits == 4


@pytest.mark.parametrize("encoded", [TOML.encode(), b"\xef\xbb\xbf" + TOML.encode()])
def test_bytes_are_read_as_utf8_with_or_without_a_mark(encoded):
    assert definition_from_text(encoded, source="e.toml").experiment.name == "digits"


def test_digits_round_the_arms(tmp_path):
    import armwright

    made = definition_from_dict(good(parameters=[{**RANGE, "digits": 1}]))
    arms = [trial.arm for trial in armwright.create(tmp_path / "e", made.experiment).ask(5)]
    assert all(round(item.parameters["x"], 1) == item.parameters["x"] for item in arms)


RANGE = {"name": "x", "type": "range", "bounds": [0.0, 1.0]}


def good(**changes):
    """A definition with one parameter; a change to None leaves a key out."""
    whole = {"objective": {"metric": "loss"}, "parameters": [RANGE], **changes}
    return {key: item for key, item in whole.items() if item is not None}


def test_the_smallest_definition_is_enough():
    made = definition_from_dict(good())
    assert (made.budget, made.seed, made.experiment.has_name) == (None, None, False)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"parameters": None}, "the key 'parameters' is missing"),
        ({"objective": None}, "the key 'objective' is missing"),
        ({"parameters": []}, "parameters should name at least one parameter"),
        ({"parameters": {"x": 1}}, "parameters should be a list, got {'x': 1}"),
        ({"parameters": [3]}, r"parameters\[0\] should be a table .* got 3"),
        ({"budgte": 3}, "unknown key 'budgte'; the keys are name, description, parameters"),
        ({"budget": 0}, "budget should be at least 1, got 0"),
        ({"budget": True}, "budget should be a whole number, got True"),
        ({"budget": 2.5}, "budget should be a whole number, got 2.5"),
        ({"budget": "10"}, "budget should be a whole number, got '10'"),
        ({"seed": 1.0}, "seed should be a whole number, got 1.0"),
        ({"name": 3}, "name should be a text, got 3"),
        ({"description": ["a"]}, r"description should be a text, got \['a'\]"),
        ({"objective": "loss"}, "objective should be a table, got 'loss'"),
        ({"objective": {}}, "objective.metric should be a metric's name, got none"),
        ({"objective": {"metric": 3}}, "objective.metric should be a metric's name, got 3"),
        ({"objective": {"metric": " "}}, "objective.metric should be a metric's name, got ' '"),
        ({"objective": {"metric": "a", "minimise": True}}, "objective: unknown key 'minimise'"),
        ({"objective": {"metric": "a", "minimize": 1}}, "minimize should be true or false, got 1"),
        ({"tracking_metrics": "a"}, "tracking_metrics should be a list, got 'a'"),
        ({"tracking_metrics": [3]}, r"tracking_metrics\[0\] should be a text, got 3"),
        ({"tracking_metrics": [""]}, r"tracking_metrics\[0\] should be a text, got ''"),
        ({"tracking_metrics": ["a", "a"]}, "tracking_metrics: .*'a' is tracked already"),
        ({"tracking_metrics": ["loss"]}, "tracking_metrics: 'loss' is optimized or bounded alr"),
        ({"parameter_constraints": [3]}, r"parameter_constraints\[0\] should be a text, got 3"),
        ({"parameter_constraints": ["x"]}, r"parameter_constraints\[0\]: Parameter constraint sh"),
        (
            {"parameter_constraints": ["x + z <= 3"]},
            r"parameter_constraints\[0\]: 'z' in 'x \+ z <= 3' is no parameter .* \['x'\]",
        ),
        ({"parameter_constraints": ["x <= x"]}, "parameter_constraints"),
        ({"outcome_constraints": [3]}, r"outcome_constraints\[0\] should be a text, got 3"),
        ({"outcome_constraints": ["a < 3"]}, r"outcome_constraints\[0\]: Outcome constraint shou"),
        ({"outcome_constraints": ["a <= b"]}, r"outcome_constraints\[0\]: Outcome constraint bou"),
        ({"outcome_constraints": ["loss <= 3"]}, "outcome_constraints: .*metric of the objective"),
        ({"outcome_constraints": ["a <= 1", "a <= 2"]}, "outcome_constraints: metric 'a'"),
        ({"parameters": [RANGE, RANGE]}, "parameters: .*names must be unique, got 'x' twice"),
    ],
    ids=str,
)
def test_a_mistake_is_named_by_its_key(changes, problem):
    with pytest.raises(UsageError, match=f"definition: .*{problem}"):
        definition_from_dict(good(**changes))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": None}, "a parameter needs a 'name'"),
        ({"name": 3}, "name must be a str, got 3"),
        ({"name": ""}, "name should not be empty"),
        ({"type": None}, "'type' is missing"),
        ({"type": "rnage"}, "type must be 'range', 'choice' or 'fixed', got 'rnage'"),
        ({"type": ["range"]}, r"type must be .* got \['range'\]"),
        ({"bounds": None}, "'bounds' is missing"),
        ({"bounds": 3}, "bounds must be a list of two numbers, lower and upper, got 3"),
        ({"bounds": [1.0]}, "bounds must be a list of two numbers"),
        ({"bounds": [1.0, 0.0]}, "lower must be below upper"),
        ({"bounds": [1.0, 1.0]}, "lower must be below upper"),
        ({"bounds": [0, 1.5]}, "all values must be of one type"),
        ({"bounds": [False, True]}, r"bounds must be numbers, got \[False, True\]"),
        ({"bounds": [0, True]}, "bounds must be numbers"),
        ({"bounds": ["0", "1"]}, "parameter_type must be INT or FLOAT"),
        ({"bounds": [0.0, float("inf")]}, "bounds must be finite"),
        ({"bounds": [float("nan"), 1.0]}, "bounds must be finite"),
        ({"bounds": [0, 10**400], "value_type": "float"}, "too large"),
        ({"log_scale": True}, "lower must be above 0 on a log scale"),
        ({"log_scale": 1}, "log_scale must be True or False, got 1"),
        ({"values": [1, 2]}, "unknown key 'values' for a parameter of type 'range'"),
        ({"value_type": "real"}, r"value_type must be one of .* got 'real'"),
        ({"value_type": ["int"]}, r"value_type must be one of .* got \['int'\]"),
        ({"value_type": "int", "bounds": [0.5, 2.0]}, "must be of value_type 'int', got 0.5"),
        ({"digits": -1}, "digits should be a whole number from 0 to 15, got -1"),
        ({"digits": True}, "digits should be a whole number from 0 to 15, got True"),
        ({"digits": 1.0}, "digits should be a whole number from 0 to 15, got 1.0"),
        ({"digits": "3"}, "digits should be a whole number from 0 to 15, got '3'"),
        ({"digits": 2, "bounds": [0, 9]}, "digits are for parameters of type float"),
        ({"digits": 0, "bounds": [0.1, 0.2]}, "digits: .*lower must be below upper when rounded"),
        ({"is_fidelity": True}, "target_value must be given"),
    ],
    ids=str,
)
def test_a_mistake_in_a_range_parameter_is_named(changes, problem):
    spec = {key: item for key, item in {**RANGE, **changes}.items() if item is not None}
    with pytest.raises(UsageError, match=rf"parameters\[0\].*{problem}"):
        definition_from_dict(good(parameters=[spec]))


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"values": None}, "'values' is missing"),
        ({"values": []}, "values must be a list of two or more"),
        ({"values": ["a"]}, "values must be a list of two or more"),
        ({"values": "ab"}, "values must be a list of two or more"),
        ({"values": ["a", 1]}, "all values must be of one type"),
        ({"values": [True, 1]}, "all values must be of one type"),
        ({"values": [["a"], ["b"]]}, "values must be int, float, bool or str"),
        ({"values": ["a", "b", "a"]}, "values should be different, got 'a' twice"),
        ({"values": [1, 2], "value_type": "bool"}, "must be of value_type 'bool', got 1"),
        ({"values": ["1", "2"], "value_type": "int"}, "must be of value_type 'int', got '1'"),
        ({"log_scale": True}, "unknown key 'log_scale' for a parameter of type 'choice'"),
        ({"digits": 2}, "unknown key 'digits' for a parameter of type 'choice'"),
        ({"is_ordered": "yes"}, "is_ordered must be True or False, got 'yes'"),
    ],
    ids=str,
)
def test_a_mistake_in_a_choice_parameter_is_named(changes, problem):
    spec = {"name": "k", "type": "choice", "values": ["a", "b"], **changes}
    spec = {key: item for key, item in spec.items() if item is not None}
    with pytest.raises(UsageError, match=rf"parameters\[0\] \(k\): .*{problem}"):
        definition_from_dict(good(parameters=[spec]))


def test_a_list_of_objectives_under_the_key_of_one_is_told_where_it_belongs():
    with pytest.raises(UsageError, match="objective should be a table") as refused:
        definition_from_dict(good(objective=[{"metric": "a"}, {"metric": "b"}]))
    assert refused.value.hint == "several objectives go under the key objectives"


@pytest.mark.parametrize("value", [[1], None, {}], ids=str)
def test_a_fixed_parameter_has_one_plain_value(value):
    spec = {"name": "k", "type": "fixed", "value": value}
    with pytest.raises(UsageError, match=r"\(k\): k: value must be one int, float, bool or str"):
        definition_from_dict(good(parameters=[spec]))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "e: the key 'parameters' is missing"),
        ("a = ]", "e is not TOML: .*line 1"),
        ("\n\nname = 'a'\nname = 'b'\n", "e is not TOML: .*line 4"),
        ("name yaml", "e is not TOML"),
        ('[{"name": "x"}]', "e is not TOML"),
        ('{"name": ', "e is not JSON: .*line 1"),
        ('{"seed": 1, "seed": 2}', "e is not JSON: the key 'seed' is there twice"),
        ('{"seed": ' + "9" * 5000 + "}", "e is not JSON"),
        ('{"a":' * 100_000, "e is not JSON"),
        ("[objective]\nmetric = 'a'\nbudget = 3", "objective: unknown key 'budget'|missing"),
        (b"\n\xff", "e is not text in UTF-8: line 2 holds the byte 0xff"),
    ],
    ids=lambda text: repr(text)[:24],
)
def test_a_file_that_cannot_be_read_says_where(text, problem):
    with pytest.raises(UsageError, match=problem):
        definition_from_text(text, source="e")

"""The fields of create_experiment: what is accepted, refused, and filled in."""

import re

import pytest

from armwright import sigopt
from armwright.sigopt.exception import ApiException
from armwright.sigopt.validate import ValidationError

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}
N = {"name": "n", "type": "int", "bounds": {"min": 1, "max": 9}}
C = {"name": "c", "type": "categorical", "categorical_values": ["red", "blue"]}
Y, Z = {"name": "y"}, {"name": "z"}
LOW = {"name": "low", "strategy": "constraint", "threshold": 1.0, "objective": "minimize"}


def with_x(**more):
    return {"parameters": [{**X, **more}]}


def with_n(**more):
    return {"parameters": [{**N, **more}]}


def with_c(**more):
    return {"parameters": [{**C, **more}]}


def with_metrics(*metrics, budget=9):
    return {"metrics": list(metrics), "budget": budget}


A = {"name": "a", "values": ["p", "q"]}
IF_P = {**X, "name": "w", "conditions": {"a": "p"}}
UNTIL = {"type": "less_than", "threshold": 9, "terms": [{"name": "n", "weight": 1}]}


def with_constraint(*weights, names=("x", "v"), **more):
    v = {**X, "name": "v"}
    terms = [{"name": n, "weight": w} for n, w in zip(names, weights, strict=False)]
    constraint = {"type": "less_than", "threshold": 1, "terms": terms, **more}
    return {"parameters": [X, v, N, C], "linear_constraints": [constraint]}


SHAPES = {
    "name is not text": ({"name": 3}, "name"),
    "name is empty": ({"name": ""}, "name"),
    "no parameters": ({"parameters": []}, "parameters"),
    "parameters is a mapping": ({"parameters": X}, "parameters"),
    "parameters is None": ({"parameters": None}, "parameters"),
    "a parameter is text": ({"parameters": ["x"]}, "parameters[0]"),
    "no metrics": ({"metrics": []}, "metrics"),
    "a metric is text": ({"metrics": ["y"]}, "metrics[0]"),
    "negative budget": ({"budget": -1}, "budget"),
    "infinite budget": ({"budget": float("inf")}, "budget"),
    "budget is text": ({"budget": "9"}, "budget"),
    "budget is NaN": ({"budget": float("nan")}, "budget"),
    "parallel_bandwidth is a float": ({"parallel_bandwidth": 2.0}, "parallel_bandwidth"),
    "a parameter without a name": (with_x(name=None), "name"),
    "a parameter without a type": (with_x(type=None), "type"),
    "a parameter that says nothing": ({"parameters": [{}]}, "parameters[0]"),
    "a parameter with a key that is no text": ({"parameters": [{**X, 3: 4}]}, "3"),
    "a metric without a name": (with_metrics({"objective": "maximize"}), "name"),
    "a strategy that is no text": (with_metrics({**Y, "strategy": 1}), "strategy"),
    "a threshold that is no number": (with_metrics({**LOW, "threshold": "1"}), "threshold"),
    "parallel_bandwidth 0": ({"parallel_bandwidth": 0}, "parallel_bandwidth"),
    "parallel_bandwidth 1.5": ({"parallel_bandwidth": 1.5}, "parallel_bandwidth"),
    "a project": ({"project": "p"}, "project"),
}


@pytest.mark.parametrize(("fields", "named"), SHAPES.values(), ids=SHAPES)
def test_a_wrong_shape_is_a_type_error_that_names_the_field(make, fields, named):
    with pytest.raises(ValidationError, match=re.escape(named)) as caught:
        make(**fields)
    assert isinstance(caught.value, TypeError)


VALUES = {
    "name is blank": ({"name": " "}, "empty"),
    "name too long": ({"name": "e" * 101}, "100"),
    "name with a control character": ({"name": "a\nb"}, "control"),
    "unknown type": ({"type": "bayes"}, "type"),
    "budget 0": ({"budget": 0}, "budget"),
    "budget of half a run": ({"budget": 2.5}, "budget"),
    "num_solutions 0": ({"num_solutions": 0}, "num_solutions"),
    "unknown key": ({"spam": 1}, "spam"),
    "observation_budget": ({"observation_budget": 9}, "observation_budget"),
    "tasks": ({"tasks": []}, "tasks"),
    "runs_only": ({"runs_only": True}, "runs_only"),
    "metric": ({"metric": Y}, "unknown key 'metric'"),
    # parameters
    "parameter of unknown type": (with_x(type="float"), "type"),
    "parameter name too long": (with_x(name="x" * 101), "100"),
    "unknown key of a parameter": (with_x(spam=1), "spam"),
    "two parameters of a name": ({"parameters": [X, {**N, "name": "x"}]}, "twice"),
    "neither bounds nor grid": (with_x(bounds=None), "bounds"),
    "bounds and grid": (with_x(grid=[0.2, 0.4]), "not both"),
    "bounds without max": (with_x(bounds={"min": 0}), "bounds.max"),
    "bounds that are not finite": (with_x(bounds={"min": 0, "max": float("inf")}), "finite"),
    "bounds too close": (with_x(bounds={"min": 0, "max": 1e-9}), "below"),
    "bounds the wrong way round": (with_x(bounds={"min": 1, "max": 0}), "below"),
    "grid of one value": (with_x(bounds=None, grid=[0.5]), "two"),
    "grid with repeats": (with_x(bounds=None, grid=[0.5, 0.5, 1]), "twice"),
    "fractional bounds of an int": (with_n(bounds={"min": 0.5, "max": 3}), "whole"),
    "fractional grid of an int": (with_n(bounds=None, grid=[1, 2.5]), "whole"),
    "transformation of an int": (with_n(transformation="log"), "double"),
    "prior of an int": (with_n(prior={"name": "normal", "mean": 3, "scale": 1}), "double"),
    "categories of an int": (with_n(categorical_values=["a", "b"]), "categorical"),
    "one category": (with_c(categorical_values=["red"]), "two"),
    "categories with repeats": (with_c(categorical_values=["red", "red"]), "twice"),
    "category too long": (with_c(categorical_values=["r" * 51, "b"]), "50"),
    "category that is no text": (with_c(categorical_values=[1, 2]), "text"),
    "bounds of a categorical": (with_c(bounds={"min": 0, "max": 1}), "bounds"),
    "grid of a categorical": (with_c(grid=[1, 2]), "grid"),
    "transformation of a categorical": (with_c(transformation="log"), "double"),
    "prior of a categorical": (
        with_c(prior={"name": "beta", "shape_a": 1, "shape_b": 1}),
        "double",
    ),
    "unknown transformation": (with_x(transformation="exp"), "log"),
    "log from 0": (with_x(transformation="log"), "above 0"),
    "log of a grid from 0": (with_x(bounds=None, grid=[0, 1], transformation="log"), "above 0"),
    "unknown prior": (with_x(prior={"name": "gamma"}), "prior"),
    "prior with a mean outside": (
        with_x(prior={"name": "normal", "mean": 2, "scale": 1}),
        "within the bounds",
    ),
    "prior with scale 0": (with_x(prior={"name": "normal", "mean": 0.5, "scale": 0}), "scale"),
    "beta prior with shape 0": (
        with_x(prior={"name": "beta", "shape_a": 0, "shape_b": 1}),
        "shape_a",
    ),
    "prior on a log scale": (
        with_x(
            bounds={"min": 0.1, "max": 1},
            transformation="log",
            prior={"name": "normal", "mean": 0.5, "scale": 1},
        ),
        "prior",
    ),
    "prior on a grid": (
        with_x(bounds=None, grid=[0, 1], prior={"name": "normal", "mean": 0.5, "scale": 1}),
        "prior",
    ),
    "default outside": (with_x(default_value=2), "default_value"),
    "default between ints": (with_n(default_value=2.5), "default_value"),
    "default beside the grid": (with_x(bounds=None, grid=[0, 1], default_value=0.5), "default"),
    "default of no category": (with_c(default_value="green"), "default_value"),
    # metrics
    "metric name too long": (with_metrics({"name": "m" * 101}), "100"),
    "two metrics of a name": (with_metrics(Y, Y), "twice"),
    "unknown key of a metric": (with_metrics({**Y, "goal": 1}), "goal"),
    "unknown objective": (with_metrics({**Y, "objective": "max"}), "objective"),
    "unknown strategy": (with_metrics({**Y, "strategy": "watch"}), "strategy"),
    "51 metrics": (
        with_metrics(Y, *({"name": f"s{i}", "strategy": "store"} for i in range(50))),
        "50",
    ),
    "three optimized metrics": (with_metrics(Y, Z, {"name": "w"}), "at most 2"),
    "five constraints": (with_metrics(Y, *({**LOW, "name": f"c{i}"} for i in range(5))), "4"),
    "nothing but stored metrics": (with_metrics({**Y, "strategy": "store"}), "optimize"),
    "threshold on the only optimized": (with_metrics({**Y, "threshold": 1}), "threshold"),
    "threshold on a stored": (with_metrics(Y, {**LOW, "strategy": "store"}), "threshold"),
    "constraint without a threshold": (with_metrics(Y, {**LOW, "threshold": None}), "threshold"),
    # budget and solutions
    "two optimized without a budget": (with_metrics(Y, Z, budget=None), "budget"),
    "constraint without a budget": (with_metrics(Y, LOW, budget=None), "budget"),
    "solutions without a budget": ({"num_solutions": 2}, "budget"),
    "solutions above the budget": ({"num_solutions": 5, "budget": 4}, "num_solutions"),
    "solutions of two metrics": ({"num_solutions": 2, **with_metrics(Y, Z)}, "num_solutions"),
    "solutions with categories": ({"num_solutions": 2, "budget": 4, **with_c()}, "categorical"),
    "grid without a grid": ({"type": "grid"}, "grid"),
    "grid with a wrong budget": ({"type": "grid", "budget": 3, **with_c()}, "2"),
    "conditionals that are text": ({"conditionals": "k"}, "conditionals should be a list"),
    "conditionals by name": ({"conditionals": {"k": ["a", "b"]}}, "conditionals should be a list"),
    "constraints that are text": ({"linear_constraints": "x < 1"}, "should be a list"),
    "one constraint": ({"linear_constraints": {"type": "less_than"}}, "should be a list"),
    # conditionals
    "conditional with one value": (
        {"conditionals": [{"name": "a", "values": ["p"]}], "parameters": [X, IF_P]},
        "two",
    ),
    "conditional with repeats": (
        {"conditionals": [{"name": "a", "values": ["p", "p"]}], "parameters": [X, IF_P]},
        "twice",
    ),
    "two conditionals of a name": ({"conditionals": [A, A], "parameters": [X, IF_P]}, "twice"),
    "conditional named as a parameter": (
        {"conditionals": [{**A, "name": "x"}], "parameters": [X]},
        "twice",
    ),
    "condition on nothing known": ({"parameters": [X, IF_P]}, "no conditional"),
    "condition on an unknown value": (
        {"conditionals": [A], "parameters": [X, {**IF_P, "conditions": {"a": ["r"]}}]},
        "'r'",
    ),
    "no parameter left": ({"conditionals": [A], "parameters": [IF_P]}, "no parameter is active"),
    "conditional without use": ({"conditionals": [A]}, "no parameter has conditions"),
    "conditionals of a grid": (
        {
            "type": "grid",
            "conditionals": [A],
            "parameters": [C, {**C, "name": "d", "conditions": {"a": ["p"]}}],
        },
        "conditionals",
    ),
    "conditionals with solutions": (
        {"conditionals": [A], "parameters": [X, IF_P], "num_solutions": 2, "budget": 5},
        "conditionals",
    ),
    "conditionals with constraints alone": (
        {"conditionals": [A], "parameters": [X, IF_P], **with_metrics(LOW)},
        "conditionals",
    ),
    # linear constraints
    "constraint of unknown type": (with_constraint(1, 1, type="equal"), "type"),
    "constraint without threshold": (with_constraint(1, 1, threshold=None), "threshold"),
    "constraint with one term": (with_constraint(1), "two"),
    "constraint with a weight of 0": (with_constraint(1, 0), "two"),
    "constraint on nothing known": (with_constraint(1, 1, names=("x", "u")), "'u'"),
    "constraint on categories": (with_constraint(1, 1, names=("x", "c")), "categorical"),
    "constraint with a name twice": (with_constraint(1, 1, names=("x", "x")), "twice"),
    "constraint on int and double": (with_constraint(1, 1, names=("x", "n")), "one type"),
    "constraint nothing can keep": (with_constraint(1, 1, threshold=-1), "leave no room"),
    "unknown key of a constraint": (with_constraint(1, 1, spam=1), "spam"),
    "constraint on a log scale": (
        {
            **with_constraint(1, 1),
            "parameters": [
                X,
                {**X, "name": "v", "bounds": {"min": 0.1, "max": 1}, "transformation": "log"},
            ],
        },
        "transformation",
    ),
    "constraint on a grid": (
        {
            **with_constraint(1, 1),
            "parameters": [X, {**X, "name": "v", "bounds": None, "grid": [0, 1]}],
        },
        "grid",
    ),
    "constraint on a conditioned": (
        {
            **with_constraint(1, 1, names=("x", "w")),
            "parameters": [X, IF_P],
            "conditionals": [A],
        },
        "conditions",
    ),
    "eleven ints in constraints": (
        {
            "parameters": [{**N, "name": f"n{i}"} for i in range(11)],
            "linear_constraints": [
                {**UNTIL, "terms": [{"name": f"n{i}", "weight": 1} for i in range(11)]}
            ],
        },
        "10",
    ),
    # metadata
    "nested metadata": ({"metadata": {"a": {"b": 1}}}, "metadata"),
    "metadata too long": ({"metadata": {"a": "x" * 501}}, "500"),
    "metadata key too long": ({"metadata": {"a" * 101: 1}}, "100"),
    "101 keys of metadata": ({"metadata": {str(i): i for i in range(101)}}, "100"),
    "metadata that is no mapping": ({"metadata": ["a"]}, "mapping"),
    # kinds, deeper than the client looks
    "a conditional that is a number": ({"conditionals": [3]}, "a conditional should be an object"),
    "a conditional that is a list": ({"conditionals": [[]]}, "a conditional should be an object"),
    "a constraint that is a number": ({"linear_constraints": [3]}, "should be an object"),
    "a budget beyond all floats": ({"budget": 10**400}, "below 1.8e308"),
    "metadata beyond all floats": ({"metadata": {"a": 10**400}}, "below 1.8e308"),
    "a prior's name that is a list": (
        {
            "parameters": [
                {
                    "name": "x",
                    "type": "double",
                    "bounds": {"min": 0, "max": 1},
                    "prior": {"name": []},
                }
            ]
        },
        "normal or beta",
    ),
}


@pytest.mark.parametrize(("fields", "said"), VALUES.values(), ids=VALUES)
def test_a_wrong_value_is_refused_with_status_400(make, fields, said):
    with pytest.raises(ApiException, match=re.escape(said)) as caught:
        make(**fields)
    assert caught.value.status_code == 400


def test_fields_are_keywords_only():
    with pytest.raises(TypeError, match="positional"):
        sigopt.create_experiment("e", [X], [Y])


@pytest.mark.parametrize("field", ["name", "parameters", "metrics"])
def test_a_field_that_must_be_there_is_missed_by_python(field):
    fields = {"name": "e", "parameters": [X], "metrics": [Y]}
    del fields[field]
    with pytest.raises(TypeError, match=field):
        sigopt.create_experiment(**fields)


OPTIONAL = (
    *("type", "budget", "parallel_bandwidth", "num_solutions", "conditionals"),
    *("linear_constraints", "metadata"),
)


@pytest.mark.parametrize("field", OPTIONAL)
def test_none_is_accepted_for_an_optional_field(make, field):
    assert make(**{field: None}).state == "active"


READ = {
    "name is stripped": ({"name": " e "}, lambda e: e.name, "e"),
    "type": ({}, lambda e: e.type, "offline"),
    "budget": ({}, lambda e: e.budget, None),
    "an integral budget": ({"budget": 9.0}, lambda e: e.budget, 9),
    "parallel_bandwidth": ({"parallel_bandwidth": 3}, lambda e: e.parallel_bandwidth, 3),
    "no conditionals": ({}, lambda e: e.conditionals, []),
    "no linear constraints": ({}, lambda e: e.linear_constraints, []),
    "no metadata": ({}, lambda e: e.metadata, {}),
    "metadata": ({"metadata": {"a": 1, "b": "t"}}, lambda e: e.metadata, {"a": 1, "b": "t"}),
    "None drops metadata": ({"metadata": {"a": None}}, lambda e: e.metadata, {}),
    "project": ({}, lambda e: e.project, "tests"),
    "parameters are sorted": (
        {"parameters": [X, N, C]},
        lambda e: [p.name for p in e.parameters],
        ["c", "n", "x"],
    ),
    "metrics are sorted": (
        with_metrics(Z, Y),
        lambda e: [m.name for m in e.metrics],
        ["y", "z"],
    ),
    "categories keep their order": (
        {"parameters": [C]},
        lambda e: [c.name for c in e.parameters[0].categorical_values],
        ["red", "blue"],
    ),
    "categories are counted from 1": (
        {"parameters": [C]},
        lambda e: [c.enum_index for c in e.parameters[0].categorical_values],
        [1, 2],
    ),
    "categories given as objects": (
        with_c(categorical_values=[{"name": "u"}, {"name": "v"}]),
        lambda e: [c.name for c in e.parameters[0].categorical_values],
        ["u", "v"],
    ),
    "a grid is sorted": (with_x(bounds=None, grid=[3, 1]), lambda e: e.parameters[0].grid, [1, 3]),
    "a grid has bounds": (
        with_x(bounds=None, grid=[3, 1]),
        lambda e: (e.parameters[0].bounds.min, e.parameters[0].bounds.max),
        (1.0, 3.0),
    ),
    "bounds of ints are floats": (
        with_n(),
        lambda e: [type(e.parameters[0].bounds.max), e.parameters[0].bounds.max],
        [float, 9.0],
    ),
    "log": (
        with_x(bounds={"min": 0.1, "max": 1}, transformation="log"),
        lambda e: e.parameters[0].transformation,
        "log",
    ),
    "transformation none": (
        with_x(transformation="none"),
        lambda e: e.parameters[0].transformation,
        None,
    ),
    "normal prior": (
        with_x(prior={"name": "normal", "mean": 0.5, "scale": 0.1}),
        lambda e: (e.parameters[0].prior.name, e.parameters[0].prior.mean),
        ("normal", 0.5),
    ),
    "beta prior": (
        with_x(prior={"name": "beta", "shape_a": 2, "shape_b": 3}),
        lambda e: (e.parameters[0].prior.shape_b, e.parameters[0].prior.mean),
        (3, None),
    ),
    "default_value": (with_n(default_value=3), lambda e: e.parameters[0].default_value, 3),
    "precision is accepted": (with_x(precision=3), lambda e: e.parameters[0].name, "x"),
    "tunable is accepted": (with_x(tunable=True), lambda e: e.parameters[0].name, "x"),
    "objective": ({}, lambda e: e.metrics[0].objective, "maximize"),
    "strategy": ({}, lambda e: e.metrics[0].strategy, "optimize"),
    "threshold": ({}, lambda e: e.metrics[0].threshold, None),
    "threshold of one of two": (
        with_metrics({**Y, "threshold": 0.5}, Z),
        lambda e: e.metrics[0].threshold,
        0.5,
    ),
    "constraints alone": (with_metrics(LOW), lambda e: e.metrics[0].strategy, "constraint"),
    "stored metrics need no budget": (
        with_metrics(Y, {"name": "s", "strategy": "store"}, budget=None),
        lambda e: e.budget,
        None,
    ),
    "a bare condition": (
        {"conditionals": [A], "parameters": [X, IF_P]},
        lambda e: e.parameters[0].conditions,
        {"a": ["p"]},
    ),
    "conditionals": (
        {"conditionals": [A], "parameters": [X, IF_P]},
        lambda e: (e.conditionals[0].name, e.conditionals[0].values),
        ("a", ["p", "q"]),
    ),
    "linear constraints": (
        with_constraint(1, 2),
        lambda e: [(t.name, t.weight) for t in e.linear_constraints[0].terms],
        [("x", 1), ("v", 2)],
    ),
    "ints may be constrained": (
        {
            "parameters": [N, {**N, "name": "k"}],
            "linear_constraints": [
                {**UNTIL, "terms": [{"name": "n", "weight": 1}, {"name": "k", "weight": -1}]}
            ],
        },
        lambda e: e.linear_constraints[0].type,
        "less_than",
    ),
    "num_solutions": ({"num_solutions": 2, "budget": 9}, lambda e: e.num_solutions, 2),
    "budget of a grid": ({"type": "grid", "parameters": [C]}, lambda e: e.budget, 2),
    "a grid with its own budget": (
        {"type": "grid", "parameters": [C], "budget": 2},
        lambda e: e.budget,
        2,
    ),
    "numbers of NumPy": (
        with_x(bounds={"min": __import__("numpy").float64(0), "max": 1}),
        lambda e: e.parameters[0].bounds.min,
        0.0,
    ),
}


@pytest.mark.parametrize(("fields", "read", "expected"), READ.values(), ids=READ)
def test_a_field_reads_back_as_documented(make, fields, read, expected):
    made = make(**fields)
    assert read(made) == expected
    assert read(sigopt.get_experiment(made.id)) == expected

"""Linear constraints that leave no room, and conditionals that decide nothing."""

import pytest

from armwright.sigopt.exception import ApiException

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}
Y = {**X, "name": "y"}
WIDE = {**X, "name": "wide", "bounds": {"min": 0.0, "max": 1e9}}
NARROW = {**X, "name": "narrow", "bounds": {"min": 0.0, "max": 1e-6}}
N = {"name": "n", "type": "int", "bounds": {"min": 0, "max": 9}}
M = {**N, "name": "m"}


def constraint(threshold, *names, kind="less_than", weights=None):
    weights = weights or [1] * len(names)
    terms = [{"name": n, "weight": w} for n, w in zip(names, weights, strict=True)]
    return {"type": kind, "threshold": threshold, "terms": terms}


def floor(threshold, *names, **more):
    return constraint(threshold, *names, kind="greater_than", **more)


@pytest.mark.parametrize(
    ("parameters", "constraints"),
    [
        ([X, Y], [constraint(0.9, "x", "y"), floor(1.1, "x", "y")]),
        ([X, Y], [constraint(0.5, "x", "y"), floor(0.5, "x", "y")]),
        ([X, Y], [floor(2, "x", "y")]),
        ([X, Y], [constraint(0, "x", "y")]),
        ([N, M], [constraint(0, "m", "n", weights=[1, -1]), floor(0, "m", "n", weights=[1, -1])]),
    ],
    ids=["apart", "a line", "a corner", "the lower corner", "a line of whole numbers"],
)
def test_constraints_without_room_are_refused(make, parameters, constraints):
    with pytest.raises(ApiException, match="leave no room") as caught:
        make(parameters=parameters, linear_constraints=constraints)
    assert caught.value.status_code == 400


@pytest.mark.parametrize(
    ("parameters", "constraints"),
    [
        ([X, Y], [constraint(0.5, "x", "y"), floor(0.4999, "x", "y")]),
        ([N, M], [floor(0, "m", "n", weights=[1, -1])] * 2),
        ([WIDE, NARROW], [constraint(1e8, "wide", "narrow")]),
        ([WIDE, NARROW], [floor(0, "wide", "narrow", weights=[1e-15, -1])]),
    ],
    ids=["a strip", "twice the same", "wide", "of different widths"],
)
def test_constraints_with_some_room_are_kept(make, parameters, constraints):
    experiment = make(type="random", parameters=parameters, linear_constraints=constraints)
    assert len(experiment.linear_constraints) == len(constraints)
    params = experiment.create_run().params
    for item in constraints:
        total = sum(term["weight"] * params[term["name"]] for term in item["terms"])
        assert total <= item["threshold"] if item["type"] == "less_than" else total >= 0


def test_terms_without_weight_are_left_out(make):
    terms = constraint(1, "x", "y", "n", weights=[1, 1, 0])
    found = make(parameters=[X, Y, N], linear_constraints=[terms]).linear_constraints
    assert [term.name for term in found[0].terms] == ["x", "y"]


def test_one_of_two_conditionals_may_decide_nothing(make):
    conditionals = [{"name": "k", "values": ["a", "b"]}, {"name": "l", "values": ["a", "b"]}]
    experiment = make(
        conditionals=conditionals, parameters=[X, {**Y, "conditions": {"k": ["a"]}}], type="random"
    )
    assert set(experiment.create_run().params) >= {"k", "l", "x"}

"""Domain objects become JSON and come back equal."""

import json
import math
from collections import OrderedDict
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from zoo import EXPERIMENTS, OBJECTS

from armwright import ax
from armwright.experiment.equality import equal
from armwright.persistence.json_codec import object_from_json, object_to_json


def through_text(value):
    return object_from_json(json.loads(json.dumps(object_to_json(value), allow_nan=False)))


@pytest.mark.parametrize("make", OBJECTS.values(), ids=OBJECTS)
def test_every_domain_object_comes_back_equal(make):
    original = make()
    back = through_text(original)
    assert type(back) is type(original)
    assert back == original


@pytest.mark.parametrize("make", OBJECTS.values(), ids=OBJECTS)
def test_a_second_round_trip_writes_the_same_text(make):
    first = json.dumps(object_to_json(make()))
    assert json.dumps(object_to_json(object_from_json(json.loads(first)))) == first


def test_a_generator_run_keeps_its_moment_and_place():
    run = OBJECTS["run"]()
    run.index = 3
    back = through_text(run)
    assert (back.time_created, back.index) == (run.time_created, 3)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -0.0,
        1e308,
        5e-324,
        0.1,
        10**30,
        "ü\n\u2028",
        math.inf,
        -math.inf,
        [1, [2.0]],
        (1, (2, "a")),
        {1: "int key", None: "none", (1, 2): "tuple"},
        {"__type": "user's own"},
        {"a": {"b": (1, {2, 3})}},
        OrderedDict([("b", 1), ("a", {"__type": 2})]),
        datetime(2020, 1, 2, 3, 4, 5, 678901),
        datetime(2020, 1, 2, tzinfo=UTC),
    ],
    ids=repr,
)
def test_a_plain_value_comes_back_with_its_type(value):
    back = through_text(value)
    assert type(back) is type(value)
    assert back == value
    assert str(back) == str(value)


def test_nan_comes_back_as_nan():
    assert math.isnan(through_text(math.nan))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float64(0.1), 0.1),
        (np.float32(0.5), 0.5),
        (np.int8(3), 3),
        (np.bool_(True), True),
        (np.str_("a"), "a"),
        (np.longdouble(2), 2.0),
        (np.array(4), 4),
    ],
    ids=repr,
)
def test_a_numpy_scalar_becomes_pythons(value, expected):
    back = through_text(value)
    assert type(back) is type(expected)
    assert back == expected


def test_an_array_comes_back_with_its_shape_and_gaps():
    array = np.array([[1.0, math.nan], [math.inf, -0.0]])
    np.testing.assert_array_equal(through_text(array), array)


def test_a_data_frame_comes_back_with_every_digit():
    frame = pd.DataFrame({"a": [0.1 + 0.2, math.inf], "b": ["inf", None], "c": [1, 2]})
    back = through_text(frame)
    assert equal(back, frame)
    assert back["a"].tolist() == frame["a"].tolist()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.text() | st.integers() | st.just("__type"), inner)
    ),
    max_leaves=8,
)


@given(json_values)
def test_whatever_metadata_a_user_keeps_comes_back(value):
    assert through_text(value) == value


class Registered(ax.Metric):
    """A metric of the user's own."""

    def __init__(self, name, path, options=None, **extra):  # noqa: ARG002 - not kept
        super().__init__(name)
        self.path, self.options = path, options


class Unregistered(ax.Metric):
    """A metric nobody registered."""


class Careless(ax.Metric):
    """A metric that does not keep its argument."""

    def __init__(self, name, path):
        super().__init__(name)
        self._where = path


class Deployer(ax.Runner):
    """A runner of the user's own."""

    def __init__(self, queue):
        self.queue = queue

    def run(self, trial):
        return {"name": str(trial.index)}


def test_a_registered_metric_comes_back_with_its_arguments():
    ax.register_metric(Registered)
    metric = Registered("m", "a/b", options={"k": (1,)})
    assert through_text(metric) == metric


def test_a_registered_runner_comes_back_with_its_arguments():
    ax.register_runner(Deployer)
    assert through_text(Deployer("gpu")) == Deployer("gpu")


def test_a_class_registered_again_takes_the_place_of_its_namesake():
    old = type("Again", (ax.Metric,), {})
    new = type("Again", (ax.Metric,), {})
    ax.register_metric(old)
    document = object_to_json(old("m"))
    ax.register_metric(new)
    assert type(object_from_json(document)) is new
    assert type(through_text(new("m"))) is new


def test_an_unknown_metric_names_its_class_and_what_to_call():
    with pytest.raises(ax.JSONEncodeError, match=r"Unregistered.*\n.*register_metric\(Unregis"):
        object_to_json(ax.Objective(Unregistered("m")))


def test_a_document_with_an_unknown_class_names_it_and_what_to_call():
    with pytest.raises(ax.JSONDecodeError, match=r"a Gone, a class.*\n.*register_metric"):
        object_from_json({"metric": {"__type": "Gone", "name": "m"}})


def test_a_class_that_hides_an_argument_is_told_how_to_show_it():
    ax.register_metric(Careless)
    with pytest.raises(ax.JSONEncodeError, match=r"'path'\n.*attribute of the same name"):
        object_to_json(Careless("m", "a/b"))


@pytest.mark.parametrize("thing", [int, ax.Runner, Deployer("q"), "Metric"], ids=str)
def test_only_a_subclass_of_metric_can_be_registered_as_one(thing):
    with pytest.raises(ax.JSONEncodeError, match="expected a subclass of Metric"):
        ax.register_metric(thing)


def test_a_class_cannot_take_the_name_of_one_of_ours():
    impostor = type("BraninMetric", (ax.Metric,), {})
    with pytest.raises(ax.JSONEncodeError, match="BraninMetric is the name of a class of armw"):
        ax.register_metric(impostor)


@pytest.mark.parametrize(
    "value",
    [object(), 1j, lambda: 0, type("Mood", (), {})()],
    ids=["object", "complex", "function", "own"],
)
def test_an_object_without_a_form_is_refused(value):
    with pytest.raises(ax.JSONEncodeError, match="have no form in our documents"):
        object_to_json(value)


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"__type": "datetime", "value": "yesterday"}, "datetime in this document cannot be"),
        ({"__type": "datetime"}, "datetime in this document is incomplete"),
        ({"__type": "TrialStatus", "name": "LOST"}, "TrialStatus in this document is incomplete"),
        ({"__type": "Arm"}, "Arm in this document cannot be"),
        ({"__type": "SearchSpace", "parameters": []}, "SearchSpace in this document is incomplete"),
        ({"__type": "DataFrame", "value": "{"}, "DataFrame in this document cannot be"),
        ({"__type": ["unhashable"]}, "cannot be|not known"),
    ],
    ids=str,
)
def test_a_document_that_cannot_be_says_which_part(document, problem):
    with pytest.raises(ax.JSONDecodeError, match=problem):
        object_from_json(document)


def test_bounds_the_wrong_way_round_in_a_document_are_refused():
    document = object_to_json(ax.RangeParameter("x", ax.ParameterType.INT, 1, 2))
    with pytest.raises(ax.JSONDecodeError, match=r"RangeParameter.*'x'.*lower must be below"):
        object_from_json({**document, "lower": 5})


def test_keys_of_a_later_release_are_left_aside():
    document = {**object_to_json(ax.Metric("m")), "unit": "s"}
    assert object_from_json(document) == ax.Metric("m")


@pytest.mark.parametrize("make", EXPERIMENTS.values(), ids=EXPERIMENTS)
def test_an_experiment_is_an_object_like_any_other(make):
    experiment = make()
    (back,) = through_text([experiment])
    assert type(back) is type(experiment)
    assert back == experiment


@pytest.mark.parametrize(
    "thing",
    [
        ax.AbandonedArm("0_0", datetime(2020, 4, 17), "broken"),
        ax.GeneratorRunStruct(ax.GeneratorRun([ax.Arm({"x": 1})]), 2.0),
        ax.ObservationFeatures({"x": 1.0}, trial_index=3),
    ],
    ids=lambda thing: type(thing).__name__,
)
def test_a_record_comes_back_as_one(thing):
    back = through_text(thing)
    assert type(back) is type(thing)
    assert back == thing


def test_a_trial_alone_has_a_document_but_is_read_with_its_experiment():
    experiment = EXPERIMENTS["every status"]()
    document = object_to_json(experiment.trials[0])
    assert document["__type"] == "Trial"
    with pytest.raises(ax.JSONDecodeError, match=r"Trial has no meaning.*\n.*whole experiment"):
        object_from_json(document)

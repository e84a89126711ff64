"""Arguments by the names that the client has for them."""

import inspect

import numpy as np
import pytest
import sigopt as client

from armwright import sigopt
from armwright.sigopt.objects import ApiObject, Assignments, Bounds, Metadata
from armwright.sigopt.run_context import RunContext


def names(function):
    return [name for name in inspect.signature(function).parameters if name != "self"]


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name, found in vars(client.SigOptFactory).items()
        if inspect.isfunction(found)
        and not name.startswith("_")
        and name != "create_experiment"  # whose fields are named one by one
        and hasattr(sigopt, name)
    ),
)
def test_the_calls_of_the_module_take_what_those_of_the_client_take(name):
    theirs = names(getattr(client.SigOptFactory, name))
    known = [word for word in theirs if word not in ("args", "kwargs", "aiexperiment_body")]
    assert names(getattr(sigopt.SigOptFactory, name))[: len(known)] == known


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name, found in inspect.getmembers(client.run_context.RunContext, inspect.isfunction)
        if name.startswith(("log_", "set_"))
    ),
)
def test_a_run_takes_what_that_of_the_client_takes(name):
    theirs = names(getattr(client.run_context.RunContext, name))
    ours = names(getattr(RunContext, name))
    open_ended = {"args", "kwargs", "metric_kwargs", "source_code"}
    assert [word for word in theirs if word not in open_ended] == [
        word for word in ours if word in theirs and word not in open_ended
    ]


def test_an_experiment_is_found_by_both_names_of_its_id(make):
    made = make()
    assert sigopt.get_experiment(experiment_id=made.id).id == made.id
    assert sigopt.get_aiexperiment(aiexperiment_id=made.id).id == made.id


def test_an_experiment_is_put_aside_by_both_names_of_its_id(make):
    made = make()
    sigopt.archive_aiexperiment(aiexperiment_id=made.id, include_runs=True)
    assert sigopt.get_experiment(made.id).state == "deleted"
    sigopt.unarchive_aiexperiment(aiexperiment_id=made.id)
    assert sigopt.get_experiment(made.id).state == "active"


def test_a_factory_takes_its_project_by_name():
    assert sigopt.SigOptFactory(project_id="mine").project == "mine"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Bounds({"min": 0, "max": 1}), "  Bounds(\n    min=0.0,\n    max=1.0,\n  )"),
        ({"a": [1, "b"]}, '  {\n    "a"=[\n      1,\n      "b",\n    ],\n  }'),
        (np.array([1, 2]), "  [\n    1,\n    2,\n  ]"),
        ({}, "  {}"),
        ("x", '  "x"'),
        (None, "  None"),
    ],
    ids=["object", "mapping", "array", "nothing in it", "text", "none"],
)
def test_any_value_is_written_as_in_a_repr(value, text):
    assert ApiObject.dumps(value, indent_level=2) == text


def test_mappings_of_two_classes_are_different():
    assert Metadata({"a": 1}) != Assignments({"a": 1})
    assert Metadata({"a": 1}) == Metadata({"a": 1}) == {"a": 1}
    assert Metadata({"a": 1}) != Metadata({"a": 2})


def test_what_integrations_note_is_of_a_class_of_its_own(run):
    run.log_sys_metadata("feature_importances", {"type": "weight"})
    noted = sigopt.get_run(run.id).sys_metadata
    assert type(noted).__name__ == "SysMetadata"
    assert noted["feature_importances"] == {"type": "weight"}

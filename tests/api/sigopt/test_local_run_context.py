"""Runs that are put together before they are uploaded."""

import logging

import pytest

from armwright import sigopt
from armwright.sigopt.local_run_context import LocalRunContext
from armwright.sigopt.sigopt_logging import enable_print_logging, print_logger


def test_what_is_put_together_can_be_uploaded():
    run = LocalRunContext(name="elsewhere", metadata={"m": 1})
    run.log_parameters({"x": 1.5}, "grid", {"sort": 3, "default_show": True})
    run.log_metric("y", 2, 0.5)
    run.log_metrics({"z": 3})
    run.log_metadata("n", "o")
    run.log_state("completed")
    (kept,) = sigopt.upload_runs([run.get()])
    assert (kept.name, kept.state, kept.assignments) == ("elsewhere", "completed", {"x": 1.5})
    assert (kept.values["y"].value, kept.values["y"].value_stddev) == (2, 0.5)
    assert kept.values["z"].value == 3
    assert kept.metadata == {"m": 1, "n": "o"}
    assert kept.to_json()["parameters_meta"] == {"x": {"source": "grid"}}


def test_metadata_of_any_kind_can_be_uploaded():
    run = LocalRunContext()
    run.log_metadata("layers", [8, 16])
    run.log_metadata("rate", 0.5)
    assert sigopt.upload_runs([run.get()])[0].metadata == {"layers": "[8, 16]", "rate": 0.5}


def test_parameters_are_set_as_on_a_run():
    run = LocalRunContext()
    run.set_parameter("x", 1)
    run.set_parameters({"y": 2, "z": 3})
    run.set_parameter_source("x", "grid")
    run.set_parameters_source({"y": 2}, "random")
    run.set_parameter_meta("z", {"source": "grid"})
    run.set_parameters_sources_meta("grid", sort=3, default_show=True)
    (kept,) = sigopt.upload_runs([run.get()])
    assert kept.assignments == {"x": 1, "y": 2, "z": 3}
    assert {name: item["source"] for name, item in kept.to_json()["parameters_meta"].items()} == {
        "x": "grid",
        "y": "random",
        "z": "grid",
    }
    assert kept.to_json()["parameters_sources_meta"] == {"grid": {"sort": 3, "default_show": True}}


def test_a_failure_is_put_together_too():
    run = LocalRunContext()
    run.log_failure()
    assert sigopt.upload_runs([run.get()])[0].state == "failed"


def test_a_wrong_value_is_refused_at_once():
    with pytest.raises(ValueError, match="number"):
        LocalRunContext().log_metric("y", "high")


def test_what_is_made_is_printed_where_that_is_wanted(make, capsys):
    enable_print_logging()
    try:
        experiment = make()
        run = experiment.create_run()
    finally:
        print_logger.handlers.clear()
        print_logger.setLevel(logging.NOTSET)
    said = capsys.readouterr().out
    assert said == f"experiment {experiment.id} is made\nrun {run.id} has begun\n"

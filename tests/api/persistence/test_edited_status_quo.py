"""The status quo of an experiment whose parameters are edited has a value of each, as any arm."""

import pytest

import armwright
from armwright import ax
from armwright.errors import UsageError
from armwright.looking import Charts
from armwright.persistence.editing import edit

NEW = {"z.type": "range", "z.bounds": [0.0, 1.0]}
WAS = {**NEW, "z.was": 0.25}


def made(url, *rows):
    """An experiment whose size may be 10 % above that of x = 0.5 at most."""
    space = ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)])
    bound = ax.OutcomeConstraint(ax.Metric("size"), ax.ComparisonOp.LEQ, 10.0, relative=True)
    aim = ax.OptimizationConfig(ax.Objective(ax.Metric("loss"), minimize=True), [bound])
    experiment = ax.Experiment(space, "e", aim, status_quo=ax.Arm({"x": 0.5}))
    for x, loss, size in rows:
        trial = experiment.new_trial().add_arm(ax.Arm({"x": x}))
        trial.mark_running(no_runner_required=True)
        found = {trial.arm.name: {"loss": (loss, 0.0), "size": (size, 0.0)}}
        experiment.attach_data(ax.Data.from_evaluations(found, trial.index))
        trial.mark_completed()
    ax.save(experiment, url)
    return url


ROWS = ((0.5, 3.0, 2.0), (0.1, 1.0, 2.5), (0.2, 2.0, 2.1))


def test_a_new_parameter_of_the_status_quo_is_what_it_was_and_its_results_still_count(tmp_path):
    url = made(str(tmp_path / "e"), *ROWS)
    edit(url, WAS, reason="more to tune")
    stored = armwright.open(url)
    assert stored.status_quo == {"x": 0.5, "z": 0.25}
    assert stored.best().number == 2
    assert Charts(stored).best().trial == 2
    assert stored.experiment.status_quo.parameters == {"x": 0.5, "z": 0.25}
    (trial,) = stored.ask(1)
    assert trial.arm.parameters.keys() == {"x", "z"}


def test_a_parameter_that_goes_leaves_the_status_quo_too(tmp_path):
    url = made(str(tmp_path / "e"), *ROWS)
    edit(url, WAS, reason="more to tune")
    edit(url, {"x": "none"}, reason="it does not matter")
    assert armwright.open(url).status_quo == {"z": 0.25}


def test_without_a_value_for_the_status_quo_a_new_parameter_is_refused(tmp_path):
    url = made(str(tmp_path / "e"))
    with pytest.raises(UsageError, match="the status quo has no value of z") as caught:
        edit(url, NEW, reason="more to tune")
    assert caught.value.hint == "z.was=VALUE gives it one"
    edit(url, WAS, reason="more to tune")
    assert armwright.open(url).status_quo == {"x": 0.5, "z": 0.25}

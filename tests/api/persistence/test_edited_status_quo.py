"""The status quo of an experiment whose parameters are edited has a value of each, as any arm."""

import pytest

import armwright
from armwright import ax
from armwright.errors import UsageError
from armwright.experiment.status_quo import is_status_quo
from armwright.generation.outcome_bounds import status_quo_means
from armwright.looking import Charts
from armwright.persistence.editing import edit
from armwright.persistence.told_loop import aims_of_stored

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


WIDE_ROWS = (
    *((0.5, 0.5, 3.0, 2.0), (0.1, 0.5, 1.0, 2.5), (0.2, 0.5, 2.0, 2.1)),
    (0.5, 0.9, 4.0, 2.2),
)


def two_parameters(url, *rows):
    """The same with a second parameter, w, which is 0.5 in the status quo."""
    space = ax.SearchSpace(
        [ax.RangeParameter(name, ax.ParameterType.FLOAT, 0.0, 1.0) for name in "xw"]
    )
    bound = ax.OutcomeConstraint(ax.Metric("size"), ax.ComparisonOp.LEQ, 10.0, relative=True)
    aim = ax.OptimizationConfig(ax.Objective(ax.Metric("loss"), minimize=True), [bound])
    experiment = ax.Experiment(space, "e", aim, status_quo=ax.Arm({"x": 0.5, "w": 0.5}))
    for x, w, loss, size in rows:
        trial = experiment.new_trial().add_arm(ax.Arm({"x": x, "w": w}))
        trial.mark_running(no_runner_required=True)
        found = {trial.arm.name: {"loss": (loss, 0.0), "size": (size, 0.0)}}
        experiment.attach_data(ax.Data.from_evaluations(found, trial.index))
        trial.mark_completed()
    ax.save(experiment, url)
    return url


@pytest.fixture
def narrowed(tmp_path):
    """An experiment one of whose parameters was taken away, with results at its status quo."""
    url = two_parameters(str(tmp_path / "e"), *WIDE_ROWS)
    edit(url, {"w": "none"}, reason="it does not matter")
    return armwright.open(url)


def test_results_at_the_status_quo_count_after_a_parameter_went(narrowed):
    assert narrowed.status_quo == {"x": 0.5}
    assert narrowed.best().number == 2
    assert Charts(narrowed).best().trial == 2


def test_callbacks_and_the_model_know_them_too(narrowed):
    aims = aims_of_stored(narrowed)
    assert aims.is_own({"x": 0.5, "w": 0.5})
    assert not aims.is_own({"x": 0.1, "w": 0.5})
    known = narrowed.known
    means = status_quo_means(known, known.fetch_data(), known.status_quo, ["size"])
    assert means == {"size": pytest.approx(2.1)}  # of both that have its x
    (trial,) = narrowed.ask(1)
    assert trial.arm.parameters.keys() == {"x"}


def test_one_that_lacks_a_value_of_the_status_quo_is_another():
    assert not is_status_quo({"w": 0.5}, {"x": 0.5})
    assert not is_status_quo({"x": 0.5}, None)


def test_thompson_sampling_measures_its_bounds_against_them(tmp_path):
    url = two_parameters(str(tmp_path / "e"), *WIDE_ROWS)
    edit(url, {"w": "none"}, reason="it does not matter")
    known = armwright.open(url).known
    known.new_trial().add_arm(ax.Arm({"x": 0.1})).mark_running(no_runner_required=True)
    bridge = ax.Models.EMPIRICAL_BAYES_THOMPSON(experiment=known, data=known.fetch_data())
    assert bridge._status_quo()["size"] == pytest.approx(2.1, abs=0.05)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"outcome_constraints": ["size <= 5%"]}, "size <= 5% is relative to the status quo, and"),
        ({"status_quo": {"x": 0.5}}, "an edit keeps the status quo"),
    ],
)
def test_an_edit_that_a_status_quo_lacks_for_says_that_a_fork_may_have_one(
    tmp_path, changes, message
):
    definition = {
        "objective": {"metric": "loss", "minimize": True},
        "parameters": [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}],
    }
    stored = armwright.create(tmp_path / "e", definition)
    with pytest.raises(UsageError, match=message) as caught:
        edit(stored.url, changes, reason="by its kind")
    assert f"armwright fork {stored.url} NEW --from FILE" in caught.value.hint

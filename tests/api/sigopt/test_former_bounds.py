"""Runs from before the bounds were narrowed keep informing the model."""

import pytest

from armwright import sigopt
from armwright.sigopt.folders import opened
from armwright.sigopt.former_bounds import former_space
from armwright.sigopt.place import split_run_id
from armwright.sigopt.replaying import replay

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 10.0}}
N = {"name": "n", "type": "int", "grid": [1, 2, 3]}
C = {"name": "c", "type": "categorical", "categorical_values": ["red", "blue", "green"]}


def space_of(experiment):
    folder = opened(experiment.id)
    return former_space(folder.definition, folder._suggester.experiment())


def record(run):
    facts = opened(run.experiment)._folder.state.trials[split_run_id(run.id)[1]]
    return facts.arm["trial"]["generator_run"]


@pytest.fixture
def measured(make):
    """An experiment with runs all over the place, the best of them at x = 6."""

    def measured(count, **fields):
        experiment = make(**{"parameters": [X], "budget": 30, **fields})
        for _ in range(count):
            with experiment.create_run() as run:
                run.log_metric("y", -((run.params.get("x", 0) - 6.0) ** 2))
        return experiment

    return measured


def test_the_former_space_holds_what_was_measured_and_what_is_allowed(measured):
    experiment = measured(6, type="random", parameters=[X, N, C])
    assert space_of(experiment) is None
    experiment.update(
        parameters=[
            {**X, "bounds": {"min": 5.0, "max": 12.0}},
            {**N, "grid": [7, 8]},
            {**C, "categorical_values": ["green", "violet"]},
        ]
    )
    space = space_of(experiment)
    seen = [run.assignments for run in experiment.get_runs()]
    assert (space.parameters["x"].lower, space.parameters["x"].upper) == (
        min(one["x"] for one in seen),
        12.0,
    )
    assert space.parameters["n"].values == sorted({7, 8, *(one["n"] for one in seen)})
    assert set(space.parameters["c"].values) == {"green", "violet", *(one["c"] for one in seen)}


def test_wider_bounds_hold_all_runs_themselves(measured):
    experiment = measured(2, type="random")
    experiment.update(parameters=[{**X, "bounds": {"min": -5.0, "max": 20.0}}])
    assert space_of(experiment) is None


@pytest.mark.slow
def test_a_suggestion_learns_from_runs_beyond_the_bounds_and_keeps_within_them(measured):
    experiment = measured(9)
    experiment.update(parameters=[{**X, "bounds": {"min": 7.0, "max": 9.0}}])
    inside = [run for run in experiment.get_runs() if 7.0 <= run.assignments["x"] <= 9.0]
    assert len(inside) < 4  # too few to tell by themselves where it is best
    run = sigopt.get_experiment(experiment.id).create_run()
    run.end()
    assert 7.0 <= run.params.x < 7.5  # the best there is: the peak lies at 6
    assert "a part of the search space" in str(record(run)["gen_metadata"]["notes"])


@pytest.mark.slow
def test_such_a_suggestion_comes_out_again(measured):

    experiment = measured(7)
    experiment.update(parameters=[{**X, "bounds": {"min": 7.0, "max": 9.0}}])
    run = experiment.create_run()
    run.end()
    url, number = opened(experiment.id).url, split_run_id(run.id)[1]
    assert replay(url, number).equal

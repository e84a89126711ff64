"""Small search spaces and experiments; fixtures that are functions make fresh ones."""

import pytest

from armwright import ax


def bowl(x, y):
    return (x - 0.3) ** 2 + (y - 0.7) ** 2


@pytest.fixture(scope="session")
def ranged():
    def make(name, lower, upper, kind=ax.ParameterType.FLOAT, **more):
        return ax.RangeParameter(name, kind, lower, upper, **more)

    return make


@pytest.fixture(scope="session")
def chosen():
    def make(name, values, kind=ax.ParameterType.STRING, **more):
        return ax.ChoiceParameter(name, kind, values, **more)

    return make


@pytest.fixture
def square(ranged):
    return ax.SearchSpace([ranged("x", 0.0, 1.0), ranged("y", 0.0, 1.0)])


@pytest.fixture(scope="session")
def experiment_in():
    def make(space, *, minimize=True, constraints=(), **more):
        config = ax.OptimizationConfig(
            ax.Objective(ax.Metric("m"), minimize=minimize), list(constraints)
        )
        return ax.Experiment(space, **{"name": "e", "optimization_config": config, **more})

    return make


@pytest.fixture(scope="session")
def run():
    def add(experiment, parameters, results, *, end="mark_completed"):
        """Adds a trial of one arm that measured `results`, {metric: (mean, sem)}."""
        trial = experiment.new_trial().add_arm(ax.Arm(parameters))
        trial.mark_running(no_runner_required=True)
        if results:
            data = ax.Data.from_evaluations({trial.arm.name: results}, trial.index)
            experiment.attach_data(data)
        if end:
            getattr(trial, end)()
        return trial

    return add


@pytest.fixture(scope="session")
def measured_square(experiment_in, run, ranged):
    """Makes an experiment on the unit square that measured a bowl at Sobol points."""

    def make(*, minimize=True, sems=(0.0,), count=8, **more):
        space = ax.SearchSpace([ranged("x", 0.0, 1.0), ranged("y", 0.0, 1.0)])
        experiment = experiment_in(space, minimize=minimize, **more)
        arms = ax.Models.SOBOL(space, seed=3).gen(count).arms
        for place, arm in enumerate(arms):
            value = bowl(**arm.parameters) * (1.0 if minimize else -1.0)
            run(experiment, arm.parameters, {"m": (value, sems[place % len(sems)])})
        return experiment

    return make

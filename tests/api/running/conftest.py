"""An experiment of one parameter to deploy, and a way to wait that never hangs a test run."""

import time

import pytest

from armwright.experiment import (
    Arm,
    Experiment,
    Objective,
    OptimizationConfig,
    ParameterType,
    RangeParameter,
    SearchSpace,
)


@pytest.fixture
def make():
    """Makes an experiment with this runner and these metrics, the first one the objective."""

    def experiment(runner, *metrics):
        return Experiment(
            SearchSpace([RangeParameter("x", ParameterType.FLOAT, 0.0, 10.0)]),
            name="deployed",
            optimization_config=OptimizationConfig(Objective(metrics[0])) if metrics else None,
            tracking_metrics=list(metrics[1:]),
            runner=runner,
        )

    return experiment


@pytest.fixture
def trial_of():
    """Makes a trial with an arm for each value of x; a batch if there are several."""

    def trial(experiment, *values):
        if len(values) == 1:
            return experiment.new_trial().add_arm(Arm({"x": values[0]}))
        return experiment.new_batch_trial().add_arms_and_weights([Arm({"x": v}) for v in values])

    return trial


@pytest.fixture
def until():
    """Waits until something holds."""

    def wait(holds):
        end = time.monotonic() + 200.0
        while not holds():
            assert time.monotonic() < end, "it never came about"
            time.sleep(0.02)

    return wait

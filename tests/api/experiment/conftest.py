"""A small search space and an experiment on it, fresh for every test."""

import pytest

from armwright.experiment import (
    Arm,
    BraninMetric,
    Experiment,
    Objective,
    OptimizationConfig,
    ParameterType,
    RangeParameter,
    SearchSpace,
)


@pytest.fixture
def space():
    return SearchSpace(
        [
            RangeParameter("x1", ParameterType.FLOAT, -5.0, 10.0),
            RangeParameter("x2", ParameterType.FLOAT, 0.0, 15.0),
        ]
    )


@pytest.fixture
def config():
    return OptimizationConfig(Objective(BraninMetric("branin", ["x1", "x2"]), minimize=True))


@pytest.fixture
def experiment(space, config):
    """An experiment without a runner or status quo, whose objective can fetch its data."""
    return Experiment(space, name="test", optimization_config=config)


@pytest.fixture
def arm():
    """An arm of the space without a name."""
    return Arm({"x1": 1.0, "x2": 2.0})

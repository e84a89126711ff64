"""Importances where a parameter is a fidelity."""

import pytest

from armwright import ax
from armwright.generation.diagnostics import models_of, sensitivities


@pytest.mark.slow
def test_a_fidelity_is_held_at_its_target():
    space = ax.SearchSpace(
        [
            ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0),
            ax.RangeParameter(
                "epochs", ax.ParameterType.FLOAT, 1.0, 10.0, is_fidelity=True, target_value=10.0
            ),
        ]
    )
    made = ax.Experiment(
        name="e",
        search_space=space,
        optimization_config=ax.OptimizationConfig(ax.Objective(ax.Metric("loss"), minimize=True)),
        runner=ax.SyntheticRunner(),
    )
    sobol = ax.Models.SOBOL(search_space=space, seed=5)
    for _ in range(10):
        trial = made.new_trial(sobol.gen(1)).run()
        p = trial.arm.parameters
        value = (p["x"] - 0.3) ** 2 + 5.0 / p["epochs"]
        made.attach_data(
            ax.Data.from_evaluations({trial.arm.name: {"loss": (value, 0.0)}}, trial.index)
        )
        trial.mark_completed()
    model = ax.Models.GPKG(experiment=made, data=made.fetch_data(), seed=1)
    found = sensitivities(models_of(model), "loss")
    names = [parameter.name for parameter in models_of(model).encoding.parameters]
    assert found.total[0, names.index("epochs")] == 0
    assert found.total[0, names.index("x")] == pytest.approx(1.0, abs=0.05)

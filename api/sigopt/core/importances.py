"""How much each parameter matters, by a model of what was measured: total Sobol indices."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from armwright.sigopt.run_folder import RunFolder

__all__ = ["importances_of"]

_LEAST = 3  # observations; fewer tell nothing


def importances_of(folder: RunFolder, metrics: Iterable[str]) -> dict[str, dict[str, float]]:
    """The importance of each parameter, from 0 to 1, to each metric that was measured enough.

    Args:
        folder: Of the experiment.
        metrics: Their names.
    """
    from armwright.generation import Models
    from armwright.generation.diagnostics import models_of, sensitivities
    from armwright.generation.encoding import latest_data

    experiment = folder.known_experiment()
    measured = latest_data(experiment).df
    enough = [
        m for m in metrics if len(measured) and (measured["metric_name"] == m).sum() >= _LEAST
    ]
    if not enough:
        return {}
    models = models_of(Models.GPEI(experiment=experiment, mixed_noise=True))
    names = [parameter["name"] for parameter in folder.definition["parameters"]]
    found: dict[str, dict[str, float]] = {}
    for metric in enough:
        total = sensitivities(models, metric).total[0]
        shares = dict(zip((p.name for p in models.encoding.parameters), total, strict=True))
        found[metric] = {name: float(min(max(shares[name], 0.0), 1.0)) for name in names}
    return found

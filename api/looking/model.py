"""The model that charts ask: a Gaussian process of all that was measured."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from armwright.errors import UsageError
from armwright.experiment.status_quo import is_status_quo
from armwright.persistence.results_model import results_model

if TYPE_CHECKING:
    from armwright.experiment import Experiment
    from armwright.generation.gaussian_process_bridge import GaussianProcessBridge
    from armwright.looking.looked_at import LookedAt, SeenTrial
    from armwright.persistence import StoredExperiment

__all__ = ["FEWEST", "chosen_text", "model_of", "usual_point"]

FEWEST = 3  # results; a model of fewer says nothing but its prior


def model_of(subject: Experiment | StoredExperiment, seen: LookedAt) -> GaussianProcessBridge:
    """A model of the results of the completed trials; see `results_model`.

    Args:
        subject: The experiment.
        seen: The same as records.

    Raises:
        UsageError: There are too few results, or no model understands the experiment.
    """
    config = subject.optimization_config
    if config is None:
        raise UsageError("no model: the experiment has no objective")
    names = [metric.name for metric in config.objective.metrics]
    count = min(len(seen.measured(name)) for name in names)
    if count < FEWEST:
        raise UsageError(
            f"no model: it needs {FEWEST} results of the objective at least, there are {count}",
            hint="complete more trials",
        )
    sums = {aim.metric for aim in seen.aims}.difference(config.metrics)
    rows = [
        (trial.arm, metric, mean, sem, trial.trial)
        for trial in seen.trials
        if trial.status == "completed"
        for metric, (mean, sem) in trial.values.items()
        if math.isfinite(mean) and metric not in sums
    ]
    own = {trial.trial for trial in seen.trials if is_status_quo(trial.parameters, seen.status_quo)}
    try:
        return results_model(subject, rows, fits=seen.fits, fitted_to=seen.fitted_to, own=own)
    except (NotImplementedError, ValueError) as error:
        raise UsageError(f"no model: {error}") from error


def chosen_text(model: GaussianProcessBridge, seen: LookedAt, metric: str) -> str:
    """Of which results of a metric a model is, in a sentence; empty where it is of all."""
    from armwright.generation.chosen_results import FIT_ROWS, MOST_RESULTS

    observed, every = model._models._observed.get(metric), len(seen.measured(metric))
    if observed is None or every <= MOST_RESULTS:
        return ""
    settings = model._models.settings
    is_fitted = settings is not None and settings.fit_rows == FIT_ROWS
    fitted = f" Its hyperparameters are fitted to {FIT_ROWS}." if is_fitted else ""
    return (
        f"The model is of {len(observed.arms):,} of the {every:,} results: the best ones, and "
        f"others evenly over all trials.{fitted}"
    )


def usual_point(seen: LookedAt) -> SeenTrial:
    """The trial around which slices are cut: the best, else the last one measured.

    Raises:
        UsageError: Nothing has been measured.
    """
    from armwright.looking.trace import incumbent_in, trace_of

    if seen.aims:
        incumbent = incumbent_in(seen, trace_of(seen))
        trials = seen.measured(seen.aims[0].metric)
        if incumbent is not None:
            return incumbent
        if trials:
            return trials[-1]
    raise UsageError(f"{seen.name!r} has no result yet")

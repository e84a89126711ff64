"""The model that charts ask: a Gaussian process of all that was measured."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from armwright.errors import UsageError
from armwright.persistence import StoredExperiment

if TYPE_CHECKING:
    from armwright.experiment import Experiment
    from armwright.generation.gaussian_process_bridge import GaussianProcessBridge
    from armwright.looking.looked_at import LookedAt, SeenTrial

__all__ = ["FEWEST", "chosen_text", "model_of", "usual_point"]

FEWEST = 3  # results; a model of fewer says nothing but its prior
_ENOUGH = 0.8  # share of the results that a record's fit must have known to be taken as it is


def model_of(subject: Experiment | StoredExperiment) -> GaussianProcessBridge:
    """A model of the results of the completed trials; of very many, of those that say most.

    Its hyperparameters are those of the newest arm's record where that knew nearly all of these
    results, else they are fitted now.

    Raises:
        UsageError: There are too few results, or no model understands the experiment.
    """
    from armwright.experiment import Data
    from armwright.generation import Models
    from armwright.generation.chosen_results import chosen_results
    from armwright.generation.encoding import latest_data
    from armwright.generation.gaussian_process_bridge import GaussianProcessBridge as Bridge

    experiment = subject.known if isinstance(subject, StoredExperiment) else subject
    if experiment.optimization_config is None:
        raise UsageError("no model: the experiment has no objective")
    completed = [i for i, trial in experiment.trials.items() if trial.status.is_completed]
    frame = latest_data(experiment).df if completed else None
    count = 0
    if frame is not None:
        frame = frame[frame["trial_index"].isin(completed)]
        names = [metric.name for metric in experiment.optimization_config.objective.metrics]
        finite = frame["mean"].abs() < math.inf
        frame = chosen_results(frame[finite], experiment.optimization_config)
        counts = [int((frame["metric_name"] == name).sum()) for name in names]
        count = min(counts, default=0)
    if frame is None or count < FEWEST:
        raise UsageError(
            f"no model: it needs {FEWEST} results of the objective at least, there are {count}",
            hint="complete more trials",
        )
    options: dict[str, Any] = {"seed": 0, "mixed_noise": True}
    fits, known = _newest_fits(experiment)
    try:
        model = Models.GPEI(experiment=experiment, data=Data(frame), warm=fits, **options)
    except (NotImplementedError, ValueError) as error:
        raise UsageError(f"no model: {error}") from error
    assert isinstance(model, Bridge)  # noqa: S101 - what GPEI makes
    if known >= _ENOUGH * count:
        model._models.fits.update(model.model.fits)
    return model


def chosen_text(model: GaussianProcessBridge, seen: LookedAt, metric: str) -> str:
    """Of which results of a metric a model is, in a sentence; empty where it is of all."""
    from armwright.generation.chosen_results import MOST_RESULTS

    observed, every = model._models._observed.get(metric), len(seen.measured(metric))
    if observed is None or every <= MOST_RESULTS:
        return ""
    return (
        f"The model is of {len(observed.arms):,} of the {every:,} results: the best ones, and "
        "others evenly over all trials."
    )


def usual_point(seen: LookedAt) -> SeenTrial:
    """The trial around which slices are cut: the best, else the last one measured.

    Raises:
        UsageError: Nothing has been measured.
    """
    from armwright.looking.trace import trace_of

    if seen.aims:
        incumbent = trace_of(seen).incumbent
        trials = seen.measured(seen.aims[0].metric)
        if incumbent is not None:
            return next(trial for trial in trials if trial.trial == incumbent.trial)
        if trials:
            return trials[-1]
    raise UsageError(f"{seen.name!r} has no result yet")


def _newest_fits(experiment: Experiment) -> tuple[dict[str, Any] | None, int]:
    """Hyperparameters by metric from the newest record that has some, and of how many results."""
    for index in sorted(experiment.trials, reverse=True):
        for run in experiment.trials[index].generator_runs:
            record = run.gen_metadata or {}
            if record.get("fits"):
                return dict(record["fits"]), int(record.get("observations") or 0)
    return None, 0

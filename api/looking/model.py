"""The model that charts ask: a Gaussian process of all that was measured."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from armwright.errors import UsageError
from armwright.persistence import StoredExperiment

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from armwright.experiment import Experiment
    from armwright.generation.gaussian_process_bridge import GaussianProcessBridge
    from armwright.looking.looked_at import LookedAt, SeenTrial

__all__ = ["FEWEST", "chosen_text", "model_of", "usual_point"]

FEWEST = 3  # results; a model of fewer says nothing but its prior
_ENOUGH = 0.8  # share of the results that a record's fit must have known to be taken as it is


def model_of(subject: Experiment | StoredExperiment, seen: LookedAt) -> GaussianProcessBridge:
    """A model of the results of the completed trials; of very many, of those that say most.

    Its hyperparameters are those of the newest arm's record where that knew nearly all of these
    results, else they are fitted now.

    Args:
        subject: The experiment.
        seen: The same as records.

    Raises:
        UsageError: There are too few results, or no model understands the experiment.
    """
    from armwright.experiment import Data
    from armwright.generation import Models
    from armwright.generation.chosen_results import FIT_ROWS, chosen_results
    from armwright.generation.gaussian_process_bridge import GaussianProcessBridge as Bridge
    from armwright.optimizer import Settings

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
    every = _results(seen, config.metrics)
    frame = chosen_results(every, config)
    if len(frame) < len(every):
        own = [trial.trial for trial in seen.trials if trial.parameters == seen.status_quo]
        chosen = frame.index.union(every.index[every["trial_index"].isin(own)])
        frame = every.loc[chosen]
    if not isinstance(subject, StoredExperiment):
        experiment = subject
    elif len(frame) < len(every):
        experiment = _of_these(subject, frame)
    else:
        experiment = subject.known
    options: dict[str, Any] = {"seed": 0, "mixed_noise": True}
    try:
        model = Models.GPEI(
            experiment=experiment, data=Data(frame), warm=dict(seen.fits) or None, **options
        )
    except (NotImplementedError, ValueError) as error:
        raise UsageError(f"no model: {error}") from error
    assert isinstance(model, Bridge)  # noqa: S101 - what GPEI makes
    if seen.fitted_to >= _ENOUGH * min(count, len(frame["trial_index"].unique())):
        model._models.fits.update(model.model.fits)
    elif len(frame) < len(every):
        model._models.settings = Settings(fit_rows=FIT_ROWS)
    return model


def _results(seen: LookedAt, aimed: Iterable[str]) -> pd.DataFrame:
    """What completed trials measured, as `Data.df` has it; without what is no finite number."""
    import pandas as pd

    sums = {aim.metric for aim in seen.aims}.difference(aimed)
    rows = [
        (trial.arm, metric, mean, sem, trial.trial)
        for trial in seen.trials
        if trial.status == "completed"
        for metric, (mean, sem) in trial.values.items()
        if math.isfinite(mean) and metric not in sums
    ]
    names = ["arm_name", "metric_name", "mean", "sem", "trial_index"]
    return pd.DataFrame(rows, columns=names)


def _of_these(stored: StoredExperiment, frame: pd.DataFrame) -> Experiment:
    """The experiment with those trials alone that have these results.

    Building the domain view of ten thousand trials takes seconds, and the model asks for a tenth.
    """
    from armwright.persistence.arm_maker import maker_of

    state = stored.state
    some = {number: state.trials[number] for number in sorted({*map(int, frame["trial_index"])})}
    return maker_of(stored._folder).experiment(replace(state, trials=some))


def chosen_text(model: GaussianProcessBridge, seen: LookedAt, metric: str) -> str:
    """Of which results of a metric a model is, in a sentence; empty where it is of all."""
    from armwright.generation.chosen_results import MOST_RESULTS

    observed, every = model._models._observed.get(metric), len(seen.measured(metric))
    if observed is None or every <= MOST_RESULTS:
        return ""
    settings = model._models.settings
    fitted = "" if settings is None else f" Its hyperparameters are fitted to {settings.fit_rows}."
    return (
        f"The model is of {len(observed.arms):,} of the {every:,} results: the best ones, and "
        f"others evenly over all trials.{fitted}"
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

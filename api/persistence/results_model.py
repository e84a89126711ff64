"""The model of what was measured that is only asked: by charts, and for the best by expectation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from armwright.generation_options import checked_generation
from armwright.persistence.arm_maker import maker_of
from armwright.persistence.facts import generation_of, plan_of
from armwright.persistence.stored_experiment import StoredExperiment

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import pandas as pd

    from armwright.experiment import Experiment
    from armwright.generation.gaussian_process_bridge import GaussianProcessBridge

__all__ = ["results_model"]

_COLUMNS = ["arm_name", "metric_name", "mean", "sem", "trial_index"]
_ENOUGH = 0.8  # share of the results that a record's fit must have known to be taken as it is


def results_model(
    subject: Experiment | StoredExperiment,
    rows: Iterable[tuple[str, str, float, float, int]],
    *,
    fits: Mapping[str, Any],
    fitted_to: int,
    own: Collection[int] = (),
    track: bool = True,
) -> GaussianProcessBridge:
    """A model of results, such as makes the arms; of very many, of those that say most.

    Which these are is said by `chosen_results`. Its hyperparameters are those of the newest arm's
    record where that knew nearly all of these results, else they are fitted when it is asked.

    Args:
        subject: The experiment, with an objective.
        rows: Finite results: arm, metric, mean, its standard error, number of the trial.
        fits: Hyperparameters by metric from the newest arm's record that has some.
        fitted_to: How many results these knew.
        own: Trials whose results count in any case: those of the status quo.
        track: Whether to model metrics without an aim too.

    Raises:
        NotImplementedError: No model understands the experiment.
        ValueError: The results are too few, or such as no model understands.
    """
    import pandas as pd

    from armwright.experiment import Data
    from armwright.generation import Models
    from armwright.generation.chosen_results import FIT_ROWS, chosen_results
    from armwright.generation.gaussian_process_bridge import GaussianProcessBridge as Bridge

    config = subject.optimization_config
    assert config is not None  # noqa: S101 - without an objective nobody asks
    every = pd.DataFrame(rows, columns=_COLUMNS)
    frame = chosen_results(every, config)
    if is_part := len(frame) < len(every):
        chosen = frame.index.union(every.index[every["trial_index"].isin(own)])
        frame = every.loc[chosen]
    said: dict[str, Any] = {}
    if not isinstance(subject, StoredExperiment):
        experiment = subject
    else:
        experiment = _of_these(subject, frame) if is_part else subject.known
        said = checked_generation(generation_of(plan_of(subject.state)))
    model = Models.GPEI(
        experiment=experiment,
        data=Data(frame),
        seed=0,
        mixed_noise=True,
        track=track,
        warm=dict(fits) or None,
        **said,
    )
    assert isinstance(model, Bridge)  # noqa: S101 - what GPEI makes
    metrics = [metric.name for metric in config.objective.metrics]
    known = min(int((every["metric_name"] == name).sum()) for name in metrics)
    if fitted_to >= _ENOUGH * min(known, len(frame["trial_index"].unique())):
        model._models.fits.update(model.model.fits)
    elif is_part:
        model._models.settings = replace(model.model.settings, fit_rows=FIT_ROWS)
    return model


def _of_these(stored: StoredExperiment, frame: pd.DataFrame) -> Experiment:
    """The experiment with those trials alone that have these results.

    Building the domain view of ten thousand trials takes seconds, and the model asks for a tenth.
    """
    state = stored.state
    some = {number: state.trials[number] for number in sorted({*map(int, frame["trial_index"])})}
    return maker_of(stored._folder).experiment(replace(state, trials=some))

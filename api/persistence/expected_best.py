"""Which trial is best where results carry noise: the one that a model of all of them expects most.

The largest of many noisy results is a lucky one. So where results carry noise, what counts is what
the model expects at each arm, from all results together, of very many from those that say most
(`chosen_results`). Where they carry none, or are too few to
tell, the measured value decides, and no numerical library is loaded.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from armwright.experiment.aimed_at import aimed_at
from armwright.persistence.facts import is_readable
from armwright.persistence.measured import measured

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from armwright.experiment import Experiment
    from armwright.experiment.aimed_at import AimedAt
    from armwright.persistence.asked_trials import BestTrial
    from armwright.store import ExperimentFolder, TrialFacts

__all__ = ["by_expectation", "carries_noise", "is_noisy", "noisiest"]

_FEWEST = 5  # results; of fewer a model says little
_NOISY = 2e-3  # inferred noise variance as a share of the variance of the results


def carries_noise(trials: Mapping[int, TrialFacts], aim: AimedAt, folder: ExperimentFolder) -> bool:
    """Whether the results of an objective are noisy enough for the best to be a lucky one.

    They are where a standard error is reported that is not zero, or, where none is, where the
    model that made the newest arm inferred noise.
    """
    found = []
    for facts in trials.values():
        if facts.status == "completed":
            found += [aim.result(values) for values in measured(facts, folder).values()]
    sems = [sem for mean, sem in found if math.isfinite(mean)]
    return is_noisy(sems, lambda: noisiest(_newest_fits(trials, aim.name), aim))


def noisiest(fits: Mapping[str, Any], aim: AimedAt) -> Mapping[str, Any] | None:
    """The fit of the most noise among those of an objective's metrics; None where there is none."""
    known = [fits[name] for name in aim.factors if name in fits]
    return max(known, key=lambda fit: float(fit["noise"]), default=None)


def is_noisy(sems: Sequence[float], fit: Callable[[], Mapping[str, Any] | None]) -> bool:
    """Whether results with these standard errors, NaN where unknown, are noisy; see above.

    Args:
        sems: Of each result.
        fit: Gives the hyperparameters of the model that made the newest arm; None without one.
    """
    if len(sems) < _FEWEST:
        return False
    known = [sem for sem in sems if math.isfinite(sem)]
    if known:
        return max(known) > 0
    found = fit()
    return found is not None and float(found["noise"]) > _NOISY


def by_expectation(
    best: BestTrial,
    experiment: Experiment,
    trials: Mapping[int, TrialFacts],
) -> BestTrial:
    """The trial whose arm the model expects to be best; the given one where it cannot be asked.

    Args:
        best: The one with the best measured value.
        experiment: All that is known.
        trials: The same as facts; their records hold the hyperparameters, so that nothing is fitted
            anew.
    """
    from armwright.experiment import Data
    from armwright.generation import Models
    from armwright.generation.chosen_results import FIT_ROWS, chosen_results
    from armwright.generation.encoding import latest_data
    from armwright.generation.gaussian_process_bridge import GaussianProcessBridge
    from armwright.optimizer import Settings

    config = experiment.optimization_config
    assert config is not None  # noqa: S101 - without an objective no trial is best
    (aim,) = aimed_at(config.objective)
    frame = latest_data(experiment).df
    completed = [number for number, facts in trials.items() if facts.status == "completed"]
    frame = frame[frame["trial_index"].isin(completed)]
    every = len(frame)
    frame = chosen_results(frame, config)
    fits = _newest_fits(trials, aim.name)
    try:
        model = Models.GPEI(
            experiment=experiment,
            data=Data(frame),
            seed=0,
            mixed_noise=True,
            track=False,
            warm=fits or None,
        )
        assert isinstance(model, GaussianProcessBridge)  # noqa: S101 - what GPEI makes
        model._models.fits.update(model.model.fits)
        if len(frame) < every:
            model._models.settings = Settings(fit_rows=FIT_ROWS)
        found = model._best_arm()
    except (NotImplementedError, ValueError):
        return best
    if found is None:
        return best
    arm, (means, variances) = found
    rows = frame[(frame["arm_name"] == arm.name) & frame["metric_name"].isin(aim.factors)]
    number = int(rows.iloc[0]["trial_index"])
    results = rows[rows["trial_index"] == number].set_index("metric_name")
    mean, sem = aim.result(
        {
            str(name): (float(row["mean"]), float(row.get("sem", math.nan)))
            for name, row in results.iterrows()
        }
    )
    expected, expected_sd = aim.result(
        {name: (means[name], math.sqrt((variances or {})[name][name])) for name in aim.factors}
    )
    return replace(
        best,
        number=number,
        arm=arm,
        mean=mean,
        sem=sem,
        in_batch=len((trials[number].arm or {})["arms"]) > 1,
        expected=float(expected),
        expected_sd=expected_sd,
    )


def _newest_fits(trials: Mapping[int, TrialFacts], metric: str) -> dict[str, Any]:
    """Hyperparameters by metric, from the newest record; a lone one is the objective's."""
    for number in sorted(trials, reverse=True):
        facts = trials[number]
        if not is_readable(facts):
            continue
        run = (facts.arm or {})["trial"].get("generator_run") or {}
        record = run.get("gen_metadata") or {}
        if record.get("fits"):
            return dict(record["fits"])
        if record.get("hyperparameters"):
            return {metric: record["hyperparameters"]}
    return {}

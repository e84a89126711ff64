"""The names of `ax.modelbridge.cross_validation`: how well a model foretells what it has not seen.

Observations of one arm are left out together. Hyperparameters are those of all observations; only
what the model is conditioned on leaves some out.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from armwright.experiment import Observation, ObservationData, ObservationFeatures

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from armwright.generation import ModelBridge
    from armwright.generation.metric_models import MetricModels

__all__ = [
    "AssessModelFitResult",
    "CVDiagnostics",
    "CVResult",
    "assess_model_fit",
    "compute_diagnostics",
    "cross_validate",
    "cross_validate_by_trial",
]

CVDiagnostics: TypeAlias = "dict[str, dict[str, float]]"

_Place = tuple[int | None, str]


class CVResult(NamedTuple):
    """What was observed, and what the model expects without it.

    Attributes:
        observed: Of one arm in one trial.
        predicted: Of the same metrics; the covariance is that of the noise-free function.
    """

    observed: Observation
    predicted: ObservationData


class AssessModelFitResult(NamedTuple):
    """Metrics whose ranks the model foretells, and the others, each with Fisher's p-value."""

    good_fit_metrics_to_fisher_score: dict[str, float]
    bad_fit_metrics_to_fisher_score: dict[str, float]


def cross_validate(
    model: ModelBridge,
    folds: int = -1,
    test_selector: Callable[[Observation], bool] | None = None,
) -> list[CVResult]:
    """Predicts every observation without those of its fold.

    Args:
        model: A Gaussian process with data.
        folds: How many parts the arms are divided into; -1 for one arm each.
        test_selector: Which observations to predict; all when left out.

    Raises:
        ValueError: `folds` is neither -1 nor from 2 to the number of arms, or there are fewer than
            two arms.
        NotImplementedError: The model does not predict.
    """
    models, places = _places(model)
    arms = list(dict.fromkeys(signature for _, signature in places))
    if folds != -1 and not 2 <= folds <= len(arms):
        raise ValueError(f"folds should be -1, or from 2 to the {len(arms)} arms, got {folds}")
    if len(arms) < 2:
        raise ValueError(f"cross validation needs at least 2 arms with data, got {len(arms)}")
    fold = {signature: at if folds == -1 else at % folds for at, signature in enumerate(arms)}
    found = _results(models, places, {place: fold[place[1]] for place in places})
    return [item for item in found if test_selector is None or test_selector(item.observed)]


def cross_validate_by_trial(model: ModelBridge, trial: int = -1) -> list[CVResult]:
    """Predicts the observations of one trial from those of the trials before it.

    Args:
        model: A Gaussian process with data.
        trial: Its index; -1 for the last one with data.

    Raises:
        ValueError: The trial has no data, or no trial before it has.
        NotImplementedError: The model does not predict.
    """
    models, places = _places(model)
    trials = sorted({index for index, _ in places if index is not None})
    if trial == -1 and trials:
        trial = trials[-1]
    if trial not in trials[1:]:
        raise ValueError(
            f"trial should be one with data and with such trials before it, one of {trials[1:]}, "
            f"got {trial}"
        )
    later = [place for place in places if place[0] is None or place[0] >= trial]
    groups = {place: at + 1 for at, place in enumerate(places)} | dict.fromkeys(later, 0)
    return [item for item in _results(models, places, groups) if _index(item) == trial]


def compute_diagnostics(result: Sequence[CVResult]) -> CVDiagnostics:
    """Numbers that say how well predictions agree with what was observed.

    Args:
        result: What `cross_validate` returned.

    Returns:
        Name of the number to metric to value; see `armwright.generation.agreement`.
    """
    from armwright.generation.agreement import agreement

    columns: dict[str, list[tuple[float, float, float]]] = {}
    for observed, predicted in result:
        means, expected = observed.data.means_dict, predicted.means_dict
        for at, name in enumerate(predicted.metric_names):
            sd = math.sqrt(max(float(predicted.covariance[at, at]), 0.0))
            columns.setdefault(name, []).append((means[name], expected[name], sd))
    found: CVDiagnostics = {}
    for metric, rows in columns.items():
        observed_values, predicted_values, sds = np.array(rows, np.float64).T
        for number, value in agreement(observed_values, predicted_values, sds).items():
            found.setdefault(number, {})[metric] = value
    return found


def assess_model_fit(
    diagnostics: Mapping[str, Mapping[str, float]], significance_level: float = 0.1
) -> AssessModelFitResult:
    """Parts metrics by whether Fisher's exact test finds that the model tells good from bad."""
    scores = diagnostics["Fisher exact test p"]
    good = {metric: p for metric, p in scores.items() if p <= significance_level}
    bad = {metric: p for metric, p in scores.items() if metric not in good}
    return AssessModelFitResult(good, bad)


def _places(model: ModelBridge) -> tuple[MetricModels, list[_Place]]:
    """The models, and trial and arm signature of all that was observed, in that order."""
    from armwright.generation.diagnostics import models_of

    models = models_of(model)
    keys = dict.fromkeys(key for metric in models.known for key in models._observed[metric].keys)
    return models, sorted(keys, key=lambda key: -1 if key[0] is None else key[0])


def _results(
    models: MetricModels, places: Sequence[_Place], groups: Mapping[_Place, int]
) -> list[CVResult]:
    from armwright.generation.diagnostics import left_out

    arms = {}
    seen: dict[_Place, dict[str, tuple[float, float, float, float]]] = {}
    for metric in models.known:
        observed = models._observed[metric]
        y, noise = observed.observations.y, observed.observations.noise
        keys, found = left_out(models, metric, groups)
        for at, (key, arm) in enumerate(zip(keys, observed.arms, strict=True)):
            arms[key] = arm
            variance = math.nan if noise is None else float(noise[at])
            values = (float(y[at]), variance, float(found.mean[at]), float(found.sd[at]) ** 2)
            seen.setdefault(key, {})[metric] = values
    return [
        CVResult(
            Observation(
                features=ObservationFeatures(dict(arms[place].parameters), trial_index=place[0]),
                data=_data(seen[place], 0),
                arm_name=arms[place].name_or_short_signature,
            ),
            _data(seen[place], 2),
        )
        for place in places
    ]


def _data(
    by_metric: Mapping[str, tuple[float, float, float, float]], first: int
) -> ObservationData:
    means = [values[first] for values in by_metric.values()]
    return ObservationData(
        metric_names=list(by_metric),
        means=np.array(means, np.float64),
        covariance=np.diag([values[first + 1] for values in by_metric.values()]),
    )


def _index(result: CVResult) -> int | None:
    return result.observed.features.trial_index

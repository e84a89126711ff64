"""Arms that were measured already, weighed by how probably they are the best."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, final

import numpy as np

from armwright.experiment import Arm, MultiObjective, ScalarizedObjective
from armwright.experiment.relative_bound import combined_mean
from armwright.experiment.status_quo import is_status_quo
from armwright.generation.encoding import latest_data
from armwright.generation.model_bridge import Generated, ModelBridge
from armwright.generation.outcome_bounds import absolute_bound
from armwright.generation.results import results
from armwright.generation.thompson_sampling import Bound, combined, probability_best, shrunk

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from armwright.experiment import (
        ObservationFeatures,
        OptimizationConfig,
        SearchSpace,
        TModelPredict,
    )
    from armwright.generation.model_bridge import Request

__all__ = ["ThompsonBridge"]

_Estimates = dict[str, dict[str, tuple[float, float]]]  # metric -> arm signature -> (mean, sd)


@final
class ThompsonBridge(ModelBridge):
    """Returns measured arms with weights. See `ModelBridge`.

    Needs an experiment, with data that have a standard error in every row of the objective's and
    the constraints' metrics. An arm takes part if it has all these metrics, lies in the search
    space and was not given up.
    """

    takes_all = True

    def _fit(self) -> None:
        if self._experiment is None:
            raise ValueError(f"{self._model_key} needs an experiment with data, got none")
        data = latest_data(self._experiment) if self._data is None else self._data
        self._arms: dict[str, Arm] = {}
        self._estimates: _Estimates = {}
        needed = set() if self.optimization_config is None else self.optimization_config.metrics
        for metric in dict.fromkeys(data.df["metric_name"]):
            found, _ = results(self._experiment, data, metric)
            if any(math.isnan(result.sem) for result in found):
                if metric not in needed:
                    continue
                raise ValueError(
                    f"{self._model_key} draws outcomes from their standard errors, got "
                    f"observations of {metric!r} without; report (mean, sem)"
                )
            if found:
                self._estimates[metric] = self._estimate(found)
        if not self._estimates:
            raise ValueError(f"{self._model_key} needs arms with results, got none")

    def _estimate(self, found: Sequence[Any]) -> dict[str, tuple[float, float]]:
        """One estimate per arm, by signature."""
        by_arm: dict[str, list[Any]] = {}
        for result in found:
            by_arm.setdefault(result.arm.signature, []).append(result)
            self._arms.setdefault(result.arm.signature, result.arm)
        pairs = [
            combined(np.array([r.mean for r in group]), np.array([r.sem for r in group]))
            for group in by_arm.values()
        ]
        means, sds = (np.array(column) for column in zip(*pairs, strict=True))
        if self.model.shrinks:
            means, sds = shrunk(means, sds)
        return {
            signature: (float(mean), float(sd))
            for signature, mean, sd in zip(by_arm, means, sds, strict=True)
        }

    def _gen(self, request: Request) -> Generated:
        config = request.optimization_config
        if config is None:
            raise ValueError(f"{self._model_key} needs an objective, got no optimization config")
        metrics = list(config.metrics)
        candidates = self._candidates(metrics, request.search_space, request.held)
        means, sds = self._table(candidates, metrics)
        weights, bounds = _weights(config, metrics), self._bounds(config, metrics)
        probability = probability_best(
            means,
            sds,
            weights,
            bounds,
            rng=np.random.default_rng(self.model.seed),
            num_samples=self.model.num_samples,
        )
        chosen = self._chosen(probability, request.count)
        arms = [self._arms[candidates[place]] for place in chosen]
        best = arms[0]
        return Generated(
            arms=[arm.clone(clear_name=True) for arm in arms],
            weights=self._scaled(probability[chosen]),
            metadata={
                "seed": self.model.seed,
                "arms": len(candidates),
                "probability_best": [float(value) for value in probability[chosen]],
            },
            predictions=self._predictions([candidates[place] for place in chosen]),
            best_arm=(best, _of_one(self._predictions([best.signature]))),
        )

    def _candidates(
        self, metrics: Sequence[str], search_space: SearchSpace, held: Mapping[str, Any]
    ) -> list[str]:
        """Signatures of the arms that take part."""
        complete = [
            signature
            for signature, arm in self._arms.items()
            if all(signature in self._estimates.get(metric, {}) for metric in metrics)
            and search_space.check_membership(arm.parameters)
            and held.items() <= arm.parameters.items()
        ]
        if not complete:
            raise ValueError(
                f"{self._model_key} needs arms of the search space with results of "
                f"{', '.join(metrics)}"
                + (f" and {dict(held)}" if held else "")
                + f", got none among {len(self._arms)} arms"
            )
        return complete

    def _table(
        self, signatures: Sequence[str], metrics: Sequence[str]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        pairs = np.array(
            [[self._estimates[metric][signature] for metric in metrics] for signature in signatures]
        )
        return pairs[:, :, 0], pairs[:, :, 1]

    def _bounds(self, config: OptimizationConfig, metrics: Sequence[str]) -> list[Bound]:
        status_quo = self._status_quo()
        return [
            Bound(
                column=metrics.index(constraint.metric.name),
                sign=-1.0 if constraint.is_lower_bound else 1.0,
                bound=absolute_bound(constraint, status_quo),
            )
            for constraint in config.outcome_constraints
        ]

    def _status_quo(self) -> dict[str, float]:
        """What the status quo measured, metric to mean."""
        assert self._experiment is not None  # noqa: S101 - refused at the start
        arm = self._experiment.status_quo
        if self._status_quo_name is not None:
            arm = self._experiment.arms_by_name.get(self._status_quo_name)
        if arm is None:
            return {}
        found: dict[str, float] = {}
        for metric, values in self._estimates.items():
            own = [
                estimate
                for signature, estimate in values.items()
                if is_status_quo(self._arms[signature].parameters, arm.parameters)
            ]
            if own:
                found[metric] = own[0][0] if len(own) == 1 else combined_mean(own)
        return found

    def _chosen(self, probability: NDArray[np.float64], count: int) -> list[int]:
        """Places of the arms to return, the most probable first."""
        least = self.model.min_weight
        order = [int(place) for place in np.argsort(-probability, kind="stable")]
        kept = [
            place
            for place in order
            if (probability[place] > 0 if least is None else probability[place] >= least)
        ]
        if not kept:
            raise ValueError(
                f"no arm is the best with a probability of min_weight={least} or more; the most "
                f"probable one has {probability.max():.4g}"
            )
        return kept if count == -1 else kept[:count]

    def _scaled(self, probability: NDArray[np.float64]) -> list[float]:
        """Weights that add up to the number of arms."""
        if self.model.uniform_weights or probability.sum() == 0.0:
            return [1.0] * len(probability)
        return [float(value) for value in probability * len(probability) / probability.sum()]

    def predict(self, observation_features: Sequence[ObservationFeatures]) -> TModelPredict:
        """Estimates and their variances per metric, for arms that were measured.

        Raises:
            ValueError: An arm was not.
        """
        signatures = [Arm(features.parameters).signature for features in observation_features]
        for features, signature in zip(observation_features, signatures, strict=True):
            if signature not in self._arms:
                raise ValueError(
                    f"{self._model_key} knows measured arms only, got {features.parameters}"
                )
        return self._predictions(signatures)

    def _predictions(self, signatures: Sequence[str]) -> TModelPredict:
        """Of the metrics that all these arms have."""
        known = {
            metric: [values[signature] for signature in signatures]
            for metric, values in self._estimates.items()
            if all(signature in values for signature in signatures)
        }
        return (
            {metric: [mean for mean, _ in pairs] for metric, pairs in known.items()},
            {metric: {metric: [sd**2 for _, sd in pairs]} for metric, pairs in known.items()},
        )


def _weights(config: OptimizationConfig, metrics: Sequence[str]) -> NDArray[np.float64]:
    """Of the metrics in the objective; larger is better."""
    objective = config.objective
    if isinstance(objective, MultiObjective):
        raise NotImplementedError(
            f"of several objectives no arm is the best, got {objective}; weigh them with a "
            "ScalarizedObjective"
        )
    sign = -1.0 if objective.minimize else 1.0
    weights = np.zeros(len(metrics))
    if isinstance(objective, ScalarizedObjective):
        for metric, weight in objective.metric_weights:
            weights[metrics.index(metric.name)] += sign * weight
    else:
        weights[metrics.index(objective.metric.name)] = sign
    return weights


def _of_one(predictions: TModelPredict) -> Any:
    from armwright.experiment.model_predict import prediction_at

    return prediction_at(predictions, 0)

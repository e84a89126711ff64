"""The models of an experiment's metrics: fitted when first asked, and what they predict."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, final

import numpy as np

from armwright.generation.seed import derived_seed
from armwright.optimizer import Hyperparameters, Policy, Predictor, Settings, suggest, to_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from armwright.experiment import Arm, TModelPredict
    from armwright.generation.encoding import Encoding, Observed
    from armwright.generation.outcomes import Outcomes

__all__ = ["MetricModels"]

_Key = tuple[str | None, tuple[Hyperparameters, ...], int]


@final
class MetricModels:
    """One Gaussian process for each metric that has observations.

    Attributes:
        encoding: The way from arms to rows.
        outcomes: The metrics that are modelled together, and what they are for.
        fits: What has been fitted so far, by metric.
        fit_time: Seconds spent in `fitted`.
        settings: Of fits that are made now; the usual ones where None.
        size: Rows of the model that made the last arms, padding included: with as many,
            predictions need no program of their own.
    """

    def __init__(
        self,
        encoding: Encoding,
        outcomes: Outcomes,
        observed: Mapping[str, Observed],
        seed: int,
        draws: int = 0,
    ) -> None:
        """Takes the observations; fits nothing.

        Args:
            encoding: The way from arms to rows.
            outcomes: The metrics that are modelled together.
            observed: What was observed of these and of other metrics.
            seed: Seed of the fits.
            draws: Draws of the hyperparameters to average over; 0 for the most probable ones.
        """
        self.encoding, self.outcomes = encoding, outcomes
        self.fits: dict[str, Hyperparameters] = {}
        self.fit_time, self.size = 0.0, 0
        self.settings: Settings | None = None
        self._observed, self._seed, self._draws = observed, seed, draws
        self._predictors: dict[_Key, Predictor] = {}

    @property
    def known(self) -> list[str]:
        """The metrics that have usable observations."""
        others = [m for m, o in self._observed.items() if o.arms and m not in self.outcomes.metrics]
        return [*self.outcomes.metrics, *others]

    def fitted(self, metric: str) -> Hyperparameters:
        """The metric's hyperparameters, fitted now unless they were before."""
        if metric not in self.fits:
            started = time.perf_counter()
            known, together = self.outcomes, metric in self.outcomes.metrics
            proposal = suggest(
                self.encoding.problem,
                known.measured if together else self._observed[metric].observations,
                goal=known.goal if together else None,
                seed=derived_seed(self._seed, "fit", metric),
                policy=Policy(draws=self._draws),
                count=0,
                settings=self.settings,
            )
            names = known.metrics if together else (metric,)
            self.fits.update(zip(names, proposal.fits, strict=True))
            self.fit_time += time.perf_counter() - started
        return self.fits[metric]

    def expected(self, x: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Means and standard deviations of the outcomes, a column each; larger is better."""
        known = self.outcomes
        fits = [self.fitted(metric) for metric in known.metrics]
        key = (None, tuple(fits), self.size)
        if key not in self._predictors:
            self._predictors = {k: it for k, it in self._predictors.items() if k[0] is not None}
            self._predictors[key] = Predictor(
                self.encoding.problem, known.measured, fits, goal=known.goal, size=self.size
            )
        return self._predictors[key](x)

    def _alone(
        self, metric: str, x: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Means and standard deviations of a metric that is no outcome."""
        fit = self.fitted(metric)
        key = (metric, (fit,), 0)
        if key not in self._predictors:
            observations = self._observed[metric].observations
            self._predictors[key] = Predictor(self.encoding.problem, observations, fit)
        return self._predictors[key](x)

    def predictions(self, arms: Sequence[Arm], metrics: Iterable[str]) -> TModelPredict:
        """Means and covariances of metrics at arms, in the metrics' own units and directions."""
        x, known = to_model(self.encoding.problem, self.encoding.rows(arms)), self.outcomes
        means: dict[str, list[float]] = {}
        covariances: dict[str, dict[str, list[float]]] = {}
        together = self.expected(x) if known.metrics else None
        for metric in metrics:
            if together is not None and metric in known.metrics:
                column = known.metrics.index(metric)
                mean, sd = known.signs[column] * together[0][:, column], together[1][:, column]
            else:
                mean, sd = self._alone(metric, x)
            means[metric] = [float(value) for value in mean]
            covariances[metric] = {metric: [float(value) * float(value) for value in sd]}
        return means, covariances

    def digest(self, pending: Sequence[Arm]) -> str:
        """Names exactly what the models saw, so that a replay can tell whether it sees the same."""
        digest, measured = hashlib.sha256(), self.outcomes.measured
        for array in (measured.x, measured.y, measured.noise):
            digest.update(np.ascontiguousarray(array, dtype=np.float64).tobytes())
        for arm in pending:
            digest.update(arm.signature.encode())
        return digest.hexdigest()[:32]

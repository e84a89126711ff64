"""One fitted model at work: turns problems and observations into questions, asks the program.

The model of a suggestion is made once; it pads the observations and the pending points to a bucket,
so that the arms of a batch, whose earlier members become pending, are all answered by one program.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from armwright.optimizer.columns import Problem, to_model, to_values
from armwright.optimizer.compiled import ask
from armwright.optimizer.features import Features
from armwright.optimizer.hyperparameters import Hyperparameters
from armwright.optimizer.likelihood import Rows
from armwright.optimizer.observations import Observations, standardise
from armwright.optimizer.padding import bucket
from armwright.optimizer.program import Answer, Question, Region
from armwright.optimizer.settings import Settings
from armwright.optimizer.shapes import Bool, Float, Int

__all__ = ["Model", "Scores"]

# Tried in this order while the covariance will not factor.
_JITTERS = (0.0, 1e-6, 1e-5, 1e-4)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scores:
    """What the program said about some points and where its searches ended.

    Attributes:
        candidates: Log acquisition of each point asked about; -inf where it is not a number.
        found: Raw values where the searches ended, snapped but not checked for feasibility.
        found_scores: Log acquisition there, before snapping.
    """

    candidates: Float[np.ndarray, " k"]
    found: Float[np.ndarray, "m d"]
    found_scores: Float[np.ndarray, " m"]


class Model:
    """Observations and pending points of one suggestion, with hyperparameters once fitted."""

    def __init__(
        self,
        problem: Problem,
        observations: Observations,
        *,
        pending: Float[np.ndarray, "p d"],
        room: int,
        rng: np.random.Generator,
        settings: Settings,
    ) -> None:
        """Lays out the arrays; compiles and computes nothing.

        Args:
            problem: Columns and constraints.
            observations: What is known; at least one.
            pending: Points still running, model units.
            room: Rows to keep free for points that become pending.
            rng: Source of the draws of pending observations.
            settings: Sizes.
        """
        self._problem, self._settings = problem, settings
        self._features = Features.of(problem)
        self._known = standardise(observations)
        self._observed, self._pending = len(observations.y), 0
        self.bucket = bucket(self._observed + len(pending) + room)
        self._points = np.zeros((self.bucket, self._features.width))
        self._points[: self._observed] = self._features.encode(observations.x)
        self._y, self._noise = np.zeros(self.bucket), np.full(self.bucket, np.nan)
        self._y[: self._observed] = self._known.y
        self._noise[: self._observed] = self._known.noise
        self._is_pending = np.zeros(self.bucket, bool)
        self._draws = rng.standard_normal((self.bucket, settings.draws))
        self._region = _region(problem, self._features)
        self._logarithms: Float[np.ndarray, " t"] | None = None
        self.jitter = 0.0
        self.add_pending(pending)

    def add_pending(self, x: Float[np.ndarray, "p d"]) -> None:
        """Makes points, in model units, pending from now on."""
        begin = self._observed + self._pending
        end = begin + len(x)
        self._points[begin:end] = self._features.encode(x)
        self._is_pending[begin:end] = True
        self._pending += len(x)

    def fit(self, starts: Float[np.ndarray, "f t"], *, limit: int) -> float:
        """Fits from starts (logarithms); afterwards the model uses what was found.

        Returns:
            Negative log posterior density per observation; inf where no fit was finite, and then
            the first start is used.
        """
        for jitter in _JITTERS:
            self.jitter = jitter
            answer = self._ask(starts, fits=len(starts), fit_limit=limit)
            if np.isfinite(answer.energy) and np.isfinite(np.asarray(answer.scores)).all():
                break
        self._logarithms = np.asarray(answer.log_hyperparameters)
        return float(answer.energy) / self._observed

    def use(self, hyperparameters: Hyperparameters) -> None:
        """Uses given hyperparameters instead of a fit."""
        self._logarithms = hyperparameters.logarithms

    def hyperparameters(self, *, energy: float, searched: int) -> Hyperparameters:
        """What the model uses, as a record."""
        values = np.exp(self._fitted())
        return Hyperparameters(
            lengthscales=tuple(map(float, values[:-2])),
            outputscale=float(values[-2]),
            noise=float(values[-1]),
            energy=energy if np.isfinite(energy) else 0.0,
            observations=self._observed,
            searched=searched,
        )

    def score(
        self,
        values: Float[np.ndarray, "k d"],
        *,
        local: int = 0,
        movable: Bool[np.ndarray, " d"] | None = None,
    ) -> Scores:
        """Scores points and searches from the best of them.

        Args:
            values: Raw values, at most as many as the settings' candidates.
            local: How many of them, at the end, lie around incumbents.
            movable: Columns the searches may change; None for no search.
        """
        x = to_model(self._problem, values)
        group = np.zeros(len(x), np.int32)
        group[len(x) - local :] = 1
        answer = self._ask(
            self._fitted()[None, :],
            candidates=self._features.encode(x),
            group=group,
            movable=movable,
        )
        found = to_values(self._problem, self._features.decode(np.asarray(answer.found)))
        return Scores(
            candidates=_finite(np.asarray(answer.scores)[: len(x)]),
            found=found,
            found_scores=_finite(np.asarray(answer.found_scores)),
        )

    def predict(
        self, x: Float[np.ndarray, "k d"]
    ) -> tuple[Float[np.ndarray, " k"], Float[np.ndarray, " k"]]:
        """Mean and standard deviation of the noise-free function given the observations alone."""
        size = self._settings.global_candidates + self._settings.local_candidates
        means, sds = [np.empty(0)], [np.empty(0)]
        for begin in range(0, len(x), size):
            part = self._features.encode(x[begin : begin + size])
            answer = self._ask(self._fitted()[None, :], candidates=part, pending=False)
            means.append(np.asarray(answer.mean)[: len(part)])
            sds.append(np.asarray(answer.sd)[: len(part)])
        mean, sd = np.concatenate(means), np.concatenate(sds)
        return self._known.mean_in_units(mean), self._known.sd_in_units(sd)

    def _fitted(self) -> Float[np.ndarray, " t"]:
        if self._logarithms is None:
            raise ValueError("the model has no hyperparameters yet: call fit or use first")
        return self._logarithms

    def _ask(
        self,
        starts: Float[np.ndarray, "f t"],
        *,
        fits: int = 0,
        fit_limit: int = 0,
        candidates: Float[np.ndarray, "k D"] | None = None,
        group: Int[np.ndarray, " k"] | None = None,
        movable: Bool[np.ndarray, " d"] | None = None,
        pending: bool = True,
    ) -> Answer:
        """Fills the program's arguments up to their fixed sizes and runs it."""
        settings, width = self._settings, self._features.width
        size = settings.global_candidates + settings.local_candidates
        part = self._points[:1] if candidates is None else candidates
        padded = np.concatenate([part, np.broadcast_to(part[0], (size - len(part), width))])
        groups = np.full(size, 2, np.int32)
        groups[: len(part)] = 0 if group is None else group
        still = np.zeros(len(self._problem.columns), bool)
        rows = Rows(
            features=_operand(self._points),
            y=_operand(self._y),
            noise=_operand(self._noise),
            observed=_operand(np.arange(self.bucket) < self._observed),
            pending=_operand(self._is_pending & pending),
            membership=_operand(self._features.membership),
            jitter=_operand(np.float64(self.jitter)),
        )
        question = Question(
            rows=rows,
            draws=_operand(self._draws),
            starts=_operand(np.resize(starts, (settings.fit_starts, starts.shape[1]))),
            fits=_operand(np.int32(fits)),
            fit_limit=_operand(np.int32(fit_limit)),
            candidates=_operand(padded),
            group=_operand(groups),
            movable=_operand(self._features.movable(still if movable is None else movable)),
            search_limit=_operand(np.int32(1 if movable is None else settings.search_limit)),
            region=self._region,
        )
        return ask(question, searches=settings.searches)


def _operand(array: np.ndarray | np.generic) -> Any:
    """A NumPy array as the program's argument, which is a JAX array once the program runs."""
    return array


def _region(problem: Problem, features: Features) -> Region:
    """The constraints, each scaled so that its slack is a share of what its sum can span."""
    ranges = [problem.columns[j] for j in features.ranges]
    offset, span = np.zeros(features.width), np.zeros(features.width)
    log = np.zeros(features.width, bool)
    for i, column in enumerate(ranges):
        low, high, log[i] = column.lower, column.upper, column.log
        offset[i], span[i] = (
            (np.log(low), np.log(high) - np.log(low)) if column.log else (low, high - low)
        )
    if problem.constraint_weights is None or problem.constraint_bounds is None:
        weights, bounds = np.zeros((0, features.width)), np.zeros(0)
    else:
        weights = np.zeros((len(problem.constraint_bounds), features.width))
        weights[:, : len(ranges)] = problem.constraint_weights[:, features.ranges]
        reach = np.abs(weights[:, : len(ranges)]) @ np.array([c.upper - c.lower for c in ranges])
        reach = np.where(reach > 0, reach, 1.0)
        weights = weights / reach[:, None]
        bounds = problem.constraint_bounds / reach
    return Region(
        weights=_operand(weights),
        bounds=_operand(bounds),
        offset=_operand(offset),
        span=_operand(span),
        log=_operand(log),
    )


def _finite(scores: Float[np.ndarray, " k"]) -> Float[np.ndarray, " k"]:
    return np.where(np.isfinite(scores), scores, -np.inf)

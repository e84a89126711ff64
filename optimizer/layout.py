"""The arrays of one suggestion: what is known and what is awaited, padded, as programs take it.

Observations and pending points are padded to a bucket together, so that the arms of a batch, whose
earlier members become pending, are all answered by one program.
"""

from collections.abc import Sequence

import numpy as np

from armwright.optimizer.aims import aims_of
from armwright.optimizer.columns import Problem
from armwright.optimizer.couplings import couplings_of
from armwright.optimizer.features import Features
from armwright.optimizer.goal import Goal
from armwright.optimizer.kumaraswamy import InputWarp
from armwright.optimizer.learning import Lesson
from armwright.optimizer.likelihood import Rows
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.output_scale import OWN, WantedScale
from armwright.optimizer.padding import bucket
from armwright.optimizer.posterior import Posterior
from armwright.optimizer.program import Question
from armwright.optimizer.prospects import Prospects
from armwright.optimizer.region import region_of
from armwright.optimizer.settings import Settings
from armwright.optimizer.shapes import Bool, Float, Int, operand
from armwright.optimizer.trust_region import TrustRegion, edges
from armwright.optimizer.units import Units

__all__ = ["Layout"]


class Layout:
    """Measured outcomes and pending points of one suggestion; knows no hyperparameters.

    Attributes:
        features: The way from model units.
        couplings: What tasks and fidelities have besides; None where there are none.
        units: The way from the outcomes' own units.
        kept: Which observations are in it.
        bucket: Rows, padding included.
        jitter: What is added to the noise so that the covariance factors.
    """

    def __init__(
        self,
        problem: Problem,
        measured: Measurements,
        goal: Goal,
        *,
        pending: Float[np.ndarray, "p d"],
        room: int,
        rng: np.random.Generator,
        settings: Settings,
        rows: Int[np.ndarray, " m"] | None = None,
        size: int = 0,
        scale: WantedScale = OWN,
        warp: InputWarp | None = None,
        as_expected: bool = False,
        draws_known: bool = False,
    ) -> None:
        """Lays out the arrays; compiles and computes nothing.

        Args:
            problem: Columns and constraints.
            measured: What is known; at least one point.
            goal: What points are scored for.
            pending: Points still running, model units.
            room: Rows to keep free for points that become pending.
            rng: Source of the draws of pending observations and of preferences.
            settings: Sizes.
            rows: Which observations to keep; all where None. Units are those of all.
            size: Rows at least, padding included.
            scale: Of the objective.
            warp: Of the ranges' coordinates; None for none.
            as_expected: Whether what is pending is taken for what is expected of it, or drawn.
            draws_known: Whether the values at observed points are drawn, too; see `condition`.
        """
        self._problem, self._settings = problem, settings
        self.features = self._features = Features.of(problem).warped(warp)
        self.couplings = couplings_of(problem, self._features)
        self.units = self._units = Units.of(
            problem, measured, scale=scale if goal.is_plain else OWN
        )
        measured = self._units.measured
        self.kept = kept = np.arange(len(measured.x)) if rows is None else rows
        self._known, self._pending = len(kept), 0
        self.bucket = max(bucket(self._known + len(pending) + room), size)
        self._points = np.zeros((self.bucket, self._features.width))
        self._points[: self._known] = self._features.encode(measured.x[kept])
        self._y, self._noise, self._observed = self._units.laid_out(kept, self.bucket)
        self._is_pending = np.zeros(self.bucket, bool)
        self._draws = rng.standard_normal((*self._y.shape, settings.draws))
        self._aims = aims_of(
            goal, measured, self._units.standards, size=self.bucket, rows=kept, rng=rng
        )
        self._region = region_of(problem, self._features)
        self._noises = rng.standard_normal(self._draws.shape) if draws_known else None
        self.jitter, self._as_expected = 0.0, as_expected
        self.add_pending(pending)

    @property
    def width(self) -> int:
        """Number of columns of the problem."""
        return len(self._problem.columns)

    @property
    def parameters(self) -> int:
        """Number of hyperparameters of each outcome's model."""
        return self.width + 2 + (0 if self.couplings is None else self.couplings.parameters)

    @property
    def rows_in_use(self) -> int:
        """Rows with an observation or a pending point; the rest is padding."""
        return self._known + self._pending

    @property
    def counts(self) -> list[int]:
        """Number of observations of each outcome."""
        return [len(standard.y) for standard in self._units.standards]

    @property
    def pending(self) -> Float[np.ndarray, "p d"]:
        """Points that are pending, model units."""
        return self._features.decode(self._points[self._is_pending])

    def add_pending(self, x: Float[np.ndarray, "p d"]) -> None:
        """Makes points, in model units, pending from now on."""
        begin = self._known + self._pending
        end = begin + len(x)
        self._points[begin:end] = self._features.encode(x)
        self._is_pending[begin:end] = True
        self._pending += len(x)

    def lesson(self) -> Lesson:
        """What its first program learns from, with nothing to be fitted."""
        shape = (len(self._y), self._settings.fit_starts, self.parameters)
        return self._lesson(np.zeros(shape))

    def in_units(
        self,
        x: Float[np.ndarray, "k d"],
        means: Float[np.ndarray, "k o"],
        sds: Float[np.ndarray, "k o"],
    ) -> tuple[Float[np.ndarray, "k o"], Float[np.ndarray, "k o"]]:
        """Standardised means and standard deviations at points in the outcomes' own units."""
        return self._units.returned(x, means, sds)

    def _lesson(
        self,
        starts: Float[np.ndarray, "o f t"],
        *,
        fits: Sequence[int] | None = None,
        fit_limits: Sequence[int] | None = None,
        pending: bool = True,
    ) -> Lesson:
        """The first program's arguments."""
        none = [0] * len(self._y)
        rows = Rows(
            features=operand(self._points),
            y=operand(self._y),
            noise=operand(self._noise),
            observed=operand(self._observed),
            pending=operand(self._is_pending & pending),
            membership=operand(self._features.membership),
            jitter=operand(np.float64(self.jitter)),
            couplings=self.couplings,
        )
        return Lesson(
            rows=rows,
            draws=operand(np.zeros_like(self._draws) if self._as_expected else self._draws),
            starts=operand(starts),
            fits=operand(np.array(none if fits is None else fits, np.int32)),
            fit_limit=operand(np.array(none if fit_limits is None else fit_limits, np.int32)),
            noises=None if self._noises is None or not pending else operand(self._noises),
        )

    def _differs(self, *, pending: bool) -> bool:
        """Whether a posterior with or without what is pending is one of draws."""
        return pending and (self._pending > 0 or self._noises is not None)

    def _question(
        self,
        posterior: Posterior,
        prospects: Prospects | None,
        *,
        candidates: Float[np.ndarray, "k D"] | None = None,
        group: Int[np.ndarray, " k"] | None = None,
        movable: Bool[np.ndarray, " d"] | None = None,
        within: TrustRegion | None = None,
        pending: bool = True,
    ) -> Question:
        """The second program's arguments, filled up to their fixed sizes."""
        settings, width = self._settings, self._features.width
        size = settings.global_candidates + settings.local_candidates
        part = self._points[:1] if candidates is None else candidates
        padded = np.concatenate([part, np.broadcast_to(part[0], (size - len(part), width))])
        groups = np.full(size, 2, np.int32)
        groups[: len(part)] = 0 if group is None else group
        still = np.zeros(self.width, bool)
        lower, upper = edges(within, self._features)
        differ = self._differs(pending=pending) and not self._as_expected
        return Question(
            posterior=posterior,
            pending=operand(self._is_pending & pending),
            differing=operand(np.int32(settings.draws if differ else 1)),
            aims=self._aims,
            candidates=operand(padded),
            group=operand(groups),
            movable=operand(self._features.movable(still if movable is None else movable)),
            lower=operand(lower),
            upper=operand(upper),
            search_limit=operand(np.int32(1 if movable is None else settings.search_limit)),
            region=self._region,
            prospects=prospects,
            resting=operand(self._features.resting),
        )

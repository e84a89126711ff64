"""One fitted model at work: learns hyperparameters, and asks the programs about points.

The model of a suggestion is made once. Its arrays, and what programs take of them, are in `layout`.
"""

from collections.abc import Sequence
from dataclasses import replace

import jax
import numpy as np

from armwright.optimizer.chance import chance_like, chance_of
from armwright.optimizer.columns import Problem, to_model, to_values
from armwright.optimizer.compiled import Wanted, ask, draw, expect, teach, view
from armwright.optimizer.deadline import Deadline
from armwright.optimizer.goal import Goal
from armwright.optimizer.hyperparameters import Hyperparameters
from armwright.optimizer.kumaraswamy import InputWarp
from armwright.optimizer.layout import Layout
from armwright.optimizer.learning import Learned
from armwright.optimizer.leaving_out import without_groups
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.outlook import noise_levels, outlook, outlook_like, view_of
from armwright.optimizer.output_scale import OWN, WantedScale
from armwright.optimizer.pace import ask_in_time, has_time_to_draw
from armwright.optimizer.policy import Policy
from armwright.optimizer.posterior import Posterior, posterior_like
from armwright.optimizer.program import Answer, Question
from armwright.optimizer.prospects import Prospects, expense_of
from armwright.optimizer.sampling import drawing_like, drawing_of
from armwright.optimizer.scores import Scores
from armwright.optimizer.settings import Settings
from armwright.optimizer.shapes import Bool, Float, Int, operand
from armwright.optimizer.trust_region import TrustRegion

__all__ = ["Model"]

# Tried in this order while the covariance will not factor.
_JITTERS = (0.0, 1e-6, 1e-5, 1e-4)


class Model(Layout):
    """Measured outcomes and pending points of one suggestion, with hyperparameters once fitted.

    Attributes:
        failed: How many trials came to nothing.
        deadline: When to be done.
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
        failed: Float[np.ndarray, "l d"] | None = None,
        policy: Policy | None = None,
        only_learns: bool = False,
        as_expected: bool = False,
    ) -> None:
        """Lays out the arrays; compiles and computes nothing.

        Args:
            problem: See `Layout`.
            measured: See `Layout`.
            goal: See `Layout`.
            pending: See `Layout`.
            room: See `Layout`.
            rng: See `Layout`.
            settings: See `Layout`.
            rows: See `Layout`.
            size: See `Layout`.
            scale: See `Layout`.
            warp: See `Layout`.
            failed: Points whose trials came to nothing, model units.
            policy: How points will be judged; it decides which programs there are.
            only_learns: Whether no point will be judged at all.
            as_expected: See `take_pending`.
        """
        # By whether it takes in what is pending; there already when the first points are added.
        self._posteriors: dict[bool, Posterior] = {}
        self._policy, self._only_learns = policy or Policy(), only_learns
        super().__init__(
            problem,
            measured,
            goal,
            pending=pending,
            room=room,
            rng=rng,
            settings=settings,
            rows=rows,
            size=size,
            scale=scale,
            warp=warp,
            as_expected=as_expected,
            draws_known=self._policy.draws_known and not only_learns,
        )
        self._logarithms: Float[np.ndarray, "o t"] | None = None
        self._ensemble: Float[np.ndarray, "e o t"] | None = None
        self.failed = 0 if failed is None else len(failed)
        succeeded = self._units.measured.x
        chance = None if failed is None else chance_of(self._features, succeeded, failed)
        self._prospects = (
            None
            if chance is None
            else Prospects(noise=operand(np.zeros(len(self._y))), chance=chance)
        )
        self.deadline = Deadline()

    def add_pending(self, x: Float[np.ndarray, "p d"]) -> None:
        """See `Layout`."""
        super().add_pending(x)
        if len(x):
            self._posteriors.pop(True, None)

    def take_pending(self, *, as_expected: bool) -> None:
        """Takes what is pending for what is expected of it from now on, or draws it."""
        if as_expected != self._as_expected:
            self._as_expected = as_expected
            self._posteriors.pop(True, None)

    def compete(self, rows: Int[np.ndarray, " k"]) -> None:
        """Has improvement be over the best of some observations alone, from now on.

        Args:
            rows: Their indices; of those that the model keeps (`kept`) only these compete.
        """
        competing = np.zeros_like(self._aims.eligible)
        competing[: len(self.kept)] = np.isin(self.kept, rows)
        self._aims = self._aims._replace(eligible=operand(competing))

    def fit(
        self, starts: Sequence[Float[np.ndarray, "_ t"] | None], limits: Sequence[int]
    ) -> Float[np.ndarray, " o"]:
        """Fits each outcome from starts (logarithms); afterwards the model uses what was found.

        Args:
            starts: Where to fit from, for each outcome; None to leave its model as it is.
            limits: Most evaluations for each start, for each outcome.

        Returns:
            Negative log posterior density per observation; inf where no fit was finite, and then
            the first start is used; inf too where none was asked for.
        """
        size = self._settings.fit_starts
        filled = [
            np.resize(self._fitted()[outcome] if given is None else given, (size, self.parameters))
            for outcome, given in enumerate(starts)
        ]
        counts = [0 if given is None else len(given) for given in starts]
        starting = np.array(filled)
        expect(self.programs())
        for jitter in _JITTERS:
            self.jitter = jitter
            learned = self._learn(starting, fits=counts, fit_limits=limits)
            energies = learned.energy[np.array(counts) > 0]
            if np.isfinite(energies).all() and np.isfinite(learned.posterior.alpha).all():
                break
        self._logarithms = np.asarray(learned.log_hyperparameters)
        return np.asarray(learned.energy / np.maximum(self._observed.sum(axis=1), 1))

    def programs(self) -> list[Wanted]:
        """The programs it needs, in the order of use, by what stands for their arguments."""
        lesson, policy = self.lesson(), self._policy
        wanted: list[Wanted] = [("learn", 0, lesson)]
        if self._only_learns:
            return wanted
        if policy.draws_known:  # predictions are of what was observed
            wanted.append(("learn", 0, lesson._replace(noises=None)))
        posterior, prospects = posterior_like(lesson.rows, lesson.draws), self._prospects
        if policy.draws:
            wanted.append(("draw", policy.draws, drawing_like(lesson.rows, self.parameters)))
            posterior = jax.tree.map(
                lambda leaf: jax.ShapeDtypeStruct((policy.draws, *leaf.shape), leaf.dtype),  # type: ignore[no-untyped-call]
                posterior,
            )
        elif self.looks_ahead:
            wanted.append(("view", 0, view_of(posterior, self._aims, self._points)))
            ahead = outlook_like(policy, len(self._y), self._features.width)
            prospects = self._with_costs(ahead)
        question = self._question(posterior, prospects)
        return [*wanted, ("search", self.searches, question)]

    @property
    def policy(self) -> Policy:
        """How points are judged."""
        return self._policy

    @property
    def looks_ahead(self) -> bool:
        """Whether points are judged by what they would tell."""
        return self._policy.search_for != "improvement" and self._aims.weights.shape[0] == 1

    @property
    def logarithms(self) -> Float[np.ndarray, "o t"]:
        """The hyperparameters in use, as logarithms."""
        return self._fitted()

    @logarithms.setter
    def logarithms(self, values: Float[np.ndarray, "o t"]) -> None:
        self._logarithms = values
        self._posteriors.clear()

    def use(self, hyperparameters: Sequence[Hyperparameters]) -> None:
        """Uses given hyperparameters, one for each outcome, instead of a fit."""
        self._logarithms = np.array([one.logarithms for one in hyperparameters])
        ensembles = [one.draws for one in hyperparameters]
        self._ensemble = np.array(ensembles).swapaxes(0, 1) if all(ensembles) else None
        self._posteriors.clear()

    def draw(self, fits: Sequence[Hyperparameters], *, seed: int) -> tuple[Hyperparameters, ...]:
        """Draws hyperparameters around fits and uses them all; returns the fits with the draws.

        Where there is no time for it all draws are the fit itself, so that the same programs serve.
        """
        count, rows = self._policy.draws, self._lesson(self._as_starts()).rows
        far, ones = self._as_starts() + 0.5, [1] * len(fits)
        in_time = has_time_to_draw(
            lambda limit: self._lesson(far, fits=ones, fit_limits=[limit] * len(fits)),
            count,
            self.deadline,
        )
        drawn = []
        for outcome, one in enumerate(fits):
            start = self._fitted()[outcome]
            found = np.repeat(start[None, :], count, axis=0)
            if in_time:
                asked = drawing_of(rows, outcome, start, seed=seed)
                found = np.asarray(draw(asked, count=count))
            drawn.append(replace(one, draws=tuple(tuple(map(float, row)) for row in found)))
        self.use(drawn)
        return tuple(drawn)

    def look_ahead(self, around: Float[np.ndarray, "k d"], *, rng: np.random.Generator) -> None:
        """Prepares to judge points by what they would tell instead of by improvement.

        Args:
            around: Raw values that the maximum may be at.
            rng: Source of draws.
        """
        points = self._features.encode(to_model(self._problem, around))
        noise = noise_levels(self._units.standards, self._fitted())
        seen = view(view_of(self._posterior(pending=True), self._aims, points))
        self._prospects = self._with_costs(outlook(self._policy, seen, noise, rng=rng))

    def suppose_failures(self, rows: int) -> None:
        """Has its programs be those of a model that knows where trials failed.

        Args:
            rows: How many trials that is known from; see `chance_rows`.
        """
        chance = chance_like(self._features, rows)
        self._prospects = Prospects(noise=operand(np.zeros(len(self._y))), chance=chance)

    def _with_costs(self, ahead: Prospects) -> Prospects:
        """An outlook with what observations cost and how likely they are to fail."""
        return ahead._replace(
            expense=expense_of(self._problem, self._features, self._policy.cost),
            chance=None if self._prospects is None else self._prospects.chance,
        )

    def score(
        self,
        values: Float[np.ndarray, "k d"],
        *,
        local: int = 0,
        movable: Bool[np.ndarray, " d"] | None = None,
        within: TrustRegion | None = None,
    ) -> Scores:
        """Scores points and searches from the best of them.

        Args:
            values: Raw values, at most as many as the settings' candidates.
            local: How many of them, at the end, lie around incumbents.
            movable: Columns the searches may change; None for no search.
            within: Where the searches may go; everywhere if None.
        """
        x = to_model(self._problem, values)
        group = np.zeros(len(x), np.int32)
        group[len(x) - local :] = 1
        question = self._question(
            self._posterior(pending=True),
            self._prospects,
            candidates=self._features.encode(x),
            group=group,
            movable=movable,
            within=within,
        )
        answer = self._ask(question)
        found = to_values(self._problem, self._features.decode(np.asarray(answer.found)))
        return Scores(
            candidates=_finite(np.asarray(answer.scores)[: len(x)]),
            found=found,
            found_scores=_finite(np.asarray(answer.found_scores)),
        )

    def predict(
        self, x: Float[np.ndarray, "k d"]
    ) -> tuple[Float[np.ndarray, "k o"], Float[np.ndarray, "k o"]]:
        """Mean and standard deviation of the noise-free outcomes given the observations alone."""
        size = self._settings.global_candidates + self._settings.local_candidates
        means, sds = np.empty((len(x), len(self._y))), np.empty((len(x), len(self._y)))
        for begin in range(0, len(x), size):
            part = self._features.encode(x[begin : begin + size])
            question = self._question(
                self._posterior(pending=False), self._prospects, candidates=part, pending=False
            )
            answer = ask(question, searches=self.searches)
            rows = slice(begin, begin + len(part))
            means[rows] = np.asarray(answer.mean)[:, : len(part)].T
            sds[rows] = np.asarray(answer.sd)[:, : len(part)].T
        return self.in_units(x, means, sds)

    def left_out(
        self, outcome: int, groups: Int[np.ndarray, " n"]
    ) -> tuple[Float[np.ndarray, " k"], Float[np.ndarray, " k"], Float[np.ndarray, " k"]]:
        """What is expected where an outcome was observed, without the point's group; standardised.

        Returns:
            Mean, variance of the noise-free function and of an observation, at each observed point.
        """
        posterior = self._learn(self._as_starts(), pending=False).posterior
        rows = np.flatnonzero(self._observed[outcome])
        inverse = np.asarray(posterior.inverse)[outcome]
        mean, variance = without_groups(
            (inverse.T @ inverse)[np.ix_(rows, rows)],
            np.asarray(posterior.alpha)[outcome, rows, 0],
            self._y[outcome, rows],
            groups[rows],
        )
        noise, inferred = self._noise[outcome, rows], np.exp(self._fitted()[outcome, -1])
        noise = np.where(np.isnan(noise), inferred, noise) + self.jitter
        return mean, np.maximum(variance - noise, 0.0), variance

    def _fitted(self) -> Float[np.ndarray, "o t"]:
        if self._logarithms is None:
            raise ValueError("the model has no hyperparameters yet: call fit or use first")
        return self._logarithms

    def _as_starts(self) -> Float[np.ndarray, "o f t"]:
        """The hyperparameters, filled up to the number of starts."""
        return np.asarray(
            np.repeat(self._fitted()[:, None, :], self._settings.fit_starts, axis=1), np.float64
        )

    @property
    def searches(self) -> int:
        """How many searches its second program makes."""
        return self._settings.searches

    def _ask(self, question: Question) -> Answer:
        """Asks, in time where there is a deadline."""
        if self.deadline.seconds is None:
            return ask(question, searches=self.searches)
        return ask_in_time(question, searches=self.searches, deadline=self.deadline)

    def _posterior(self, *, pending: bool) -> Posterior:
        """The posterior of each outcome; of each draw of the hyperparameters where there are."""
        differs = self._differs(pending=pending)
        found = self._posteriors.get(differs)
        if found is None and self._ensemble is None:
            found = self._conditioned(pending=pending)
        elif found is None and self._ensemble is not None:
            size, made = self._settings.fit_starts, dict[bytes, Posterior]()
            for member in self._ensemble:  # equal ones where there was no time for draws
                if member.tobytes() not in made:
                    starts = np.repeat(member[:, None, :], size, axis=1)
                    learned = teach(self._lesson(starts, pending=pending))
                    made[member.tobytes()] = learned.posterior
            parts = [made[member.tobytes()] for member in self._ensemble]
            found = jax.tree.map(lambda *leaves: np.stack(leaves), *parts)
            self._posteriors[differs] = found
        assert found is not None  # noqa: S101 - one of the two made it
        return found

    def _conditioned(self, *, pending: bool) -> Posterior:
        """The posterior under the hyperparameters in use."""
        for jitter in (more for more in _JITTERS if more >= self.jitter):
            self.jitter = jitter
            learned = self._learn(self._as_starts(), pending=pending)
            if np.isfinite(learned.posterior.alpha).all():
                break
        return learned.posterior

    def _learn(
        self,
        starts: Float[np.ndarray, "o f t"],
        *,
        fits: Sequence[int] | None = None,
        fit_limits: Sequence[int] | None = None,
        pending: bool = True,
    ) -> Learned:
        """Fits, and conditions on what was found."""
        learned = teach(self._lesson(starts, fits=fits, fit_limits=fit_limits, pending=pending))
        if fits is not None:
            self._posteriors.clear()
        self._posteriors[self._differs(pending=pending)] = learned.posterior
        return learned


def _finite(scores: Float[np.ndarray, " k"]) -> Float[np.ndarray, " k"]:
    return np.where(np.isfinite(scores), scores, -np.inf)

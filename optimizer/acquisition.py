r"""What a point is worth: the expected gain of the objectives, times the chance to keep the bounds.

In logarithms, for each joint draw of what is pending, and averaged over the draws at the end:

    no bounds                log E[gain]
    bounds                   log E[gain] + sum over bounded outcomes of log P(within)
    nothing known to keep    sum over bounded outcomes of log P(within)
    the bounds

The gain is the improvement over the best point (one objective), of the dominated area (two), or of
a scalar that weighs all of them (more).
Outcomes are independent given the data. Before a point is known that keeps the bounds, draws in
which a pending one will count next to nothing, so that arms of a batch look for it in different
places: what is maximised is the chance that this is the first point to keep them.

References:
    Gardner et al. (2014), "Bayesian optimization with inequality constraints", ICML, for the
    product; Ament et al. (2023), arXiv:2310.20708, for its logarithm; Gelbart, Snoek and Adams
    (2014), arXiv:1403.5607, for the search before anything feasible is known.
"""

from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from armwright.optimizer.hypervolume_improvement import (
    Strips,
    log_hypervolume_improvement,
    strips,
)
from armwright.optimizer.improvement import log_expected_improvement
from armwright.optimizer.normal import log_probability_between
from armwright.optimizer.scalarization import log_scalar_improvement, scalar
from armwright.optimizer.shapes import Array, Bool, Float, Int

__all__ = [
    "Aims",
    "Target",
    "log_feasibility",
    "log_utility",
    "objective_means",
    "objective_spreads",
    "target",
]

_SPENT = -14.0  # log of what a draw is worth in which a pending point keeps the bounds


class Aims(NamedTuple):
    """The goal, in standardised units.

    Attributes:
        weights: One row per objective, one column per outcome in any of them.
        lower: Lower bounds of the bounded outcomes, which come last; -1e100 for none.
        upper: Upper bounds; 1e100 for none.
        reference: Of two objectives the least values of interest, of more the ideal point.
        preference: What each is multiplied with where there are more than two.
        shocks: Standard normal numbers to average over; none where there are fewer.
        eligible: Observed rows that have all objectives and keep the bounds.
    """

    weights: Float[Array, "g w"]
    lower: Float[Array, " b"]
    upper: Float[Array, " b"]
    reference: Float[Array, " g"]
    preference: Float[Array, " g"]
    shocks: Float[Array, "g e"]
    eligible: Bool[Array, " n"]


class Target(NamedTuple):
    """What there is to beat, for each draw of what is pending.

    Attributes:
        known: Whether a point is known that keeps the bounds.
        best: The largest objective of such a point, or scalar of more than two; 0 for none.
        below: The strips below the front of such points, where there are two.
        share: Log of what each draw counts while no such point is known.
    """

    known: Bool[Array, ""]
    best: Float[Array, " s"]
    below: Strips | None
    share: Float[Array, " s"]


def target(aims: Aims, means: Float[Array, "o n s"], pending: Bool[Array, " n"]) -> Target:
    """What there is to beat.

    Args:
        aims: The goal.
        means: Posterior mean of each outcome at each row, for each draw.
        pending: Rows whose observation is still to come.
    """
    width = aims.weights.shape[1]
    bounded = means[width:]
    keeps = jnp.all(
        (bounded >= aims.lower[:, None, None]) & (bounded <= aims.upper[:, None, None]), axis=0
    )
    arriving = pending[:, None] & keeps
    counted = aims.eligible[:, None] | arriving
    known = jnp.any(aims.eligible) if len(aims.lower) else jnp.ones((), bool)
    objectives = objective_means(aims, means)
    best, below = jnp.zeros(means.shape[2]), None
    if len(aims.weights) == 2:
        below = strips(objectives, counted, aims.reference)
    elif len(aims.weights):
        values = objectives[0]
        if len(aims.weights) > 2:
            values = scalar(objectives, aims.preference, aims.reference)
        best = jnp.max(jnp.where(counted, values, -jnp.inf), axis=0)
        if len(means) > 1:  # the only outcome is observed wherever it counts
            best = jnp.where(jnp.any(counted, axis=0), best, 0.0)
    share = jnp.where(jnp.any(arriving, axis=0), _SPENT, 0.0)
    return Target(known=known, best=best, below=below, share=share)


def log_utility(
    mean: Float[Array, "o k s"],
    sd: Float[Array, "o k"],
    aims: Aims,
    beat: Target,
    differing: Int[Array, ""] | None = None,
) -> Float[Array, " k"]:
    """Log of what each point is worth, averaged over the draws.

    Args:
        mean: Posterior mean of each outcome at each point, for each draw.
        sd: Its standard deviation, the same for all draws.
        aims: The goal.
        beat: What there is to beat.
        differing: How many of the draws to average over, the first ones: 1 where all are equal,
            because nothing is pending. All where None.
    """
    count = jnp.asarray(mean.shape[2], jnp.int32) if differing is None else differing
    if len(aims.weights) > 1 or mean.shape[1] > 1:
        each = _one_by_one(mean, sd, aims, beat, count)
    else:  # few numbers for each draw: all at once is faster than in turn
        each = jnp.where(
            jnp.arange(mean.shape[2], dtype=jnp.int32) < count,
            _each(mean, sd, aims, beat),
            -jnp.inf,
        )
    most = lax.stop_gradient(jnp.max(each, axis=1, keepdims=True))
    return jnp.log(jnp.sum(jnp.exp(each - most), axis=1) / count.astype(each.dtype)) + most[:, 0]


@jax.custom_jvp
def _one_by_one(
    mean: Float[Array, "o k s"],
    sd: Float[Array, "o k"],
    aims: Aims,
    beat: Target,
    count: Int[Array, ""],
) -> Float[Array, "k s"]:
    """`_each` for the first draws, computed one after the other; -inf for the rest.

    The number of draws is a run-time value and only one is in memory. A loop of so many turns has
    no derivative of its own, so the slopes are computed inside it.
    """

    def turn(draw: Int[Array, ""], each: Float[Array, "k s"]) -> Float[Array, "k s"]:
        value = _each(_pick(mean, draw, 2), sd, aims, _of_draw(beat, draw))
        return lax.dynamic_update_slice_in_dim(each, value, draw, axis=1)

    begin = jnp.full(mean.shape[1:], -jnp.inf)
    each: Float[Array, "k s"] = lax.fori_loop(jnp.zeros_like(count), count, turn, begin)
    return each


@_one_by_one.defjvp
def _one_by_one_jvp(
    primals: tuple[Array, Array, Aims, Target, Array], tangents: tuple[Any, ...]
) -> tuple[Float[Array, "k s"], Float[Array, "k s"]]:
    """A point's value depends on its own mean and sd alone; the goal is a constant."""
    mean, sd, aims, beat, count = primals

    def turn(draw: Int[Array, ""], done: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
        against = _of_draw(beat, draw)
        value, pull = jax.vjp(
            lambda at, wide: _each(at, wide, aims, against), _pick(mean, draw, 2), sd
        )
        by_mean, by_sd = pull(jnp.ones_like(value))
        each, to_mean, to_sd = done
        return (
            lax.dynamic_update_slice_in_dim(each, value, draw, axis=1),
            lax.dynamic_update_slice_in_dim(to_mean, by_mean, draw, axis=2),
            lax.dynamic_update_slice_in_dim(to_sd, by_sd[:, :, None], draw, axis=2),
        )

    begin = (jnp.full(mean.shape[1:], -jnp.inf), jnp.zeros_like(mean), jnp.zeros_like(mean))
    each, by_mean, by_sd = lax.fori_loop(jnp.zeros_like(count), count, turn, begin)
    change = jnp.sum(by_mean * tangents[0] + by_sd * tangents[1][:, :, None], axis=0)
    return each, change


def _of_draw(beat: Target, draw: Int[Array, ""]) -> Target:
    """What there is to beat in one draw."""
    below = beat.below
    if below is not None:
        below = Strips(*(_pick(edge, draw, 0) for edge in below))
    return beat._replace(
        best=_pick(beat.best, draw, 0), below=below, share=_pick(beat.share, draw, 0)
    )


def _pick(per_draw: Float[Array, "*k"], draw: Int[Array, ""], axis: int) -> Float[Array, "*l"]:
    """One draw of an array that has one entry, or row, for each."""
    return lax.dynamic_slice_in_dim(per_draw, draw, 1, axis=axis)


def _each(
    mean: Float[Array, "o k s"], sd: Float[Array, "o k"], aims: Aims, beat: Target
) -> Float[Array, "k s"]:
    """Log of what each point is worth, for each draw."""
    each = _log_gain(mean, sd, aims, beat)
    if not len(aims.lower):
        return each
    gain = jnp.where(beat.known, each, beat.share) if len(aims.weights) else beat.share
    return gain + log_feasibility(mean, sd, aims)


def log_feasibility(
    mean: Float[Array, "o k s"], sd: Float[Array, "o k"], aims: Aims
) -> Float[Array, "k s"]:
    """Log of the probability that each point keeps all bounds, for each draw."""
    if not len(aims.lower):
        return jnp.zeros(mean.shape[1:])
    width = aims.weights.shape[1]
    spread = sd[width:, :, None]
    low = (aims.lower[:, None, None] - mean[width:]) / spread
    high = (aims.upper[:, None, None] - mean[width:]) / spread
    return jnp.sum(log_probability_between(low, high), axis=0)


def _log_gain(
    mean: Float[Array, "o k s"], sd: Float[Array, "o k"], aims: Aims, beat: Target
) -> Float[Array, "k s"]:
    """Log of the expected gain of the objectives alone."""
    if not len(aims.weights):
        return jnp.zeros(mean.shape[1:])
    objectives, spread = objective_means(aims, mean), objective_spreads(aims, sd)
    if beat.below is not None:
        return log_hypervolume_improvement(objectives, spread, beat.below)
    if len(aims.weights) > 2:
        return log_scalar_improvement(
            objectives,
            spread,
            beat.best,
            preference=aims.preference,
            ideal=aims.reference,
            shocks=aims.shocks,
        )
    wide = jnp.broadcast_to(spread[0][:, None], objectives[0].shape)
    return log_expected_improvement(objectives[0], wide, beat.best[None, :])


def objective_means(aims: Aims, means: Float[Array, "o k s"]) -> Float[Array, "g k s"]:
    """Means of the objectives; sums of outcomes."""
    width = aims.weights.shape[1]
    if width == 1:
        return aims.weights[:, :1, None] * means[:1]
    return jnp.tensordot(aims.weights, means[:width], axes=1, precision=lax.Precision.HIGHEST)


def objective_spreads(aims: Aims, sd: Float[Array, "o k"]) -> Float[Array, "g k"]:
    """Standard deviations of the objectives: variances of independent outcomes add up."""
    width = aims.weights.shape[1]
    if width == 1:
        return jnp.abs(aims.weights) * sd[:1]
    variance = jnp.tensordot(
        aims.weights**2, sd[:width] ** 2, axes=1, precision=lax.Precision.HIGHEST
    )
    return jnp.sqrt(variance)

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

from typing import NamedTuple

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
from armwright.optimizer.shapes import Array, Bool, Float

__all__ = ["Aims", "Target", "log_utility", "target"]

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
    objectives = _objectives(aims, means)
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
    mean: Float[Array, "o k s"], sd: Float[Array, "o k"], aims: Aims, beat: Target
) -> Float[Array, " k"]:
    """Log of what each point is worth, averaged over the draws.

    Args:
        mean: Posterior mean of each outcome at each point, for each draw.
        sd: Its standard deviation, the same for all draws.
        aims: The goal.
        beat: What there is to beat.
    """
    each = _log_gain(mean, sd, aims, beat)
    if len(aims.lower):
        width = aims.weights.shape[1]
        spread = sd[width:, :, None]
        low = (aims.lower[:, None, None] - mean[width:]) / spread
        high = (aims.upper[:, None, None] - mean[width:]) / spread
        gain = jnp.where(beat.known, each, beat.share) if len(aims.weights) else beat.share
        each = gain + jnp.sum(log_probability_between(low, high), axis=0)
    most = lax.stop_gradient(jnp.max(each, axis=1, keepdims=True))
    return jnp.log(jnp.mean(jnp.exp(each - most), axis=1)) + most[:, 0]


def _log_gain(
    mean: Float[Array, "o k s"], sd: Float[Array, "o k"], aims: Aims, beat: Target
) -> Float[Array, "k s"]:
    """Log of the expected gain of the objectives alone."""
    if not len(aims.weights):
        return jnp.zeros(mean.shape[1:])
    objectives, spread = _objectives(aims, mean), _spread(aims, sd)
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


def _objectives(aims: Aims, means: Float[Array, "o k s"]) -> Float[Array, "g k s"]:
    """Means of the objectives; sums of outcomes."""
    width = aims.weights.shape[1]
    if width == 1:
        return aims.weights[:, :1, None] * means[:1]
    return jnp.tensordot(aims.weights, means[:width], axes=1, precision=lax.Precision.HIGHEST)


def _spread(aims: Aims, sd: Float[Array, "o k"]) -> Float[Array, "g k"]:
    """Standard deviations of the objectives: variances of independent outcomes add up."""
    width = aims.weights.shape[1]
    if width == 1:
        return jnp.abs(aims.weights) * sd[:1]
    variance = jnp.tensordot(
        aims.weights**2, sd[:width] ** 2, axes=1, precision=lax.Precision.HIGHEST
    )
    return jnp.sqrt(variance)

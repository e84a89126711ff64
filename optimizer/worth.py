"""What the search makes large: the log of what a point is worth, however that is judged."""

from collections.abc import Callable

import jax
import jax.numpy as jnp

from armwright.optimizer.acquisition import (
    Aims,
    Target,
    log_feasibility,
    log_utility,
    objective_means,
    objective_spreads,
    target,
)
from armwright.optimizer.chance import log_chance
from armwright.optimizer.couplings import projected
from armwright.optimizer.knowledge import log_knowledge_gradient
from armwright.optimizer.maximum import log_information, log_own_information
from armwright.optimizer.posterior import Posterior, covariances, marginals, paired
from armwright.optimizer.prospects import Prospects, log_expense
from armwright.optimizer.shapes import Array, Bool, Float, Int

__all__ = ["Judged", "judge"]

Judged = tuple[Float[Array, " k"], Float[Array, "o k"], Float[Array, "o k"]]

_expect = jax.vmap(marginals, in_axes=(0, None))


def judge(
    posterior: Posterior,
    pending: Bool[Array, " n"],
    differing: Int[Array, ""],
    aims: Aims,
    prospects: Prospects | None,
) -> Callable[[Float[Array, "k D"]], Judged]:
    """The function that says what points are worth, and what to expect there.

    Args:
        posterior: Of each outcome; with one more axis in front where there are several draws of the
            hyperparameters, over which worth is averaged.
        pending: Rows whose observation is still to come.
        differing: How many draws of what is pending to average over.
        aims: The goal.
        prospects: What else there is to judge by; None for improvement alone.

    Returns:
        Of features, the log worth, means over draws and standard deviations of each outcome.
    """
    value: Callable[[Float[Array, "k D"]], Judged]
    if prospects is not None and prospects.maxima is not None:
        value = _information(posterior, aims, prospects, prospects.maxima)
    elif prospects is not None and prospects.anchors is not None:
        value = _knowledge(posterior, aims, prospects, prospects.anchors)
    elif posterior.scales.ndim == 3:
        value = _averaged(posterior, pending, differing, aims)
    else:
        beat = target(aims, posterior.means, pending)

        def value(features: Float[Array, "k D"]) -> Judged:
            return _improvement(posterior, features, aims, beat, differing)

    if prospects is None or prospects.chance is None:
        return value
    chance = prospects.chance

    def hoped(features: Float[Array, "k D"]) -> Judged:
        scores, mean, sd = value(features)
        return scores + log_chance(features, chance), mean, sd

    return hoped


def _improvement(
    posterior: Posterior,
    features: Float[Array, "k D"],
    aims: Aims,
    beat: Target,
    differing: Int[Array, ""],
) -> Judged:
    mean, sd = _expect(posterior, features)
    return log_utility(mean, sd, aims, beat, differing), jnp.mean(mean, axis=2), sd


def _averaged(
    posterior: Posterior, pending: Bool[Array, " n"], differing: Int[Array, ""], aims: Aims
) -> Callable[[Float[Array, "k D"]], Judged]:
    """Improvement averaged over draws of the hyperparameters: of its log, the log of the mean."""
    beats = jax.vmap(target, in_axes=(None, 0, None))(aims, posterior.means, pending)

    def value(features: Float[Array, "k D"]) -> Judged:
        scores, means, sds = jax.vmap(_improvement, in_axes=(0, None, None, 0, None))(
            posterior, features, aims, beats, differing
        )
        count = scores.shape[0]
        mean = jnp.mean(means, axis=0)
        variance = jnp.mean(sds**2 + (means - mean) ** 2, axis=0)
        return jax.nn.logsumexp(scores, axis=0) - jnp.log(float(count)), mean, jnp.sqrt(variance)

    return value


def _information(
    posterior: Posterior, aims: Aims, prospects: Prospects, maxima: Float[Array, " z"]
) -> Callable[[Float[Array, "k D"]], Judged]:
    """What an observation tells about the maximum at the target, for its cost.

    Without tasks and fidelities it is the function itself that is observed, its noise left aside.
    """

    def value(features: Float[Array, "k D"]) -> Judged:
        there, mean, sd = _at_target(posterior, features)
        level = objective_means(aims, mean[:, :, None])[0, :, 0]
        spread = objective_spreads(aims, sd)[0]
        here, wide = _expect(posterior, features)
        gamma = (maxima[None, :] - level[:, None]) / spread[:, None]
        if posterior.coupled is None:
            told = log_own_information(gamma)
        else:
            seen = _observed_spread(wide, aims, prospects)
            shared = jax.vmap(paired, in_axes=(0, None, None))(posterior, features, there)
            rho = jnp.clip(_combined(aims, shared) / (seen * spread), -1.0, 1.0)
            told = log_information(gamma, rho[:, None])
        scores = jax.nn.logsumexp(told, axis=1) - jnp.log(float(maxima.shape[0]))
        scores = scores + _rest(features, mean, sd, aims, prospects)
        return scores, jnp.mean(here, axis=2), wide

    return value


def _knowledge(
    posterior: Posterior, aims: Aims, prospects: Prospects, anchors: Float[Array, "i D"]
) -> Callable[[Float[Array, "k D"]], Judged]:
    """How much an observation will raise the best mean at the target, for its cost."""
    known, _ = _expect(posterior, anchors)
    levels = objective_means(aims, jnp.mean(known, axis=2)[:, :, None])[0, :, 0]

    def value(features: Float[Array, "k D"]) -> Judged:
        there, mean, sd = _at_target(posterior, features)
        level = objective_means(aims, mean[:, :, None])[0, :, 0]
        here, wide = _expect(posterior, features)
        seen = _observed_spread(wide, aims, prospects)
        moves = jax.vmap(covariances, in_axes=(0, None, None))(posterior, features, anchors)
        own = jax.vmap(paired, in_axes=(0, None, None))(posterior, features, there)
        b = jnp.concatenate([_combined(aims, moves), _combined(aims, own)[:, None]], axis=1)
        a = jnp.concatenate(
            [jnp.broadcast_to(levels, (len(level), len(levels))), level[:, None]], axis=1
        )
        scores = jax.vmap(log_knowledge_gradient)(a, b / seen[:, None])
        scores = scores + _rest(features, mean, sd, aims, prospects)
        return scores, jnp.mean(here, axis=2), wide

    return value


def _at_target(
    posterior: Posterior, features: Float[Array, "k D"]
) -> tuple[Float[Array, "k D"], Float[Array, "o k"], Float[Array, "o k"]]:
    """The points at the target's task and fidelity, and what to expect there."""
    there = features
    if posterior.coupled is not None:
        couplings = jax.tree.map(lambda leaf: leaf[0], posterior.coupled.couplings)
        there = projected(features, couplings)
    mean, sd = _expect(posterior, there)
    return there, jnp.mean(mean, axis=2), sd


def _observed_spread(
    sd: Float[Array, "o k"], aims: Aims, prospects: Prospects
) -> Float[Array, " k"]:
    """Standard deviation of what would be observed of the objective, noise and all."""
    return objective_spreads(aims, jnp.sqrt(sd**2 + prospects.noise[:, None]))[0]


def _combined(aims: Aims, covariance: Float[Array, "o *k"]) -> Float[Array, "*k"]:
    """Covariance of the objective from those of its outcomes, which are independent."""
    width = aims.weights.shape[1]
    return jnp.tensordot(aims.weights[0] ** 2, covariance[:width], axes=1, precision="highest")


def _rest(
    features: Float[Array, "k D"],
    mean: Float[Array, "o k"],
    sd: Float[Array, "o k"],
    aims: Aims,
    prospects: Prospects,
) -> Float[Array, " k"]:
    """Log of the chance to keep the bounds, over the cost."""
    value = log_feasibility(mean[:, :, None], sd, aims)[:, 0]
    if prospects.expense is not None:
        value = value - log_expense(features, prospects.expense)
    return value

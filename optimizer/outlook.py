"""Draws of the whole function from a fitted model: where its maximum may be, and how large."""

from collections.abc import Sequence
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from armwright.optimizer.acquisition import Aims
from armwright.optimizer.couplings import projected
from armwright.optimizer.observations import Standardised
from armwright.optimizer.policy import Policy
from armwright.optimizer.posterior import Posterior, covariances, marginals
from armwright.optimizer.prospects import Prospects
from armwright.optimizer.shapes import Array, Float, operand

__all__ = [
    "View",
    "anchors_of",
    "joint",
    "maxima_of",
    "noise_levels",
    "outlook",
    "outlook_like",
    "paths",
    "view_of",
]

_POINTS = 512  # that draws of the function are looked at
_PATHS = 128
_MAXIMA = 16
_ANCHORS = 64
_JITTERS = (1e-10, 1e-8, 1e-6, 1e-4)


class View(NamedTuple):
    """Arguments of the program that looks at the whole function.

    Attributes:
        posterior: Of each outcome.
        aims: Of one objective.
        features: Points that the maximum may be at.
    """

    posterior: Posterior
    aims: Aims
    features: Float[Array, "k D"]


def view_of(posterior: Posterior, aims: Aims, points: Float[np.ndarray, "k D"]) -> View:
    """What to look at: points, as often as makes their number a fixed one."""
    part = np.resize(points, (_POINTS, points.shape[1]))
    return View(posterior=posterior, aims=aims, features=operand(part))


def outlook(
    policy: Policy,
    seen: Sequence[Array],
    noise: Float[np.ndarray, " o"],
    *,
    rng: np.random.Generator,
) -> Prospects:
    """What a policy needs to judge points by what they would tell, cost and chance left out.

    Args:
        policy: What is searched for.
        seen: Points where they count, their means and their covariance; see `joint`.
        noise: Noise variance of each outcome.
        rng: Source of draws.
    """
    features, mean, covariance = map(np.asarray, seen)
    drawn = paths(mean, covariance, rng=rng, count=_PATHS)
    if policy.search_for == "maximum":
        return Prospects(noise=operand(noise), maxima=operand(maxima_of(drawn, mean, _MAXIMA)))
    anchors = features[np.resize(anchors_of(drawn, mean, _ANCHORS), _ANCHORS)]
    return Prospects(noise=operand(noise), anchors=operand(anchors))


def outlook_like(policy: Policy, outcomes: int, width: int) -> Prospects:
    """Stands for the outlook of a policy, by its shapes, over so many features."""
    noise = operand(np.zeros(outcomes))
    if policy.search_for == "maximum":
        return Prospects(noise=noise, maxima=operand(np.zeros(_MAXIMA)))
    return Prospects(noise=noise, anchors=operand(np.zeros((_ANCHORS, width))))


def noise_levels(
    known: Sequence[Standardised], logarithms: Float[np.ndarray, "o t"]
) -> Float[np.ndarray, " o"]:
    """Noise variance to expect of each outcome: the known ones' median, else the fitted one."""
    levels: Float[np.ndarray, " o"] = np.exp(logarithms[:, -1])
    for outcome, standard in enumerate(known):
        told = standard.noise[~np.isnan(standard.noise)]
        if len(told):
            levels[outcome] = np.median(told)
    return levels


def joint(view: View) -> tuple[Float[Array, "k D"], Float[Array, " k"], Float[Array, "k k"]]:
    """Points at the target's task and fidelity, the objective's mean there, and its covariance.

    Args:
        view: What to look at.
    """
    posterior, aims, features = view
    if posterior.coupled is not None:
        features = projected(
            features, jax.tree.map(lambda leaf: leaf[0], posterior.coupled.couplings)
        )
    width = aims.weights.shape[1]
    mean, _ = jax.vmap(marginals, in_axes=(0, None))(posterior, features)
    both = jax.vmap(covariances, in_axes=(0, None, None))(posterior, features, features)
    weights = aims.weights[0]
    return (
        features,
        jnp.tensordot(weights, jnp.mean(mean, axis=2)[:width], axes=1, precision="highest"),
        jnp.tensordot(weights**2, both[:width], axes=1, precision="highest"),
    )


def paths(
    mean: Float[np.ndarray, " k"],
    covariance: Float[np.ndarray, "k k"],
    *,
    rng: np.random.Generator,
    count: int,
) -> Float[np.ndarray, "s k"]:
    """Joint draws of a Gaussian; independent ones where its covariance does not factor."""
    level = float(np.mean(np.diagonal(covariance)))
    normal = rng.standard_normal((count, len(mean)))
    for jitter in _JITTERS:
        try:
            root = np.linalg.cholesky(covariance + jitter * level * np.eye(len(mean)))
        except np.linalg.LinAlgError:
            continue
        return np.asarray(mean + normal @ root.T)
    return np.asarray(mean + normal * np.sqrt(np.maximum(np.diagonal(covariance), 0.0)))


def maxima_of(
    drawn: Float[np.ndarray, "s k"], mean: Float[np.ndarray, " k"], count: int
) -> Float[np.ndarray, " z"]:
    """Quantiles of the largest value over draws, none below the largest mean.

    Over a set of points, draws miss the peak between them by a little; the maximum is no less than
    what is expected of the best of them.
    """
    shares = (np.arange(count) + 0.5) / count
    return np.asarray(np.maximum(np.quantile(drawn.max(axis=1), shares), mean.max() + 1e-6))


def anchors_of(
    drawn: Float[np.ndarray, "s k"], mean: Float[np.ndarray, " k"], count: int
) -> list[int]:
    """The points where draws have their maxima, the most frequent first, then the best means."""
    tops, often = np.unique(drawn.argmax(axis=1), return_counts=True)
    frequent = tops[np.argsort(-often, kind="stable")][: count - count // 4]
    ranked = [int(i) for i in [*frequent, *np.argsort(-mean, kind="stable")]]
    return list(dict.fromkeys(ranked))[:count]

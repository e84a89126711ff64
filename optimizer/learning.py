"""The first of the two programs that are compiled: fit the hyperparameters, condition on the data.

Everything that varies from call to call is an argument, so that one compiled program per shape
serves every use: with no fits asked for it only conditions (greedy batches, predictions). The
posterior it leaves is the second program's argument (`program.run`), which may use it often.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from armwright.optimizer.bfgs import minimize
from armwright.optimizer.couplings import Couplings, coupling_bounds
from armwright.optimizer.likelihood import Rows, negative_log_posterior
from armwright.optimizer.posterior import Posterior, condition
from armwright.optimizer.shapes import Array, Float, Int

__all__ = ["Learned", "Lesson", "hyperparameter_bounds", "learn"]

# Each outcome has its own y, noise and observed; the points and the rest are the same for all.
_OWN = ("y", "noise", "observed")

_Best = tuple[Float[Array, " t"], Float[Array, ""]]


class Lesson(NamedTuple):
    """Arguments of the program.

    Attributes:
        rows: Observations and pending points; y, noise and observed have one row per outcome.
        draws: Standard normal numbers for the pending rows.
        starts: Log hyperparameters to fit each outcome's model from; with `fits` 0 the first is
            taken as it is.
        fits: How many of its starts to use for each outcome.
        fit_limit: Most evaluations per fit of each outcome.
        noises: Standard normal numbers for the noise of observations, where the values at the
            observed points are to be drawn as well; None usually.
    """

    rows: Rows
    draws: Float[Array, "o n s"]
    starts: Float[Array, "o f t"]
    fits: Int[Array, " o"]
    fit_limit: Int[Array, " o"]
    noises: Float[Array, "o n s"] | None = None


class Learned(NamedTuple):
    """Results of the program.

    Attributes:
        log_hyperparameters: The fit of each outcome's model, or its first start.
        energy: Negative log posterior density there; +inf where no fit ran or none was finite.
        posterior: The posterior of each outcome.
    """

    log_hyperparameters: Float[Array, "o t"]
    energy: Float[Array, " o"]
    posterior: Posterior


def learn(lesson: Lesson, *, batched: bool = False) -> Learned:
    """Fits a model of each outcome and conditions it on the observations and the pending points.

    Args:
        lesson: All that varies.
        batched: Whether starts and outcomes are computed side by side, which pays on a GPU. One
            after the other they take no longer on a CPU, where lanes in step would wait for the
            slowest, and one outcome's matrices are in memory at a time.
    """
    outcomes = jnp.arange(len(lesson.fits), dtype=jnp.int32)

    def one(outcome: Int[Array, ""]) -> Learned:
        rows = lesson.rows._replace(**{name: getattr(lesson.rows, name)[outcome] for name in _OWN})
        fit = _fit_side_by_side if batched else _fit_in_turn
        log_hyperparameters, energy = fit(
            rows, lesson.starts[outcome], lesson.fits[outcome], lesson.fit_limit[outcome]
        )
        noises = None if lesson.noises is None else lesson.noises[outcome]
        posterior = condition(log_hyperparameters, rows, lesson.draws[outcome], noises)
        return Learned(log_hyperparameters, energy, posterior)

    if batched:
        return jax.vmap(one)(outcomes)
    learned: Learned = lax.map(one, outcomes)
    return learned


def hyperparameter_bounds(
    width: int, couplings: Couplings | None = None
) -> tuple[Float[Array, " t"], Float[Array, " t"]]:
    """Bounds of log (lengthscales, outputscale, noise variance); the noise floor is 1e-6."""
    lower = jnp.log(jnp.array([5e-3] * width + [1e-2, 1e-6]))
    upper = jnp.log(jnp.array([1e3] * width + [1e3, 2.0]))
    if couplings is None:
        return lower, upper
    low, high = coupling_bounds(couplings)
    return (
        jnp.concatenate([lower[:width], jnp.asarray(low), lower[width:]]),
        jnp.concatenate([upper[:width], jnp.asarray(high), upper[width:]]),
    )


def _fit_in_turn(
    rows: Rows, starts: Float[Array, "f t"], count: Int[Array, ""], limit: Int[Array, ""]
) -> _Best:
    """The best of the fits from the first `count` starts, one after the other."""
    lower, upper = hyperparameter_bounds(rows.membership.shape[0], rows.couplings)
    starts = jnp.clip(starts, lower, upper)

    def fit_one(index: Int[Array, ""], best: _Best) -> _Best:
        found, energy = _fit(rows, starts[index], limit)
        better = energy < best[1]
        return jnp.where(better, found, best[0]), jnp.where(better, energy, best[1])

    begin = (starts[0], jnp.full((), jnp.inf))
    best: _Best = lax.fori_loop(jnp.zeros_like(count), count, fit_one, begin)
    return best


def _fit_side_by_side(
    rows: Rows, starts: Float[Array, "f t"], count: Int[Array, ""], limit: Int[Array, ""]
) -> _Best:
    """The same, all at once; starts that are not asked for are evaluated once and left out."""
    lower, upper = hyperparameter_bounds(rows.membership.shape[0], rows.couplings)
    starts = jnp.clip(starts, lower, upper)
    asked = jnp.arange(len(starts), dtype=jnp.int32) < count
    limits = jnp.where(asked, limit, 1)
    found, energies = jax.vmap(lambda start, most: _fit(rows, start, most))(starts, limits)
    energies = jnp.where(asked & ~jnp.isnan(energies), energies, jnp.inf)
    best = jnp.argmin(energies)
    return jnp.where(jnp.isfinite(energies[best]), found[best], starts[0]), energies[best]


def _fit(rows: Rows, start: Float[Array, " t"], limit: Int[Array, ""]) -> _Best:
    """The hyperparameters of largest posterior density, from one start within bounds."""
    lower, upper = hyperparameter_bounds(rows.membership.shape[0], rows.couplings)
    end = minimize(
        lambda log_hyperparameters: negative_log_posterior(log_hyperparameters, rows),
        start,
        lower=lower,
        upper=upper,
        scale=jnp.ones_like(lower),
        longest=2.0,
        limit=limit,
        gradient_tolerance=1e-3,
        decrease_tolerance=1e-9,
    )
    return end.x, end.value

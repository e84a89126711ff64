r"""Draws from the posterior of a model's hyperparameters, by Hamiltonian Monte Carlo.

The density is first made round: with the Hessian at the most probable point, by central differences
of the gradient, as metric. Each draw then follows leapfrog steps over a random part of a quarter
turn and is accepted or not by Metropolis' rule; the step size is adapted to an acceptance of 0.8
while the first draws, which are not kept, are made. Points outside the bounds, or where the
covariance does not factor, have density zero.

References:
    Neal (2011), "MCMC using Hamiltonian dynamics", Handbook of MCMC; Hoffman and Gelman (2014),
    "The No-U-Turn sampler", JMLR 15, section 3.2, for the adaptation of the step size; Snoek,
    Larochelle and Adams (2012), arXiv:1206.2944, for averaging the acquisition over such draws.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from armwright.optimizer.learning import hyperparameter_bounds
from armwright.optimizer.likelihood import Rows, negative_log_posterior
from armwright.optimizer.linear_algebra import matmul
from armwright.optimizer.shapes import Array, Float, UInt, operand

__all__ = [
    "Drawing",
    "drawing_like",
    "drawing_of",
    "evaluations",
    "hyperparameter_draws",
    "sample",
]

_MOST_ROWS = 256  # observations that draws are made from
_ADAPTED = 100  # draws that are thrown away
_THINNING = 8
_ACCEPTANCE = 0.8
_LENGTH = 1.6  # longest trajectory, of a quarter turn of 1.57
_MOST_STEPS = 16
_DIFFERENCE = 1e-3
_CURVATURES = (0.05, 1e4)  # between which the Hessian's eigenvalues are kept

_Energy = Callable[[Float[Array, " t"]], Float[Array, ""]]


class _Chain(NamedTuple):
    """Where the chain is, and how its step size is adapted; in rounded coordinates."""

    at: Float[Array, " t"]
    energy: Float[Array, ""]
    slope: Float[Array, " t"]
    log_step: Float[Array, ""]
    log_step_average: Float[Array, ""]
    error: Float[Array, ""]


class Drawing(NamedTuple):
    """Arguments of the program that draws.

    Attributes:
        rows: Observations of one outcome, 256 of them where there are more.
        start: Its most probable hyperparameters, as logarithms.
        seed: A raw key.
    """

    rows: Rows
    start: Float[Array, " t"]
    seed: UInt[Array, " 2"]


def drawing_of(rows: Rows, outcome: int, start: Float[np.ndarray, " t"], *, seed: int) -> Drawing:
    """What to draw from for one outcome.

    Args:
        rows: Observations, as the first program takes them: y, noise and observed of each outcome.
        outcome: Which one.
        start: Its most probable hyperparameters, as logarithms.
        seed: Decides the draws.
    """
    own = {name: getattr(rows, name)[outcome] for name in ("y", "noise", "observed")}
    part = rows._replace(**own)
    if len(part.observed) > _MOST_ROWS:
        there, rest = np.flatnonzero(part.observed), np.flatnonzero(~np.asarray(part.observed))
        if len(there) > _MOST_ROWS:
            there = there[np.linspace(0, len(there) - 1, _MOST_ROWS).astype(np.intp)]
        pick = np.concatenate([there, rest[: _MOST_ROWS - len(there)]])
        of_rows = ("features", "y", "noise", "observed", "pending")
        part = part._replace(**{name: getattr(part, name)[pick] for name in of_rows})
    key = np.random.default_rng([seed, 5, outcome]).integers(2**32, size=2, dtype=np.uint32)
    return Drawing(rows=part, start=operand(start), seed=operand(key))


def drawing_like(rows: Rows, parameters: int) -> Drawing:
    """Stands for `Drawing`s of an outcome with so many hyperparameters, by its shapes."""
    return drawing_of(rows, 0, np.zeros(parameters), seed=0)


def evaluations(count: int) -> int:
    """About how many evaluations of the density so many draws take."""
    return (_ADAPTED + _THINNING * count) * _MOST_STEPS // 2


def hyperparameter_draws(drawing: Drawing, *, count: int) -> Float[Array, "e t"]:
    """Draws of one outcome's hyperparameters, as logarithms.

    Args:
        drawing: Observations, where to begin, a key.
        count: Draws wanted.
    """
    rows, start, seed = drawing
    lower, upper = hyperparameter_bounds(rows.membership.shape[0], rows.couplings)

    def energy(at: Float[Array, " t"]) -> Float[Array, ""]:
        inside = jnp.all((at >= lower) & (at <= upper))
        value = negative_log_posterior(jnp.clip(at, lower, upper), rows)
        return jnp.where(inside & jnp.isfinite(value), value, jnp.inf)

    return sample(energy, start, seed, count=count)


def sample(
    energy: _Energy, start: Float[Array, " t"], seed: UInt[Array, " 2"], *, count: int
) -> Float[Array, "e t"]:
    """Draws from the density exp(-energy).

    Args:
        energy: Negative log density up to a constant; infinite where there is none.
        start: Where it is lowest, or nearly.
        seed: A raw key.
        count: Draws wanted.
    """
    spread = _spread(energy, start)

    def rounded(z: Float[Array, " t"]) -> Float[Array, ""]:
        return energy(start + matmul(spread, z))

    both = jax.value_and_grad(rounded)
    zero = jnp.zeros_like(start)
    first, slope = both(zero)
    half = jnp.log(jnp.asarray(0.5, start.dtype))
    chain = _Chain(zero, first, slope, half, half, jnp.zeros_like(half))
    keys = jax.random.split(seed, _ADAPTED + _THINNING * count)

    def turn(chain: _Chain, given: tuple[Array, Array]) -> tuple[_Chain, Float[Array, " t"]]:
        number, key = given
        log_step = jnp.where(number < _ADAPTED, chain.log_step, chain.log_step_average)
        moved, acceptance = _move(both, chain, key, jnp.exp(log_step))
        return _adapted(moved, acceptance, number), moved.at

    numbers = jnp.arange(len(keys), dtype=jnp.int32)
    _, path = lax.scan(turn, chain, (numbers, keys))
    kept = path[_ADAPTED + _THINNING - 1 :: _THINNING]
    return start + matmul(kept, spread.T)


def _move(
    both: Callable[[Float[Array, " t"]], tuple[Array, Array]],
    chain: _Chain,
    key: UInt[Array, " 2"],
    step: Float[Array, ""],
) -> tuple[_Chain, Float[Array, ""]]:
    """One trajectory; where it ends if that is accepted, and how likely that was."""
    keys = jax.random.split(key, 3)
    momentum = jax.random.normal(keys[0], chain.at.shape, chain.at.dtype)
    length = _LENGTH * jax.random.uniform(keys[1], (), chain.at.dtype, 0.3, 1.0)
    steps = jnp.clip(jnp.ceil(length / step), 1, _MOST_STEPS).astype(jnp.int32)

    def leap(_: Array, state: tuple[Array, Array, Array, Array]) -> tuple[Array, ...]:
        at, momentum, _, slope = state
        momentum = momentum - 0.5 * step * slope
        at = at + step * momentum
        energy, slope = both(at)
        slope = jnp.where(jnp.isfinite(slope), slope, 0.0)
        return at, momentum - 0.5 * step * slope, energy, slope

    begin = (chain.at, momentum, chain.energy, chain.slope)
    at, after, energy, slope = lax.fori_loop(jnp.zeros_like(steps), steps, leap, begin)
    before = chain.energy + 0.5 * jnp.sum(momentum**2)
    change = before - energy - 0.5 * jnp.sum(after**2)
    acceptance = jnp.exp(jnp.minimum(jnp.where(jnp.isnan(change), -jnp.inf, change), 0.0))
    taken = jax.random.uniform(keys[2], (), chain.at.dtype) < acceptance
    moved = chain._replace(
        at=jnp.where(taken, at, chain.at),
        energy=jnp.where(taken, energy, chain.energy),
        slope=jnp.where(taken, slope, chain.slope),
    )
    return moved, acceptance


def _adapted(chain: _Chain, acceptance: Float[Array, ""], number: Array) -> _Chain:
    """Dual averaging of the log step size, with the constants of Hoffman and Gelman."""
    turn = number.astype(acceptance.dtype) + 1.0
    share = 1.0 / (turn + 10.0)
    error = (1.0 - share) * chain.error + share * (_ACCEPTANCE - acceptance)
    log_step = jnp.log(jnp.asarray(5.0, turn.dtype)) - jnp.sqrt(turn) / 0.05 * error
    log_step = jnp.clip(log_step, -7.0, 0.7)
    weight = turn**-0.75
    average = weight * log_step + (1.0 - weight) * chain.log_step_average
    late = number >= _ADAPTED
    return chain._replace(
        error=error,
        log_step=log_step,
        log_step_average=jnp.where(late, chain.log_step_average, average),
    )


def _spread(energy: _Energy, start: Float[Array, " t"]) -> Float[Array, "t t"]:
    """A root of the inverse Hessian at the start, its eigenvalues kept within limits."""
    slope = jax.grad(energy)

    def along(direction: Float[Array, " t"]) -> Float[Array, " t"]:
        after, before = (slope(start + step * direction) for step in (_DIFFERENCE, -_DIFFERENCE))
        change: Float[Array, " t"] = (after - before) / (2.0 * _DIFFERENCE)
        return change

    hessian = lax.map(along, jnp.eye(start.shape[0], dtype=start.dtype))
    hessian = jnp.where(jnp.isfinite(hessian), hessian, 0.0)
    values, vectors = jnp.linalg.eigh(0.5 * (hessian + hessian.T))
    root: Float[Array, "t t"] = vectors / jnp.sqrt(jnp.clip(values, *_CURVATURES))
    return root

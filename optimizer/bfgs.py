"""A bounded quasi-Newton minimiser as one flat loop, made to be compiled.

Every turn of the loop evaluates the objective once, at the trial point; the line search is part of
the loop's state. So the objective appears once in the compiled program (whose compile time is
linear in its size), and under vmap each start advances at its own pace.

Bounds are kept by projection: a coordinate that sits on a bound and would leave is frozen for the
step, the rest moves along the quasi-Newton direction and is clipped. A trial where the objective is
not finite is refused like one that does not descend, so +inf marks the infeasible.
"""

from collections.abc import Callable
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from armwright.optimizer.linear_algebra import matmul
from armwright.optimizer.shapes import Array, Bool, Float, Int

__all__ = ["Minimum", "minimize"]

_ARMIJO = 1e-4
_SMALLEST_STEP = 1e-10


class Minimum(NamedTuple):
    """Where the search ended.

    Attributes:
        x: Best point, inside the bounds.
        value: Objective there; +inf if it was not finite at the start.
        evaluations: Number of evaluations of the objective with its gradient.
    """

    x: Float[Array, " t"]
    value: Float[Array, ""]
    evaluations: Int[Array, ""]


class _State(NamedTuple):
    x: Float[Array, " t"]
    value: Float[Array, ""]
    gradient: Float[Array, " t"]
    inverse_hessian: Float[Array, "t t"]
    fresh: Bool[Array, ""]  # the inverse Hessian holds no curvature yet
    step: Float[Array, ""]
    trial: Float[Array, " t"]
    evaluations: Int[Array, ""]
    done: Bool[Array, ""]


def minimize(
    objective: Callable[[Float[Array, " t"]], Float[Array, ""]],
    start: Float[Array, " t"],
    *,
    lower: Float[Array, " t"],
    upper: Float[Array, " t"],
    scale: Float[Array, " t"],
    longest: float,
    limit: Int[Array, ""],
    gradient_tolerance: float,
    decrease_tolerance: float,
) -> Minimum:
    """Minimises from one start by projected BFGS with backtracking.

    Args:
        objective: Scalar function, differentiable where finite.
        start: First point, inside the bounds.
        lower: Lower bounds; equal to the upper where a coordinate is fixed.
        upper: Upper bounds.
        scale: Diagonal of the first inverse Hessian, the square of each coordinate's typical move.
        longest: Longest move of any coordinate in one step.
        limit: Most evaluations, a run-time value: 1 only evaluates the start.
        gradient_tolerance: Stop when no free component of the gradient, times the square root of
            its scale, is larger.
        decrease_tolerance: Stop when a step lowers the objective by less, relative to 1 + |value|.
    """
    value_and_gradient = jax.value_and_grad(objective)

    def advance(state: _State) -> _State:
        value, gradient = value_and_gradient(state.trial)
        finite = jnp.isfinite(value) & jnp.all(jnp.isfinite(gradient))
        first = state.evaluations == 0
        move = state.trial - state.x
        slope = jnp.minimum(jnp.sum(state.gradient * move), 0.0)
        accepted = finite & (first | (value <= state.value + _ARMIJO * slope))

        change = gradient - state.gradient
        curvature = jnp.sum(move * change)
        norms = jnp.sqrt(jnp.sum(move * move) * jnp.sum(change * change))
        learn = accepted & ~first & (curvature > 1e-10 * norms)
        hessian = _update(state, scale, move, change, curvature, learn)
        fresh = state.fresh & ~learn

        x = jnp.where(accepted, state.trial, state.x)
        new_value = jnp.where(accepted, value, state.value)
        new_gradient = jnp.where(accepted, gradient, state.gradient)
        # Refused: shrink to the minimum of the parabola through what is known, within limits.
        gap = value - state.value - slope
        shrink = jnp.where(finite & (gap > 0), jnp.clip(-0.5 * slope / gap, 0.1, 0.5), 0.2)
        step = jnp.where(accepted, 1.0, state.step * shrink)
        restart = ~accepted & (step < 1e-3) & ~fresh
        hessian = jnp.where(restart, jnp.diag(scale), hessian)
        fresh, step = fresh | restart, jnp.where(restart, 1.0, step)

        free = ~(((x <= lower) & (new_gradient > 0)) | ((x >= upper) & (new_gradient < 0)))
        free = free & (upper > lower)
        steep = jnp.where(free, new_gradient, 0.0)
        direction = jnp.where(free, -matmul(hessian, steep), 0.0)
        downhill = jnp.sum(direction * steep) < 0
        direction = jnp.where(downhill, direction, -scale * steep)
        size = jnp.max(jnp.abs(direction) / jnp.sqrt(scale))
        direction = direction * jnp.minimum(1.0, longest / jnp.maximum(size, 1e-300))
        trial = jnp.clip(x + step * direction, lower, upper)

        flat = jnp.max(jnp.abs(steep) * jnp.sqrt(scale)) <= gradient_tolerance
        settled = ~first & (state.value - value <= decrease_tolerance * (1.0 + jnp.abs(new_value)))
        stuck = ~accepted & ((step < _SMALLEST_STEP) | jnp.all(trial == x) | first)
        evaluations = state.evaluations + 1
        return _State(
            x=x,
            value=new_value,
            gradient=new_gradient,
            inverse_hessian=hessian,
            fresh=fresh,
            step=step,
            trial=trial,
            evaluations=evaluations,
            done=(accepted & (flat | settled)) | stuck | (evaluations >= limit),
        )

    begin = _State(
        x=start,
        value=jnp.full((), jnp.inf),
        gradient=jnp.zeros_like(start),
        inverse_hessian=jnp.diag(scale),
        fresh=jnp.ones((), bool),
        step=jnp.ones(()),
        trial=start,
        evaluations=jnp.zeros((), jnp.int32),
        done=jnp.zeros((), bool),
    )
    end = lax.while_loop(lambda state: ~state.done, advance, begin)
    return Minimum(x=end.x, value=end.value, evaluations=end.evaluations)


def _update(
    state: _State,
    scale: Float[Array, " t"],
    move: Float[Array, " t"],
    change: Float[Array, " t"],
    curvature: Float[Array, ""],
    learn: Bool[Array, ""],
) -> Float[Array, "t t"]:
    """The BFGS update of the inverse Hessian (Nocedal and Wright 2006, (6.17) and (6.20))."""
    safe = jnp.where(learn, curvature, 1.0)
    stretch = safe / jnp.maximum(jnp.sum(scale * change * change), 1e-300)
    before = jnp.where(state.fresh, jnp.diag(scale) * stretch, state.inverse_hessian)
    pushed = matmul(before, change)
    inner = jnp.sum(pushed * change)
    cross = move[:, None] * pushed[None, :]
    after = (
        before + ((1.0 + inner / safe) * (move[:, None] * move[None, :]) - cross - cross.T) / safe
    )
    return jnp.where(learn, after, state.inverse_hessian)

"""The bounded quasi-Newton loop against SciPy's L-BFGS-B."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

from armwright.optimizer.bfgs import minimize

pytestmark = pytest.mark.usefixtures("float64")


def rosenbrock(x):
    return jnp.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)


@partial(jax.jit, static_argnums=0)
def search(objective, start, lower, upper, limit):
    return minimize(
        objective,
        start,
        lower=lower,
        upper=upper,
        scale=jnp.ones_like(start),
        longest=1.0,
        limit=limit,
        gradient_tolerance=1e-8,
        decrease_tolerance=0.0,
    )


@pytest.mark.parametrize("bounds", [(-2.0, 2.0), (-2.0, 0.5), (0.2, 0.7), (1.0, 3.0)])
def test_finds_scipys_minimum_of_a_valley_in_a_box(bounds):
    start = np.clip(np.array([-1.2, 1.0, -0.5, 0.8]), *bounds)
    lower, upper = np.full(4, bounds[0]), np.full(4, bounds[1])
    ours = search(rosenbrock, start, lower, upper, np.int32(400))
    theirs = optimize.minimize(
        jax.value_and_grad(rosenbrock),
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[bounds] * 4,
        options={"ftol": 1e-15, "gtol": 1e-10, "maxiter": 1000},
    )
    np.testing.assert_allclose(ours.value, theirs.fun, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(ours.x, theirs.x, atol=1e-3)


def quadratic(x):
    return 0.5 * jnp.sum(jnp.arange(1.0, 5.0) ** 3 * (x - jnp.array([0.3, -1.0, 2.0, 0.5])) ** 2)


@settings(max_examples=50)
@given(st.lists(st.floats(0, 1), min_size=4, max_size=4))
def test_a_bowl_in_the_unit_cube_ends_at_its_projection_inside_the_bounds(start):
    with jax.enable_x64(True):
        end = search(quadratic, np.array(start), np.zeros(4), np.ones(4), np.int32(100))
        x = np.asarray(end.x)
    assert ((x >= 0) & (x <= 1)).all()
    np.testing.assert_allclose(x, [0.3, 0.0, 1.0, 0.5], atol=1e-7)


def test_one_evaluation_returns_the_start():
    start = np.array([0.1, 0.2, 0.3, 0.4])
    end = search(quadratic, start, np.zeros(4), np.ones(4), np.int32(1))
    np.testing.assert_array_equal(end.x, start)
    np.testing.assert_allclose(end.value, quadratic(start))


def test_a_fixed_coordinate_stays():
    start = np.array([0.9, 0.2, 0.3, 0.4])
    lower, upper = np.array([0.9, 0, 0, 0]), np.array([0.9, 1, 1, 1])
    end = search(quadratic, start, lower, upper, np.int32(100))
    np.testing.assert_allclose(end.x, [0.9, 0.0, 1.0, 0.5], atol=1e-7)


def walled(x):
    return jnp.where(x[0] + x[1] < 1.0, quadratic(x), jnp.inf)


def test_never_steps_where_the_objective_is_infinite():
    end = search(walled, np.full(4, 0.1), np.zeros(4), np.ones(4), np.int32(100))
    assert np.isfinite(end.value)
    assert end.x[0] + end.x[1] < 1.0
    assert end.value < quadratic(np.full(4, 0.1))


def test_a_start_without_a_value_is_returned_as_infinite():
    end = search(walled, np.full(4, 0.9), np.zeros(4), np.ones(4), np.int32(100))
    assert np.isinf(end.value)
    np.testing.assert_array_equal(end.x, np.full(4, 0.9))
    assert end.evaluations == 1

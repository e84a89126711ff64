"""Kumaraswamy's warp against quadrature, its way back, and what is learned against SciPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import integrate, optimize

from armwright.optimizer import (
    Column,
    Condition,
    Hyperparameters,
    Observations,
    Problem,
    Settings,
    predict,
    suggest,
)
from armwright.optimizer.compiled import warp
from armwright.optimizer.features import Features
from armwright.optimizer.input_warp import WarpLesson
from armwright.optimizer.kumaraswamy import InputWarp
from armwright.optimizer.likelihood import Rows, negative_log_posterior

WARP = InputWarp(a=np.array([0.5, 2.0, 1.0]), b=np.array([1.5, 0.6, 1.0]))


def test_the_warp_is_the_integral_of_its_density():
    """Kumaraswamy's density a b x^(a-1) (1 - x^a)^(b-1), by quadrature."""
    x = np.array([[0.02, 0.3, 0.7], [0.4, 0.99, 0.1]])
    for (row, column), found in np.ndenumerate(WARP.warped(x)):
        a, b = WARP.a[column], WARP.b[column]
        expected = integrate.quad(
            lambda t, a=a, b=b: a * b * t ** (a - 1) * (1 - t**a) ** (b - 1), 0, x[row, column]
        )[0]
        assert found == pytest.approx(expected, rel=1e-8)


def test_what_is_warped_comes_back_and_the_ends_stay():
    x = np.vstack([np.zeros(3), np.ones(3), np.random.default_rng(0).random((50, 3))])
    np.testing.assert_allclose(WARP.unwarped(WARP.warped(x)), x, rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(WARP.warped(x)[:2], x[:2])


def data(count=40):
    """Fast on the left of the first column, slow on its right; a line along the second."""
    x = np.random.default_rng(4).random((count, 2))
    return x, np.sin(9.0 * x[:, 0] ** 0.35 * 2.0) + 0.3 * x[:, 1]


def rows():
    x, y = data()
    return Rows(
        features=x,
        y=(y - y.mean()) / y.std(),
        noise=np.full(len(y), np.nan),
        observed=np.ones(len(y), bool),
        pending=np.zeros(len(y), bool),
        membership=np.eye(2),
        jitter=np.float64(0.0),
    )


@pytest.mark.slow
@pytest.mark.usefixtures("float64")
def test_what_is_learned_is_what_scipy_finds_likeliest():
    start = np.array([-1.0, -0.5, 0.7, -7.0])
    lesson = WarpLesson(
        rows=rows(),
        start=start,
        shapes=np.zeros((2, 2)),
        warps=np.array([True, False]),
        limit=np.int32(200),
    )
    found = np.asarray(warp(lesson))
    assert (found[:, 1] == 0.0).all()

    density, known = jax.jit(negative_log_posterior), rows()

    def energy(at):
        bent = InputWarp(a=np.exp([at[4], 0.0]), b=np.exp([at[5], 0.0]))
        seen = jax.tree.map(jnp.asarray, known._replace(features=bent.warped(known.features)))
        prior = 0.5 * ((at[4:] / 0.5) ** 2).sum()
        return float(density(jnp.asarray(at[:4]), seen)) + prior

    begin = np.concatenate([start, found[:, 0]])
    best = optimize.minimize(energy, begin, method="Nelder-Mead", options={"maxiter": 1500})
    np.testing.assert_allclose(best.x[4:], found[:, 0], atol=0.05)
    assert found[0, 0] < -0.3  # a below 1 spreads the left


def test_columns_of_constraints_and_those_that_do_not_always_count_are_not_warped():
    problem = Problem(
        columns=(Column(), Column(), Column(), Column(kind="choice", levels=2)),
        constraint_weights=np.array([[1.0, 0.0, 0.0, 0.0]]),
        constraint_bounds=np.array([0.9]),
        conditions=(Condition(column=1, parent=3, values=(1.0,)),),
    )
    assert Features.of(problem).warpable.tolist() == [False, False, True, False]


@pytest.mark.slow
def test_a_warp_travels_with_the_fit_and_arms_lie_where_they_promise_most():
    problem = Problem(columns=(Column(lower=-1.0, upper=3.0), Column()))
    x, y = data()
    settings = Settings(input_warp=True)
    found = suggest(problem, Observations(x=x, y=y), seed=0, settings=settings, remaining=30)
    assert found.fits[0].input_warp[0] != (1.0, 1.0)
    again = Hyperparameters.from_dict(found.fits[0].to_dict())
    assert again == found.fits[0]
    mean, sd = predict(problem, Observations(x=x, y=y), again, found.x)
    np.testing.assert_allclose(mean, found.mean, rtol=1e-6)
    np.testing.assert_allclose(sd, found.sd, rtol=1e-4)
    few = suggest(problem, Observations(x=x[:19], y=y[:19]), seed=0, settings=settings)
    assert few.fits[0].input_warp == ()


@pytest.mark.slow
def test_a_warped_model_predicts_better_where_a_function_is_faster_at_one_end():
    problem = Problem(columns=(Column(), Column()))
    x, y = data()
    at = np.random.default_rng(5).random((200, 2))
    truth = np.sin(9.0 * at[:, 0] ** 0.35 * 2.0) + 0.3 * at[:, 1]
    errors = []
    for input_warp in (False, True):
        settings = Settings(input_warp=input_warp)
        fits = suggest(problem, Observations(x=x, y=y), seed=0, count=0, settings=settings).fits
        mean, _ = predict(problem, Observations(x=x, y=y), fits, at)
        errors.append(float(np.sqrt(np.mean((mean - truth) ** 2))))
    assert errors[1] < 0.8 * errors[0]

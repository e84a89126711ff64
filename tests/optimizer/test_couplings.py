"""Covariances of tasks and fidelities against sums over pairs, written out in NumPy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from armwright.optimizer import Column, Problem, to_model
from armwright.optimizer.couplings import (
    TASK_LEVEL_VARIANCE,
    coupled_covariance,
    coupled_variance,
    coupling_bounds,
    couplings_of,
    fresh_couplings,
    projected,
)
from armwright.optimizer.features import Features
from armwright.optimizer.kernel import LEVEL_VARIANCE
from armwright.optimizer.likelihood import Rows
from armwright.optimizer.posterior import condition, covariances, marginals, paired

pytestmark = pytest.mark.usefixtures("float64")

PROBLEM = Problem(
    columns=(
        Column(kind="choice", levels=3, role="task", target=2.0),
        Column(lower=-1.0, upper=3.0),
        Column(lower=1.0, upper=100.0, log=True, role="fidelity", target=10.0),
        Column(kind="choice", levels=2),
        Column(kind="choice", levels=2, role="fidelity", target=1.0),
    )
)
FEATURES = Features.of(PROBLEM)
COUPLINGS = couplings_of(PROBLEM, FEATURES)
LENGTHS = np.array([1.0, 0.4, 0.7, 1.3, 0.9])
ERRORS, FACTORS = np.array([0.3, 0.6]), np.array([0.5, 1.5, 1.0])
SHARED, OWN = np.array([0.4, -1.2, 2.0]), np.array([-0.5, 0.3, -1.0])
SCALE = 1.7
LOGARITHMS = np.concatenate(
    [np.log(LENGTHS), np.log(ERRORS), np.log(FACTORS), SHARED, OWN, np.log([SCALE, 0.01])]
)


def in_jax():
    return jax.tree.map(jnp.asarray, COUPLINGS)


def points(rng, count):
    return np.column_stack(
        [
            rng.integers(3, size=count),
            rng.random(count),
            rng.random(count),
            rng.integers(2, size=count),
            rng.integers(2, size=count),
        ]
    ).astype(float)


def matern(r):
    return (1 + np.sqrt(5) * r + 5 / 3 * r * r) * np.exp(-np.sqrt(5) * r)


def by_hand(p, q):
    """The formula of the module's docstring, for one pair in model units."""
    square = ((p[1] - q[1]) / LENGTHS[1]) ** 2 + (p[3] != q[3]) / LENGTHS[3] ** 2
    s, t = int(p[0]), int(q[0])
    inner = [
        [1 + SHARED[i] * SHARED[j] + (i == j) * np.exp(2 * OWN[i]) for j in (s, t)] for i in (s, t)
    ]
    alike = inner[0][1] / np.sqrt(inner[0][0] * inner[1][1])
    value = FACTORS[s] * FACTORS[t] * alike * (LEVEL_VARIANCE + SCALE * matern(np.sqrt(square)))
    value += TASK_LEVEL_VARIANCE * (s == t)
    far = [0.5 - p[2], 0.5 - q[2]]  # 10 lies half way from 1 to 100
    apart = np.sqrt(square + ((p[2] - q[2]) / LENGTHS[2]) ** 2)
    value += ERRORS[0] * (far[0] / 0.5) * (far[1] / 0.5) * (1 + matern(apart))
    apart = np.sqrt(square + (p[4] != q[4]) / LENGTHS[4] ** 2)
    value += ERRORS[1] * (p[4] != 1) * (q[4] != 1) * (1 + matern(apart))
    return value


def prior(x, z):
    return np.array([[by_hand(p, q) for q in z] for p in x])


def ours(x, z):
    return jax.jit(coupled_covariance)(
        jnp.asarray(LOGARITHMS),
        in_jax(),
        jnp.asarray(FEATURES.membership),
        jnp.asarray(FEATURES.encode(x)),
        jnp.asarray(FEATURES.encode(z)),
    )


def test_the_covariance_is_the_formula_pair_by_pair(rng):
    x, z = points(rng, 9), points(rng, 9)
    np.testing.assert_allclose(ours(x, z), prior(x, z), rtol=1e-10)


def test_the_variance_is_its_diagonal_and_the_matrix_is_a_covariance(rng):
    x = points(rng, 9)
    matrix = np.asarray(ours(x, x))
    variance = coupled_variance(jnp.asarray(LOGARITHMS), in_jax(), jnp.asarray(FEATURES.encode(x)))
    np.testing.assert_allclose(variance, np.diagonal(matrix), rtol=1e-10)
    assert np.linalg.eigvalsh(matrix).min() > -1e-9


@pytest.mark.slow
def test_the_posterior_matches_dense_conditioning(rng):
    x, z, y = points(rng, 8), points(rng, 5), rng.standard_normal(8)
    size = 16
    features = np.zeros((size, FEATURES.width))
    features[:8] = FEATURES.encode(x)
    rows = Rows(
        features=jnp.asarray(features),
        y=jnp.asarray(np.concatenate([y, np.zeros(8)])),
        noise=jnp.full(size, jnp.nan),
        observed=jnp.asarray(np.arange(size) < 8),
        pending=jnp.zeros(size, bool),
        membership=jnp.asarray(FEATURES.membership),
        jitter=jnp.zeros(()),
        couplings=in_jax(),
    )
    posterior = condition(jnp.asarray(LOGARITHMS), rows, jnp.zeros((size, 1)))
    asked = jnp.asarray(FEATURES.encode(z))
    mean, sd = marginals(posterior, asked)
    inverse = np.linalg.inv(prior(x, x) + 0.01 * np.eye(8))
    covariance = prior(z, z) - prior(z, x) @ inverse @ prior(x, z)
    np.testing.assert_allclose(mean[:, 0], prior(z, x) @ inverse @ y, rtol=1e-7)
    np.testing.assert_allclose(sd**2, np.diagonal(covariance), rtol=1e-7)
    np.testing.assert_allclose(covariances(posterior, asked, asked), covariance, atol=1e-8)
    np.testing.assert_allclose(paired(posterior, asked, asked), np.diagonal(covariance), atol=1e-8)
    at_target = x.copy()
    at_target[:, [0, 2, 4]] = [2.0, 0.5, 1.0]
    np.testing.assert_allclose(posterior.means[:8, 0], prior(at_target, x) @ inverse @ y, rtol=1e-7)


def test_points_at_the_target_have_its_task_and_fidelity(rng):
    x = points(rng, 6)
    at_target = x.copy()
    at_target[:, [0, 2, 4]] = [2.0, 0.5, 1.0]
    found = projected(jnp.asarray(FEATURES.encode(x)), in_jax())
    np.testing.assert_allclose(found, FEATURES.encode(at_target), atol=1e-12)


def test_a_problem_without_tasks_and_fidelities_has_no_couplings():
    problem = Problem(columns=(Column(), Column(kind="choice", levels=2)))
    assert couplings_of(problem, Features.of(problem)) is None


def test_fits_begin_within_their_bounds():
    lower, upper = coupling_bounds(COUPLINGS)
    starts = fresh_couplings(COUPLINGS, np.random.default_rng(0), 50)
    assert starts.shape == (50, COUPLINGS.parameters)
    assert ((starts > lower) & (starts < upper)).all()


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ({"role": "task"}, "a task is a choice"),
        ({"role": "fidelity"}, "a fidelity needs one"),
        ({"target": 1.0}, "only tasks and fidelities"),
        ({"role": "fidelity", "target": 1.5}, "expected 0.0 to 1.0, got 1.5"),
        ({"kind": "choice", "levels": 2, "role": "task", "target": 2.0}, "expected 0 to 1"),
    ],
)
def test_a_role_or_target_that_makes_no_sense_is_refused(column, words):
    with pytest.raises(ValueError, match=words):
        Column(**column)


def test_raw_targets_are_told_in_model_units():
    values = np.array([[2.0, 0.0, 10.0, 0.0, 1.0]])
    assert to_model(PROBLEM, values)[0, 2] == pytest.approx(0.5)

"""What points are worth by policies, against dense conditioning and sums over surprises."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from armwright.optimizer import Column, Cost, Goal, Measurements, Policy, Problem, to_model
from armwright.optimizer.aims import aims_of
from armwright.optimizer.couplings import coupled_covariance, couplings_of
from armwright.optimizer.features import Features
from armwright.optimizer.likelihood import Rows
from armwright.optimizer.maximum import log_information
from armwright.optimizer.observations import standardise
from armwright.optimizer.posterior import condition
from armwright.optimizer.prospects import Prospects, expense_of, log_expense
from armwright.optimizer.worth import judge

pytestmark = [pytest.mark.usefixtures("float64"), pytest.mark.slow]

PROBLEM = Problem(columns=(Column(), Column(lower=1.0, upper=9.0, role="fidelity", target=9.0)))
FEATURES = Features.of(PROBLEM)
COUPLINGS = couplings_of(PROBLEM, FEATURES)
X, ASKED = np.random.default_rng(4).random((7, 2)), np.random.default_rng(5).random((6, 2))
Y = standardise(Measurements(x=X, y=np.sin(4 * X[:, :1]), noise=None).column(0)).y
LOGARITHMS = np.array([np.log(0.4), np.log(0.8), np.log(0.5), np.log(1.3), np.log(0.02)])
NOISE = 0.02


def in_jax(tree):
    return jax.tree.map(jnp.asarray, tree)


def prior(a, b):
    return np.asarray(
        coupled_covariance(*in_jax((LOGARITHMS, COUPLINGS, FEATURES.membership, a, b)))
    )


def dense(x, y, asked):
    """Mean and covariance of the function, from scratch."""
    inverse = np.linalg.inv(prior(x, x) + NOISE * np.eye(len(x)))
    cross = prior(asked, x) @ inverse
    return cross @ y, prior(asked, asked) - cross @ prior(x, asked)


def judged(**prospects):
    rows = Rows(
        features=X,
        y=Y,
        noise=np.full(7, np.nan),
        observed=np.ones(7, bool),
        pending=np.zeros(7, bool),
        membership=FEATURES.membership,
        jitter=np.float64(0.0),
        couplings=COUPLINGS,
    )
    measured = Measurements(x=X, y=Y[:, None])
    aims = aims_of(
        Goal.single(),
        measured,
        [standardise(measured.column(0))],
        size=7,
        rows=np.arange(7),
        rng=np.random.default_rng(6),
    )
    aims = aims._replace(weights=np.ones((1, 1)))
    posterior = condition(*in_jax((LOGARITHMS, rows, np.zeros((7, 1)))))
    posterior = jax.tree.map(lambda leaf: leaf[None], posterior)
    given = Prospects(noise=np.array([NOISE]), **prospects)
    value = jax.jit(judge(posterior, *in_jax((rows.pending, np.int32(1), aims, given))))
    return [np.asarray(part) for part in value(jnp.asarray(ASKED))]


def at_target(points):
    return np.column_stack([points[:, 0], np.ones(len(points))])


def test_knowledge_is_the_expected_rise_of_the_best_mean_at_the_target(rng):
    anchors = at_target(rng.random((9, 1)))
    scores, mean, sd = judged(anchors=anchors)
    surprises, weights = np.polynomial.hermite_e.hermegauss(200)
    weights = weights / weights.sum()
    expected = []
    for point in ASKED:
        known = np.concatenate([anchors, at_target(point[None, :])])
        now, _ = dense(X, Y, known)
        level, spread = (part.item() for part in dense(X, Y, point[None, :]))
        ends = [
            dense(np.vstack([X, point]), np.append(Y, level + step), known)[0]
            for step in (0.0, 1.0)
        ]
        moves = np.sqrt(spread + NOISE) * (ends[1] - ends[0])  # means are linear in y
        rises = (ends[0] + np.outer(surprises, moves)).max(axis=1) - now.max()
        expected.append(weights @ rises)
    np.testing.assert_allclose(np.exp(scores), expected, rtol=0.05, atol=1e-8)
    means, covariance = dense(X, Y, ASKED)
    np.testing.assert_allclose(mean[0], means, rtol=1e-7)
    np.testing.assert_allclose(sd[0] ** 2, np.diagonal(covariance), rtol=1e-6)


def test_information_is_about_the_function_at_the_target():
    maxima = np.array([1.8, 2.5])
    scores, _, _ = judged(maxima=maxima)
    both = np.concatenate([ASKED, at_target(ASKED)])
    means, covariance = dense(X, Y, both)
    for i, score in enumerate(scores):
        spread = np.sqrt(covariance[6 + i, 6 + i])
        rho = covariance[i, 6 + i] / (spread * np.sqrt(covariance[i, i] + NOISE))
        gamma = (maxima - means[6 + i]) / spread
        told = np.exp(log_information(jnp.asarray(gamma), jnp.asarray(rho)))
        assert np.exp(score) == pytest.approx(told.mean(), rel=1e-5)


def test_worth_is_divided_by_what_the_observation_costs():
    expense = expense_of(PROBLEM, FEATURES, Cost(intercept=0.2, weights={1: 3.0}))
    plain, _, _ = judged(maxima=np.array([2.0]))
    paid, _, _ = judged(maxima=np.array([2.0]), expense=expense)
    cost = 0.2 + 3.0 * (1.0 + 8.0 * ASKED[:, 1]) / 9.0
    np.testing.assert_allclose(plain - paid, np.log(cost), rtol=1e-6)


def cost_of(problem, cost, values):
    features = Features.of(problem)
    expense = in_jax(expense_of(problem, features, cost))
    x = features.encode(to_model(problem, np.array(values)))
    return np.exp(np.asarray(log_expense(jnp.asarray(x), expense)))


def test_costs_of_logarithmic_and_chosen_fidelities():
    problem = Problem(
        columns=(
            Column(lower=1.0, upper=100.0, log=True, role="fidelity", target=100.0),
            Column(lower=0.0, upper=2.0, step=1.0, role="fidelity", target=2.0),
            Column(kind="choice", levels=2, role="fidelity", target=0.0),
        )
    )
    cost = Cost(intercept=0.5, weights={2: 2.0}, shares={1: (0.1, 0.3, 1.0), 2: (1.0, 0.25)})
    values = [[100.0, 2.0, 0.0], [10.0, 1.0, 1.0], [1.0, 0.0, 1.0]]
    expected = [0.5 + 1.0 + 1.0 + 2.0, 0.5 + 0.1 + 0.3 + 0.5, 0.5 + 0.01 + 0.1 + 0.5]
    np.testing.assert_allclose(cost_of(problem, cost, values), expected, rtol=1e-4)


def test_without_fidelities_nothing_costs_more():
    problem = Problem(columns=(Column(),))
    assert expense_of(problem, Features.of(problem), Cost()) is None


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Policy(search_for="knowledge", draws=-1), "expected 0, or a number with"),
        (lambda: Policy(search_for="knowledge", draws=3), "a number with 'improvement', got 3"),
        (lambda: Cost(intercept=0.0), "the intercept must be positive"),
        (lambda: Cost(weights={0: -1.0}), "expected numbers of 0 or more"),
    ],
)
def test_policies_that_make_no_sense_are_refused(make, words):
    with pytest.raises(ValueError, match=words):
        make()

"""Utilities of points under bounds and several objectives, against brute force."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.integrate import trapezoid
from scipy.stats import norm

from armwright.optimizer.acquisition import Aims, log_utility, target

pytestmark = pytest.mark.usefixtures("float64")

MEAN = np.random.default_rng(5).standard_normal((2, 6, 1))
SD = np.random.default_rng(6).random((2, 6)) + 0.2


def aims(*, eligible, weights=((1.0,),), lower=(-1e100,), upper=(0.3,)):
    weights = np.array(weights, np.float64)
    return Aims(
        weights=jnp.asarray(weights),
        lower=jnp.array(lower, jnp.float64),
        upper=jnp.array(upper, jnp.float64),
        reference=jnp.zeros(len(weights)),
        preference=jnp.ones(len(weights)),
        shocks=jnp.zeros((0, 64)),
        eligible=jnp.asarray(eligible),
    )


def rows(means, pending=()):
    """Means (o, n) of the rows, the same for each draw, and which are pending."""
    means = np.asarray(means, np.float64)
    return jnp.asarray(means[:, :, None]), jnp.isin(
        jnp.arange(means.shape[1]), jnp.array(pending, int)
    )


def test_constrained_improvement_matches_quadrature():
    known = aims(eligible=[True, False, False])
    beat = target(known, *rows([[0.2, 5.0, 1.0], [0.0, 1.0, 2.0]]))
    found = np.exp(log_utility(jnp.asarray(MEAN), jnp.asarray(SD), known, beat))
    for value, (mean,), sd, (bound,), spread in zip(
        found, MEAN[0], SD[0], MEAN[1], SD[1], strict=True
    ):
        z = (0.2 - mean) / sd + np.linspace(0.0, 20.0, 200_001)  # from where it improves
        gain = trapezoid((mean + sd * z - 0.2) * norm.pdf(z), z)
        assert value == pytest.approx(gain * norm.cdf((0.3 - bound) / spread), rel=1e-6)


def test_before_anything_feasible_is_known_it_is_the_probability_of_feasibility():
    known = aims(eligible=[False, False], lower=(-0.5,))
    beat = target(known, *rows([[1.0, 2.0], [4.0, 5.0]]))
    found = log_utility(jnp.asarray(MEAN), jnp.asarray(SD), known, beat)
    low, high = (norm.cdf((edge - MEAN[1, :, 0]) / SD[1]) for edge in (-0.5, 0.3))
    np.testing.assert_allclose(found, np.log(high - low), rtol=1e-10)


def test_without_an_objective_it_is_the_probability_of_all_bounds():
    known = aims(eligible=[True], weights=np.empty((0, 0)), lower=(0.1, -1e100), upper=(1e100, 0.3))
    beat = target(known, *rows([[1.0], [0.0]]))
    found = log_utility(jnp.asarray(MEAN), jnp.asarray(SD), known, beat)
    each = norm.logsf((0.1 - MEAN[0, :, 0]) / SD[0]) + norm.logcdf((0.3 - MEAN[1, :, 0]) / SD[1])
    np.testing.assert_allclose(found, each, rtol=1e-10)


def test_a_weighted_sum_adds_means_and_variances():
    known = aims(eligible=[True, True], weights=((2.0, 0.5),), lower=(), upper=())
    beat = target(known, *rows([[0.1, 0.4], [0.2, -1.0]]))
    found = np.exp(log_utility(jnp.asarray(MEAN), jnp.asarray(SD), known, beat))
    mean = 2 * MEAN[0, :, 0] + 0.5 * MEAN[1, :, 0]
    sd = np.sqrt(4 * SD[0] ** 2 + 0.25 * SD[1] ** 2)
    z = (mean - 0.3) / sd
    np.testing.assert_allclose(found, sd * (norm.pdf(z) + z * norm.cdf(z)), rtol=1e-9)


def test_the_value_to_beat_counts_feasible_rows_and_pending_ones_expected_to_be():
    known = aims(eligible=[True, False, False, False])
    means, pending = rows([[0.2, 9.0, 3.0, 5.0], [0.0, 1.0, 0.1, 0.4]], pending=[2, 3])
    assert float(target(known, means, pending).best[0]) == 3.0


def test_draws_in_which_a_pending_point_is_feasible_hardly_count_before_anything_is():
    known = aims(eligible=[False, False])
    means = jnp.array([[[0.0, 0.0], [0.0, 0.0]], [[9.0, 9.0], [0.1, 0.9]]])  # feasible in draw 0
    beat = target(known, means, jnp.array([False, True]))
    at = jnp.stack([jnp.zeros((1, 2)), jnp.array([[-9.0, 0.3]])])  # certain in draw 0, even in 1
    found = log_utility(at, jnp.ones((2, 1)), known, beat)
    np.testing.assert_allclose(found, np.log((np.exp(-14.0) + 0.5) / 2), rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("far", [1e6, 1e12])
def test_far_outside_the_bounds_the_value_is_finite(far):
    known = aims(eligible=[True])
    beat = target(known, *rows([[0.0], [0.0]]))
    at = jnp.array([[[-far]], [[far]]])
    assert np.isfinite(log_utility(at, jnp.full((2, 1), 1e-3), known, beat)).all()


def front(rng, draws):
    """Two objectives and a bound: rows with a different outcome in each draw, the last pending."""
    known = aims(eligible=[True, True, False], weights=np.eye(2), upper=(0.5,))
    means = rng.standard_normal((3, 3, draws))
    means[2] = 0.1
    beat = target(known, jnp.asarray(means), jnp.array([False, False, True]))
    at = jnp.asarray(rng.standard_normal((3, 4, draws)))
    return known, beat, at, jnp.asarray(rng.random((3, 4)) + 0.2)


def alone(known, beat, mean, sd, draw):
    """The utility under one draw."""
    one = beat._replace(
        best=beat.best[draw : draw + 1],
        share=beat.share[draw : draw + 1],
        below=None
        if beat.below is None
        else type(beat.below)(*(e[draw : draw + 1] for e in beat.below)),
    )
    return log_utility(mean[:, :, draw : draw + 1], sd, known, one)


@pytest.mark.slow
def test_draws_are_averaged_one_by_one(rng):
    known, beat, mean, sd = front(rng, 5)
    each = np.exp([alone(known, beat, mean, sd, draw) for draw in range(5)])
    for count in (1, 3, 5):
        found = log_utility(mean, sd, known, beat, jnp.int32(count))
        np.testing.assert_allclose(found, np.log(each[:count].mean(axis=0)), rtol=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("objectives", [1, 2])
@pytest.mark.parametrize("count", [1, 3])
def test_the_slope_of_the_average_matches_differences(rng, objectives, count):
    known, beat, mean, sd = front(rng, 3)
    if objectives == 1:
        known = aims(eligible=[True, True, False], upper=())
        known = known._replace(lower=jnp.zeros(0))
        beat = beat._replace(below=None, best=jnp.array([0.1, 0.4, -0.2]))
        mean, sd = mean[:1, :1], sd[:1, :1]

    @jax.jit
    def total(mean, sd):
        return jnp.sum(log_utility(mean, sd, known, beat, jnp.int32(count)))

    slopes = jax.grad(total, argnums=(0, 1))(mean, sd)
    step = 1e-6
    for argument, slope in enumerate(slopes):
        for place in np.ndindex(slope.shape):
            ends = []
            for sign in (1, -1):
                moved = [mean, sd]
                moved[argument] = moved[argument].at[place].add(sign * step)
                ends.append(total(*moved))
            expected = (ends[0] - ends[1]) / (2 * step)
            np.testing.assert_allclose(slope[place], expected, rtol=1e-5, atol=1e-8)

"""The chance of success that people see is the one by which arms are weighed."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from armwright.optimizer import Column, Problem, success_chance
from armwright.optimizer.chance import chance_of, log_chance
from armwright.optimizer.features import Features

PROBLEM = Problem(columns=(Column(), Column(kind="choice", levels=3)))


def points(count, seed):
    rng = np.random.default_rng(seed)
    return np.column_stack([rng.random(count), rng.integers(3, size=count)]).astype(float)


@pytest.mark.usefixtures("float64")
@pytest.mark.parametrize("successes", [0, 7, 400])
def test_what_is_shown_is_what_weighs_arms(successes):
    good, bad, asked = points(successes, 1), points(5, 2), points(9, 3)
    features = Features.of(PROBLEM)
    chance = jax.tree.map(jnp.asarray, chance_of(features, good, bad))
    weighed = np.exp(np.asarray(log_chance(jnp.asarray(features.encode(asked)), chance)))
    assert success_chance(PROBLEM, good, bad, asked) == pytest.approx(weighed, rel=1e-9)


def test_where_nothing_failed_everything_succeeds():
    assert success_chance(PROBLEM, points(3, 1), points(0, 2), points(4, 3)).tolist() == [1.0] * 4


@pytest.mark.usefixtures("float64")
def test_failures_that_are_rare_everywhere_leave_the_chance_near_their_share():
    good, bad, asked = points(3000, 1), points(300, 2), points(200, 3)
    shown = success_chance(PROBLEM, good, bad, asked)
    assert np.median(shown) == pytest.approx(3000 / 3300, abs=0.05)

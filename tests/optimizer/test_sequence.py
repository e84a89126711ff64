"""Sobol points: the net property, stable prefixes, and SciPy's discrepancy."""

import numpy as np
import pytest
from scipy.stats import qmc

from armwright.optimizer.sequence import sobol_points


@pytest.mark.parametrize("width", [1, 2, 7, 40, 500])
def test_every_aligned_block_is_stratified_in_every_dimension(width):
    points = sobol_points(width, seed=(3,), start=128, count=64)
    assert ((points > 0) & (points < 1)).all()
    cells = np.sort(np.floor(points * 64), axis=0)
    np.testing.assert_array_equal(cells, np.repeat(np.arange(64.0)[:, None], width, axis=1))


def test_a_stretch_is_the_same_whether_drawn_at_once_or_in_parts():
    whole = sobol_points(5, seed=(1, 2), start=0, count=40)
    parts = [sobol_points(5, seed=(1, 2), start=start, count=8) for start in range(0, 40, 8)]
    np.testing.assert_array_equal(whole, np.concatenate(parts))


def test_seeds_scramble_differently():
    first, second = (sobol_points(3, seed=(seed,), start=0, count=8) for seed in (0, 1))
    assert (first != second).any()


@pytest.mark.parametrize(("width", "count"), [(2, 64), (6, 64), (10, 256)])
def test_points_are_as_even_as_scipys(width, count):
    def evenness(draw):
        return np.mean([qmc.discrepancy(draw(seed), method="L2-star") for seed in range(20)])

    ours = evenness(lambda seed: sobol_points(width, seed=(seed,), start=0, count=count))
    theirs = evenness(lambda seed: qmc.Sobol(width, rng=np.random.default_rng(seed)).random(count))
    assert ours < 1.1 * theirs


def test_positions_beyond_the_sequence_are_refused():
    with pytest.raises(ValueError, match="positions must lie in"):
        sobol_points(2, seed=(0,), start=2**32, count=1)

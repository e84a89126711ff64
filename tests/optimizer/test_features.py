"""Features: one-hot choices behind the ranges, and back."""

import numpy as np

from armwright.optimizer import Column, Problem
from armwright.optimizer.features import Features

FEATURES = Features.of(
    Problem(
        columns=(
            Column(kind="choice", levels=2),
            Column(),
            Column(kind="choice", levels=3),
            Column(),
        )
    )
)


def test_ranges_come_first_and_choices_are_one_hot():
    encoded = FEATURES.encode(np.array([[1.0, 0.25, 2.0, 0.75]]))
    np.testing.assert_array_equal(encoded, [[0.25, 0.75, 0, 1, 0, 0, 1]])


def test_decoding_undoes_encoding():
    rng = np.random.default_rng(0)
    x = np.column_stack(
        [rng.integers(2, size=20), rng.random(20), rng.integers(3, size=20), rng.random(20)]
    ).astype(float)
    np.testing.assert_array_equal(FEATURES.decode(FEATURES.encode(x)), x)


def test_a_search_never_moves_one_hot_features():
    movable = FEATURES.movable(np.array([True, True, True, False]))
    np.testing.assert_array_equal(movable, [True, False, False, False, False, False, False])

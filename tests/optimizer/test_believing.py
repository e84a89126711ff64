"""Awaited results that are taken for what is expected of them."""

import jax
import numpy as np
import pytest

from armwright.optimizer import Column, Goal, Measurements, Observations, Problem, Settings, suggest
from armwright.optimizer.believing import takes_as_expected
from armwright.optimizer.fitted import fit_model
from armwright.optimizer.posterior import marginals
from armwright.optimizer.precision import double_precision

FIVE = Problem(columns=(Column(),) * 5)


def known(number):
    x = np.random.default_rng(4).random((number, 5))
    return Observations(x=x, y=-((x - 0.4) ** 2).sum(axis=1))


def fitted(pending, *, as_expected):
    with double_precision():
        return fit_model(
            FIVE,
            Measurements.of(known(20)),
            Goal.single(),
            pending=pending,
            room=2,
            warm=[None],
            seed=1,
            settings=Settings(),
            as_expected=as_expected,
        ).model


@pytest.mark.parametrize(
    ("columns", "awaited", "expected"),
    [(5, 1, True), (40, 60, True), (4, 3, False), (6, 0, False), (6, 10, False)],
    ids=[
        "one awaited",
        "many columns",
        "few columns",
        "nothing awaited",
        "as many as cover the box",
    ],
)
def test_only_beside_some_arms_of_others_and_in_several_columns(columns, awaited, expected):
    assert takes_as_expected(columns=columns, awaited=awaited) == expected


@pytest.mark.parametrize("as_expected", [True, False])
def test_a_pending_point_has_the_value_that_was_expected_of_it_or_one_for_each_draw(as_expected):
    awaited = np.full((1, 5), 0.35)
    model = fitted(awaited, as_expected=as_expected)
    with double_precision():
        known_alone = jax.tree.map(lambda leaf: leaf[0], model._posterior(pending=False))
        expected = np.asarray(marginals(known_alone, jax.numpy.asarray(model._points[20:21]))[0])[
            0, 0
        ]
        taken = np.asarray(model._posterior(pending=True).means)[0, 20]
    assert np.allclose(taken, expected, atol=1e-6) == as_expected


def test_draws_come_back_when_they_are_asked_for_again():
    awaited, asked = np.full((3, 5), 0.35), np.random.default_rng(5).random((30, 5))
    awaited[1:] += [[0.1], [0.2]]
    drawn = fitted(awaited, as_expected=False)
    with double_precision():
        before = drawn.score(asked).candidates
        drawn.take_pending(as_expected=True)
        between = drawn.score(asked).candidates
        drawn.take_pending(as_expected=False)
        assert np.array_equal(drawn.score(asked).candidates, before)
    assert not np.allclose(between, before, atol=1e-3)


@pytest.mark.parametrize(("results", "local"), [(19, True), (18, False)])
def test_arms_for_the_box_take_what_is_awaited_as_expected_and_others_do_not(
    results, local, monkeypatch
):
    awaited = np.full((3, 5), 0.4) + 0.05 * np.arange(3)[:, None]
    here = suggest(FIVE, known(results), pending=awaited, seed=1, remaining=40)
    monkeypatch.setattr("armwright.optimizer.believing._FEWEST_COLUMNS", 6)
    drawn = suggest(FIVE, known(results), pending=awaited, seed=1, remaining=40)
    assert np.array_equal(here.x, drawn.x) != local

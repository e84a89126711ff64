"""Several good points in regions of their own."""

import itertools

import numpy as np
import pytest

from armwright.optimizer.columns import Column, Problem, to_model
from armwright.optimizer.diverse import (
    distance_between_solutions,
    select_diverse,
    suggest_diverse,
)
from armwright.optimizer.goal import Goal
from armwright.optimizer.observations import Observations
from armwright.optimizer.policy import Policy
from armwright.optimizer.settings import Settings
from armwright.optimizer.space_filling import sobol
from armwright.optimizer.suggestion import suggest

SQUARE = Problem(columns=(Column(), Column()))
PEAKS = np.array([[0.2, 0.2], [0.8, 0.25], [0.25, 0.8], [0.8, 0.8]])
HEIGHTS = np.array([1.0, 0.9, 0.8, 0.7])


def hills(values):
    squared = ((values[:, None, :] - PEAKS) ** 2).sum(axis=2)
    return (HEIGHTS * np.exp(-squared / 0.02)).max(axis=1)


def test_the_first_is_the_best_and_all_lie_apart():
    x = np.random.default_rng(0).random((200, 2))
    chosen = select_diverse(SQUARE, x, hills(x), 4)
    assert chosen[0] == np.argmax(hills(x))
    for a, b in itertools.combinations(chosen, 2):
        assert np.linalg.norm(x[a] - x[b]) >= distance_between_solutions(SQUARE, 4)
    nearest = ((x[chosen][:, None] - PEAKS) ** 2).sum(axis=2).argmin(axis=1)
    assert sorted(nearest) == [0, 1, 2, 3]


def test_each_is_the_best_beyond_the_better_ones_by_brute_force():
    x = np.random.default_rng(1).random((60, 2))
    y = hills(x)
    chosen = list(select_diverse(SQUARE, x, y, 5, distance=0.3))
    for place in range(len(chosen)):
        apart = [
            i for i in range(60) if all(np.linalg.norm(x[i] - x[j]) >= 0.3 for j in chosen[:place])
        ]
        assert y[chosen[place]] == y[apart].max()


def test_points_that_lie_rather_near_still_give_as_many_as_wanted():
    x = 0.5 + 0.3 * (np.random.default_rng(2).random((60, 2)) - 0.5)
    assert len(select_diverse(SQUARE, x, hills(x), 4)) == 4


def test_points_that_are_all_but_the_same_are_one_solution():
    x = 0.5 + 1e-3 * np.random.default_rng(2).random((10, 2))
    y = hills(x)
    assert list(select_diverse(SQUARE, x, y, 4)) == [np.argmax(y)]


def test_where_the_best_fifth_lies_on_one_peak_the_better_half_has_the_others():
    rng = np.random.default_rng(3)
    near = 0.2 + 0.01 * rng.random((20, 2))
    far = [*(PEAKS[1] + 0.01 * rng.random((20, 2))), *rng.random((60, 2))]
    x = np.concatenate([near, far])
    y = np.where(np.arange(100) < 20, 10.0, 0.0) + hills(x)
    first, second = select_diverse(SQUARE, x, y, 2, share=0.2)
    assert first < 20
    assert 20 <= second < 40


def test_no_more_come_than_there_are_different_points():
    x = np.repeat([[0.1, 0.1], [0.9, 0.9]], 5, axis=0)
    assert sorted(map(tuple, x[select_diverse(SQUARE, x, hills(x), 4)])) == [(0.1, 0.1), (0.9, 0.9)]


def test_points_without_a_value_do_not_count():
    x = np.array([[0.1, 0.1], [0.9, 0.9], [0.5, 0.5]])
    assert list(select_diverse(SQUARE, x, np.array([np.nan, 1.0, 2.0]), 3)) == [2, 1]


def test_points_that_are_not_good_enough_do_not_count_unless_there_are_too_few():
    x = np.random.default_rng(4).random((50, 2))
    y = hills(x)
    fifth = np.argsort(-y)[:10]
    assert set(select_diverse(SQUARE, x, y, 4, share=0.2)) <= set(fifth)
    assert len(select_diverse(SQUARE, x, y, 12, share=0.2)) == 12


def test_levels_of_a_choice_are_apart_whatever_their_codes():
    problem = Problem(columns=(Column(kind="choice", levels=5), Column()))
    x = np.array([[0.0, 0.5], [1.0, 0.5], [0.0, 0.52]])
    assert list(select_diverse(problem, x, np.array([3.0, 1.0, 2.0]), 2)) == [0, 1]


def test_many_solutions_may_lie_nearer():
    assert distance_between_solutions(SQUARE, 2) == pytest.approx(0.2 * np.sqrt(2))
    assert distance_between_solutions(SQUARE, 100) == pytest.approx(0.05 * np.sqrt(2))


def test_less_than_one_solution_is_refused():
    with pytest.raises(ValueError, match="count: expected at least 1"):
        select_diverse(SQUARE, PEAKS, HEIGHTS, 0)
    with pytest.raises(ValueError, match="solutions: expected at least 1 and one objective"):
        suggest_diverse(SQUARE, Observations(x=PEAKS, y=HEIGHTS), solutions=0, seed=0)


def test_two_objectives_are_refused():
    goal = Goal(weights=np.eye(2), lower=np.empty(0), upper=np.empty(0))
    with pytest.raises(ValueError, match=r"expected one of 1 outcomes"):
        suggest_diverse(SQUARE, Observations(x=PEAKS, y=HEIGHTS), solutions=2, goal=goal, seed=0)


def known(count=12):
    values = sobol(SQUARE, seed=3, start=0, count=count).values
    return Observations(x=to_model(SQUARE, values), y=hills(values))


def test_an_arm_for_another_solution_lies_beyond_the_better_ones():
    seen = known(13)
    proposal = suggest_diverse(SQUARE, seen, solutions=4, seed=0, count=4)
    turns = [note for note in proposal.notes if note.startswith("for solution")]
    assert turns == [f"for solution {i} of 4" for i in (2, 3, 4, 1)]
    reach = distance_between_solutions(SQUARE, 4)
    best = seen.x[np.argmax(seen.y)]
    assert (np.linalg.norm(proposal.x[:3] - best, axis=1) >= 0.99 * reach).all()


@pytest.mark.slow
def test_failed_points_push_arms_further_away_than_pending_ones():
    seen = known(13)
    aimed = suggest_diverse(SQUARE, seen, solutions=4, seed=0, count=1).x
    around = np.clip(aimed + 0.03 * np.array([[0, 0], [1, 1], [1, -1], [-1, 1], [-1, -1]]), 0, 1)
    nearest = {}
    for name in ("pending", "failed"):
        arm = suggest_diverse(SQUARE, seen, solutions=4, seed=3, **{name: around}).x
        nearest[name] = np.linalg.norm(arm - aimed)
    assert nearest["failed"] > nearest["pending"]


def test_failed_points_are_not_tried_again():
    grid = Problem(columns=(Column(lower=0.0, upper=3.0, step=1.0),))
    x = np.array([[0.0], [1.0]])
    seen = Observations(x=x, y=np.array([0.0, 1.0]))
    failed = to_model(grid, np.array([[1.0]]))
    arms = suggest_diverse(grid, seen, solutions=2, seed=0, count=1, failed=failed).values
    assert arms.ravel().tolist() == [2.0]


def test_one_solution_is_an_ordinary_search():
    seen = known()
    mine = suggest_diverse(SQUARE, seen, solutions=1, seed=5)
    np.testing.assert_array_equal(mine.values, suggest(SQUARE, seen, seed=5).values)


def test_where_the_better_solutions_leave_no_room_arms_come_from_an_ordinary_search():
    proposal = suggest_diverse(SQUARE, known(13), solutions=4, seed=0, distance=2.0)
    assert len(proposal.values) == 1


def test_with_no_time_at_all_points_fill_the_space():
    x = sobol(SQUARE, seed=0, start=0, count=10).values
    data = Observations(x=x, y=hills(x))
    found = suggest_diverse(SQUARE, data, solutions=3, seed=0, count=2, within=0.0)
    assert found.values.shape == (2, 2)
    assert found.notes == ("the deadline left no time for a model: the points fill the space",)


def test_with_time_enough_the_arm_is_the_one_without_a_deadline():
    x = sobol(SQUARE, seed=0, start=0, count=10).values
    data = Observations(x=x, y=hills(x))
    free = suggest_diverse(SQUARE, data, solutions=3, seed=0)
    bound = suggest_diverse(SQUARE, data, solutions=3, seed=0, within=600.0)
    np.testing.assert_array_equal(bound.values, free.values)
    assert bound.notes == free.notes


def test_of_very_many_observations_a_part_serves():
    settings = Settings(fit_rows=20, exact_rows=40, local_rows=24)
    x = sobol(SQUARE, seed=0, start=0, count=60).values
    data = Observations(x=x, y=hills(x))
    found = suggest_diverse(SQUARE, data, solutions=3, seed=0, count=3, settings=settings)
    assert any("the model keeps 24 of 60" in note for note in found.notes)
    assert {note for note in found.notes if "for solution" in note} == {
        f"for solution {turn} of 3" for turn in (1, 2, 3)
    }


def test_nothing_known_gives_points_that_fill_the_space():
    nothing = Observations(x=np.empty((0, 2)), y=np.empty(0))
    assert len(suggest_diverse(SQUARE, nothing, solutions=3, seed=0, count=3).values) == 3


@pytest.mark.slow
def test_four_hills_are_all_climbed():
    seen = known(10)
    values, y, warm = seen.x, seen.y, None
    for arm in range(40):
        proposal = suggest_diverse(
            SQUARE, Observations(x=values, y=y), solutions=4, seed=arm, warm=warm
        )
        warm = proposal.fits
        values = np.vstack([values, proposal.values])
        y = np.append(y, hills(proposal.values))
    found = select_diverse(SQUARE, values, y, 4)
    np.testing.assert_allclose(np.sort(y[found])[::-1], HEIGHTS, atol=0.01)


@pytest.mark.slow
def test_draws_of_the_hyperparameters_are_averaged_over():
    x = sobol(SQUARE, seed=1, start=0, count=12).values
    data = Observations(x=x, y=hills(x))
    found = suggest_diverse(SQUARE, data, solutions=2, seed=0, policy=Policy(draws=3))
    assert len(found.fits[0].draws) == 3
    assert len(set(found.fits[0].draws)) == 3
    assert np.isfinite(found.mean).all()


@pytest.mark.slow
def test_the_likeliest_scale_is_taken_where_it_is_wanted():
    x = sobol(SQUARE, seed=1, start=0, count=16).values
    data = Observations(x=x, y=-np.exp(8.0 * x.sum(axis=1)))
    wanted = Settings(output_warp="likeliest")
    scales = [
        suggest_diverse(SQUARE, data, solutions=2, seed=0, settings=one).fits[0].scale
        for one in (Settings(), wanted)
    ]
    assert scales[0] == "own"
    assert scales[1] != "own"


def test_several_solutions_are_searched_for_by_improvement_alone():
    x = sobol(SQUARE, seed=1, start=0, count=4).values
    data = Observations(x=x, y=hills(x))
    with pytest.raises(ValueError, match="searched for by improvement, got Policy"):
        suggest_diverse(SQUARE, data, solutions=2, seed=0, policy=Policy(search_for="maximum"))

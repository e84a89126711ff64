"""Suggestions under bounds and for several objectives, end to end."""

import numpy as np
import pytest

from armwright.optimizer import (
    Column,
    Goal,
    Measurements,
    Problem,
    compile_count,
    hypervolume,
    predict,
    sobol,
    suggest,
    to_model,
    utility,
)
from armwright.optimizer.incumbents import incumbents

SQUARE = Problem(columns=(Column(), Column()))
NONE = np.empty(0)


def goal(weights, upper=(), **more):
    upper = np.array(upper, np.float64)
    return Goal(
        weights=np.array(weights, np.float64),
        lower=np.full(len(upper), -np.inf),
        upper=upper,
        **more,
    )


def measured(problem, values, function):
    y = np.array([function(row) for row in values], np.float64)
    return Measurements(x=to_model(problem, values), y=y)


def loop(problem, function, aim, *, begin, trials, seed=0):
    """Values after a run, and how many searches it compiled."""
    values, warm, before = begin, None, compile_count("search")
    while len(values) < trials:
        proposal = suggest(
            problem, measured(problem, values, function), goal=aim, warm=warm, seed=seed
        )
        assert proposal.notes == ()
        warm, seed = proposal.fits, seed + 1
        values = np.concatenate([values, proposal.values])
    return values, compile_count("search") - before


def start(problem, count, seed=0):
    return sobol(problem, seed=seed, start=0, count=count).values


def gramacy(row):
    """Gramacy et al. (2016), Technometrics 58, 1: minimum 0.5998 where both bounds hold."""
    x, y = row
    wave = 1.5 - x - 2 * y - 0.5 * np.sin(2 * np.pi * (x * x - 2 * y))
    return -(x + y), wave, x * x + y * y - 1.5


def best_feasible(values, function=gramacy):
    y = np.array([function(row) for row in values])
    return y[(y[:, 1:] <= 0).all(axis=1), 0].max(initial=-np.inf)


def test_a_constrained_optimum_is_found_with_one_compilation_per_bucket():
    aim = goal([[1.0]], upper=[0.0, 0.0])
    values, programs = loop(SQUARE, gramacy, aim, begin=start(SQUARE, 5, seed=2), trials=17)
    assert best_feasible(values) > -0.61
    assert best_feasible(values) > best_feasible(start(SQUARE, 17))
    assert programs <= 1


@pytest.mark.slow
def test_an_infeasible_start_is_left_and_then_the_objective_counts():
    def corner(row):  # 1.5 % of the square is feasible
        return row[0], max(abs(row[0] - 0.85), abs(row[1] - 0.15)) - 0.06

    begin = start(SQUARE, 8)
    begin = begin[[corner(row)[1] > 0 for row in begin]]
    values, _ = loop(SQUARE, corner, goal([[1.0]], upper=[0.0]), begin=begin, trials=17)
    assert best_feasible(values, corner) > 0.9  # of 0.91; any feasible point has 0.79
    assert best_feasible(start(SQUARE, 17), corner) == -np.inf


@pytest.mark.slow
def test_without_an_objective_points_within_the_bounds_are_found():
    def ring(row):
        return [(row[0] - 0.6) ** 2 + (row[1] - 0.4) ** 2]

    aim = goal(np.empty((0, 0)), upper=[0.001])
    values, _ = loop(SQUARE, ring, aim, begin=start(SQUARE, 5), trials=14)
    found, by_chance = (
        sum(ring(row)[0] <= 0.001 for row in rows) for rows in (values, start(SQUARE, 14))
    )
    assert found >= 4
    assert by_chance == 0


@pytest.mark.slow
def test_a_batch_that_looks_for_something_feasible_spreads_out():
    def steep(row):
        return row[0], 2.0 - row[0] - row[1]

    known = measured(SQUARE, start(SQUARE, 6), steep)
    batch = suggest(SQUARE, known, goal=goal([[1.0]], upper=[0.1]), seed=0, count=4).values
    gaps = np.linalg.norm(batch[:, None] - batch[None], axis=2) + np.eye(4)
    assert gaps.min() > 0.01


@pytest.mark.slow
def test_outcomes_may_be_missing_at_some_points():
    values = start(SQUARE, 9)
    known = measured(SQUARE, values, gramacy)
    y = known.y.copy()
    y[2, 0], y[4, 1], y[6, 1:] = np.nan, np.nan, np.nan
    aim = goal([[1.0]], upper=[0.0, 0.0])
    proposal = suggest(SQUARE, Measurements(x=known.x, y=y), goal=aim, seed=0)
    assert [fit.observations for fit in proposal.fits] == [8, 7, 8]
    assert np.isfinite(proposal.log_acquisition).all()
    assert proposal.mean.shape == (1, 3)


@pytest.mark.slow
def test_an_outcome_is_modelled_as_if_it_were_alone():
    known = measured(SQUARE, start(SQUARE, 9), gramacy)
    aim = goal([[1.0]], upper=[0.0, 0.0])
    fits = suggest(SQUARE, known, goal=aim, seed=0).fits
    asked = start(SQUARE, 40, seed=9)
    mean, sd = predict(SQUARE, known, fits, asked, goal=aim)
    for outcome in range(3):
        alone = predict(SQUARE, known.column(outcome), fits[outcome], asked)
        np.testing.assert_allclose(mean[:, outcome], alone[0], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(sd[:, outcome], alone[1], rtol=1e-6)


@pytest.mark.slow
def test_the_suggested_point_has_the_largest_utility():
    known = measured(SQUARE, start(SQUARE, 9), gramacy)
    aim = goal([[1.0]], upper=[0.0, 0.0])
    proposal = suggest(SQUARE, known, goal=aim, seed=0)
    others = utility(SQUARE, known, proposal.fits, start(SQUARE, 1000, seed=4), goal=aim)
    here = utility(SQUARE, known, proposal.fits, proposal.x, goal=aim)
    np.testing.assert_allclose(here, proposal.log_acquisition, atol=1e-6)
    assert others.max() <= here[0]


@pytest.mark.slow
@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_bounds_and_sums_work_at_any_scale(scale):
    known = measured(SQUARE, start(SQUARE, 6), lambda row: (row[0], row[1], scale * row.sum()))
    proposal = suggest(SQUARE, known, goal=goal([[1.0, 2.0]], upper=[0.9 * scale]), seed=0)
    assert np.isfinite(proposal.log_acquisition).all()
    assert proposal.values.sum() == pytest.approx(0.9, abs=0.2)
    assert proposal.values[0] @ [1.0, 2.0] > 1.6  # of 1.8 where the bound is met exactly


def schaffer(row):
    """Two distances; the front is the line between the two points."""
    return (
        -((row[0] - 0.2) ** 2) - (row[1] - 0.5) ** 2,
        -((row[0] - 0.8) ** 2) - (row[1] - 0.5) ** 2,
    )


@pytest.mark.slow
def test_two_objectives_gain_more_hypervolume_than_sobol():
    aim = goal(np.eye(2))
    values, programs = loop(SQUARE, schaffer, aim, begin=start(SQUARE, 5), trials=17)
    reference = np.full(2, -0.4)
    ours, theirs = (
        hypervolume(np.array([schaffer(row) for row in rows]), reference)
        for rows in (values, start(SQUARE, 17))
    )
    line = np.linspace(0.2, 0.8, 400)
    whole = hypervolume(np.array([schaffer((x, 0.5)) for x in line]), reference)
    assert whole - ours < 0.75 * (whole - theirs)
    assert programs <= 1


@pytest.mark.slow
def test_what_lies_beyond_the_reference_point_is_not_searched():
    known = measured(SQUARE, start(SQUARE, 8), schaffer)
    # the first objective must exceed -0.02, so points lie within 0.15 of its optimum
    aim = goal(np.eye(2), reference=np.array([-0.02, -1.0]))
    proposal = suggest(SQUARE, known, goal=aim, seed=0)
    assert np.linalg.norm(proposal.values[0] - [0.2, 0.5]) < 0.15


@pytest.mark.slow
def test_two_objectives_within_bounds():
    def function(row):
        return *schaffer(row), row[0]

    known = measured(SQUARE, start(SQUARE, 8), function)
    proposal = suggest(SQUARE, known, goal=goal(np.eye(2), upper=[0.5]), seed=0, count=3)
    assert (proposal.values[:, 0] < 0.55).all()
    assert (np.abs(proposal.values[:, 1] - 0.5) < 0.1).all()  # the front's; by chance one in 750


@pytest.mark.slow
def test_incumbents_are_feasible_ones_else_those_that_miss_by_least():
    x = np.array([[0.1, 0.1], [0.2, 0.2], [0.3, 0.3], [0.4, 0.4]])
    y = np.array([[9.0, 3.0], [1.0, 0.5], [2.0, 0.2], [5.0, np.nan]])
    known = Measurements(x=x, y=y)
    assert incumbents(known, goal([[1.0]], upper=[1.0])).tolist() == x[[2, 1]].tolist()
    assert incumbents(known, goal([[1.0]], upper=[0.0])).tolist() == x[[2, 1, 3]].tolist()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("build", "match"),
    [
        (lambda: goal([[0.0]]), "not all zero"),
        (lambda: goal([[np.nan]]), "finite"),
        (lambda: Goal(weights=np.eye(1), lower=np.ones(1), upper=np.ones(1)), "lower must be"),
        (lambda: Measurements(x=np.zeros((1, 1)), y=np.array([[np.inf]])), "y must be finite"),
        (
            lambda: Measurements(x=np.zeros((2, 1)), y=np.array([[1, np.nan], [1, np.nan]])),
            "outcome 1 was measured nowhere",
        ),
        (
            lambda: suggest(SQUARE, Measurements(x=np.zeros((1, 2)), y=np.zeros((1, 2))), seed=0),
            "goal: expected one of 2 outcomes",
        ),
    ],
)
def test_arguments_that_do_not_fit_are_refused(build, match):
    with pytest.raises(ValueError, match=match):
        build()

"""Columns that do not always count, against a Gaussian process written out densely in NumPy."""

import numpy as np
import pytest

from armwright.optimizer.candidates import global_candidates, local_candidates, neighbours
from armwright.optimizer.column_importance import importance
from armwright.optimizer.columns import (
    Column,
    Condition,
    Problem,
    active,
    from_unit,
    lattice,
    settled,
    to_model,
    to_values,
)
from armwright.optimizer.features import Features
from armwright.optimizer.held import Remainder
from armwright.optimizer.hyperparameters import Hyperparameters
from armwright.optimizer.observations import Observations
from armwright.optimizer.prediction import predict
from armwright.optimizer.seen import SeenPoints
from armwright.optimizer.space_filling import sobol
from armwright.optimizer.suggestion import suggest

# A kind; a rate that counts for kinds 0 and 1; a shape that counts for kind 2, and its exponent,
# which counts for shape 1 alone.
COLUMNS = (
    Column(kind="choice", levels=3),
    Column(lower=1e-4, upper=1.0, log=True),
    Column(kind="choice", levels=2),
    Column(lower=0.0, upper=10.0),
)
PROBLEM = Problem(
    columns=COLUMNS,
    conditions=(
        Condition(column=3, parent=2, values=(1.0,)),
        Condition(column=1, parent=0, values=(0.0, 1.0)),
        Condition(column=2, parent=0, values=(2.0,)),
    ),
)
FIT = Hyperparameters(lengthscales=(0.8, 0.4, 0.9, 0.5), outputscale=2.0, noise=1e-3)


def points(count, seed=0):
    """Raw values of which nothing is settled."""
    unit = np.random.default_rng(seed).random((count, 4))
    return from_unit(Problem(columns=COLUMNS), unit)


def counts(row):
    """By the sentence above the problem."""
    kind, _, shape, _ = row
    return [True, kind in (0, 1), kind == 2, kind == 2 and shape == 1]


def f(values):
    found = []
    for kind, rate, shape, exponent in values:
        if kind in (0, 1):
            found.append(kind + (np.log10(rate) + 2.0) ** 2)
        else:
            found.append(0.5 if shape == 0 else -1.0 + 0.1 * (exponent - 7.0) ** 2)
    return -np.array(found)


def test_which_columns_count_follows_from_parents_and_theirs():
    values = points(50)
    assert active(PROBLEM, values).tolist() == [counts(row) for row in values]


def test_a_problem_without_conditions_has_all_columns_count():
    assert active(Problem(columns=COLUMNS), points(5)).all()


def test_settled_values_differ_only_in_what_counts():
    values = points(50)
    fixed = settled(PROBLEM, values)
    there = active(PROBLEM, values)
    np.testing.assert_array_equal(fixed[there], values[there])
    for j in range(4):
        assert len(np.unique(fixed[~there[:, j], j])) <= 1
    np.testing.assert_array_equal(settled(PROBLEM, fixed), fixed)


def test_points_that_are_made_are_settled():
    unit = np.random.default_rng(1).random((64, 4))
    rng = np.random.default_rng(2)
    centers = settled(PROBLEM, points(3))
    for values in (
        from_unit(PROBLEM, unit),
        to_values(PROBLEM, to_model(PROBLEM, points(64))),
        sobol(PROBLEM, seed=0, start=0, count=32).values,
        global_candidates(PROBLEM, seed=(0,), count=32, inside=centers),
        local_candidates(PROBLEM, centers, rng=rng, count=64),
        neighbours(PROBLEM, centers),
    ):
        np.testing.assert_array_equal(settled(PROBLEM, values), values)


def test_what_begins_to_count_near_a_good_point_begins_anywhere():
    center = settled(PROBLEM, np.array([[0.0, 0.01, 0.0, 0.0]]))
    near = local_candidates(PROBLEM, center, rng=np.random.default_rng(0), count=600)
    exponents = near[active(PROBLEM, near)[:, 3], 3]
    assert len(exponents) > 10
    assert np.ptp(exponents) > 5.0


def test_a_countable_space_has_each_point_once():
    problem = Problem(
        columns=(
            Column(kind="choice", levels=2),
            Column(lower=0, upper=3, step=1.0),
            Column(kind="choice", levels=3),
        ),
        conditions=(
            Condition(column=1, parent=0, values=(0.0,)),
            Condition(column=2, parent=0, values=(1.0,)),
        ),
    )
    found = lattice(problem, limit=100)
    assert len(found) == 4 + 3
    assert len(np.unique(found, axis=0)) == 7
    assert sobol(problem, seed=0, start=0, count=20).exhausted


def squared(a, b, lengths):
    """The squared distance of two points, written out case by case; x in model units."""
    total = 0.0
    x, y = to_model(PROBLEM, a[None, :])[0], to_model(PROBLEM, b[None, :])[0]
    for j, (mine, other) in enumerate(zip(counts(a), counts(b), strict=True)):
        if mine and other:
            apart = float(x[j] != y[j]) if COLUMNS[j].kind == "choice" else (x[j] - y[j]) ** 2
        elif not mine and not other:
            apart = 0.0
        elif COLUMNS[j].kind == "choice":
            apart = 1.0
        else:
            apart = 1.0 + ((x[j] if mine else y[j]) - 0.5) ** 2
        total += apart / lengths[j] ** 2
    return total


def covariance(a, b):
    """See `kernel`."""
    r = np.sqrt(5 * np.array([[squared(p, q, FIT.lengthscales) for q in b] for p in a]))
    return 4.0 + FIT.outputscale * (1 + r + r**2 / 3) * np.exp(-r)


def test_features_lie_as_far_apart_as_the_case_by_case_distance():
    values = points(40)
    features = Features.of(PROBLEM)
    scaled = features.encode(to_model(PROBLEM, values)) * (
        (1.0 / np.array(FIT.lengthscales)) @ features.membership
    )
    apart = ((scaled[:, None, :] - scaled[None, :, :]) ** 2).sum(axis=2)
    expected = [[squared(a, b, FIT.lengthscales) for b in values] for a in values]
    np.testing.assert_allclose(apart, expected, atol=1e-12)


def test_features_come_back_as_the_points_they_are_of():
    values = settled(PROBLEM, points(40))
    features = Features.of(PROBLEM)
    back = to_values(PROBLEM, features.decode(features.encode(to_model(PROBLEM, values))))
    np.testing.assert_allclose(back, values, rtol=1e-12)


def test_the_covariance_is_positive_definite():
    values = settled(PROBLEM, points(60))
    values = np.unique(values, axis=0)
    assert np.linalg.eigvalsh(covariance(values, values)).min() > -1e-9


def test_predictions_are_those_of_a_dense_gaussian_process():
    values, asked = points(25), points(30, seed=7)
    y = f(values)
    mean, sd = predict(
        PROBLEM, Observations(x=to_model(PROBLEM, values), y=y), FIT, to_model(PROBLEM, asked)
    )
    matrix = covariance(values, values) + FIT.noise * np.eye(25)
    cross = covariance(asked, values)
    expected = y.mean() + cross @ np.linalg.solve(matrix, y - y.mean())
    variance = np.diagonal(covariance(asked, asked)) - np.einsum(
        "ij,ji->i", cross, np.linalg.solve(matrix, cross.T)
    )
    np.testing.assert_allclose(mean, expected, rtol=1e-7)
    np.testing.assert_allclose(sd, y.std() * np.sqrt(variance), rtol=1e-5)


def test_what_does_not_count_changes_no_prediction():
    values, asked = points(25), points(30, seed=7)
    other = np.where(active(PROBLEM, values), values, points(25, seed=9))
    means = [
        predict(
            PROBLEM,
            Observations(x=to_model(PROBLEM, known), y=f(values)),
            FIT,
            to_model(PROBLEM, settle(PROBLEM, asked)),
        )[0]
        for known, settle in ((values, settled), (other, lambda _, same: same))
    ]
    np.testing.assert_allclose(means[1], means[0], rtol=1e-9)


def test_arms_are_settled_new_and_at_a_maximum_of_what_counts():
    values = sobol(PROBLEM, seed=2, start=0, count=25).values
    seen = Observations(x=to_model(PROBLEM, values), y=f(values))
    proposal = suggest(PROBLEM, seen, seed=0, count=4)
    np.testing.assert_array_equal(settled(PROBLEM, proposal.values), proposal.values)
    known = SeenPoints(values)
    assert not known.contains(proposal.values).any()
    assert len(np.unique(proposal.values, axis=0)) == 4


def test_a_column_that_counts_nowhere_near_matters_little():
    values = sobol(PROBLEM, seed=2, start=0, count=25).values
    seen = Observations(x=to_model(PROBLEM, values), y=f(values))
    found = importance(PROBLEM, seen, FIT, points=256)
    assert found.total[0, 1] > found.total[0, 3]


@pytest.mark.slow
def test_the_best_branch_is_found_and_climbed():
    values = sobol(PROBLEM, seed=5, start=0, count=8).values
    warm = None
    for arm in range(24):
        seen = Observations(x=to_model(PROBLEM, values), y=f(values))
        proposal = suggest(PROBLEM, seen, seed=arm, warm=warm)
        warm = proposal.fits
        values = np.vstack([values, proposal.values])
    assert f(values).max() == pytest.approx(1.0, abs=1e-3)  # kind 2, shape 1, exponent 7


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (Condition(column=9, parent=0, values=(1.0,)), "expected columns 0 to 3"),
        (Condition(column=0, parent=0, values=(1.0,)), "another column that has steps or levels"),
        (Condition(column=0, parent=1, values=(1.0,)), "another column that has steps or levels"),
        (Condition(column=1, parent=0, values=()), "expected at least one value"),
    ],
)
def test_a_condition_that_cannot_be_is_refused(condition, message):
    with pytest.raises(ValueError, match=message):
        Problem(columns=COLUMNS, conditions=(condition,))


def test_a_task_always_counts():
    columns = (Column(kind="choice", levels=2), Column(kind="choice", levels=2, role="task"))
    with pytest.raises(ValueError, match="tasks and fidelities always count"):
        Problem(columns=columns, conditions=(Condition(column=1, parent=0, values=(0.0,)),))


def test_a_linear_constraint_cannot_weigh_what_does_not_always_count():
    with pytest.raises(ValueError, match="column 1 does not always count"):
        Problem(
            columns=COLUMNS,
            constraint_weights=np.array([[0.0, 1.0, 0.0, 1.0]]),
            constraint_bounds=np.array([1.0]),
            conditions=PROBLEM.conditions[1:2],
        )


def test_what_cannot_count_where_a_parent_is_held_is_held_too():
    rest = Remainder(PROBLEM, {0: 1.0})
    assert len(rest.problem.columns) == 1
    assert rest.problem.conditions == ()
    lifted = rest.lift(np.array([[0.01]]))
    np.testing.assert_array_equal(settled(PROBLEM, lifted), lifted)


def test_conditions_on_what_is_free_stay_where_another_parent_is_held():
    rest = Remainder(PROBLEM, {0: 2.0})
    assert rest.problem.columns == COLUMNS[2:]
    assert rest.problem.conditions == (Condition(column=1, parent=0, values=(1.0,)),)
    values = rest.lift(from_unit(rest.problem, np.random.default_rng(0).random((20, 2))))
    np.testing.assert_array_equal(settled(PROBLEM, values), values)


def test_a_column_that_is_held_may_not_count():
    rest = Remainder(PROBLEM, {1: 0.5})
    assert rest.problem.conditions == (
        Condition(column=2, parent=1, values=(1.0,)),
        Condition(column=1, parent=0, values=(2.0,)),
    )

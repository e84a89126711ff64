"""Every policy where little is known or nothing makes sense: an arm inside the space each time."""

import numpy as np
import pytest

from armwright.optimizer import (
    Column,
    Goal,
    Hyperparameters,
    Measurements,
    Observations,
    Policy,
    Problem,
    feasible,
    predict,
    sobol,
    suggest,
    to_model,
    utility,
)

pytestmark = pytest.mark.slow

SPACES = {
    "fidelity": Problem(
        columns=(
            Column(),
            Column(lower=1, upper=27, log=True, step=1.0, role="fidelity", target=27.0),
        )
    ),
    "countable": Problem(
        columns=(
            Column(lower=0, upper=3, step=1.0),
            Column(kind="choice", levels=3, role="task", target=0.0),
        )
    ),
    "sliver": Problem(
        columns=(Column(), Column(), Column(kind="choice", levels=3, role="fidelity", target=2.0)),
        constraint_weights=np.array([[1.0, 1.0, 0.0]]),
        constraint_bounds=np.array([0.05]),
    ),
}
POLICIES = [Policy(search_for="knowledge"), Policy(search_for="maximum"), Policy(draws=4)]
VALUES = {
    "one": np.ones(1),
    "constant": np.ones(6),
    "huge": np.linspace(-1, 1, 6) * 1e300,
    "tiny": np.linspace(-1, 1, 6) * 1e-300,
}


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("policy", POLICIES, ids=lambda p: f"{p.search_for}-{p.draws}")
@pytest.mark.parametrize("kind", [*VALUES, "repeats"])
def test_arms_lie_inside_whatever_was_observed(space, policy, kind):
    problem, y = SPACES[space], VALUES.get(kind, np.linspace(-1, 1, 6))
    x = to_model(problem, sobol(problem, seed=1, start=0, count=len(y)).values)
    if kind == "repeats":
        x[:] = x[0]
    found = suggest(problem, Observations(x=x, y=y), seed=0, policy=policy, count=2)
    assert feasible(problem, found.values).all()
    assert len(np.unique(found.values, axis=0)) == 2
    assert np.isfinite(found.mean).all()
    assert (found.sd >= 0).all()


def bowl(x):
    return -((x[:, 0] - 0.3) ** 2) - (x[:, 1] - 0.6) ** 2


SQUARE = Problem(columns=(Column(), Column()))


@pytest.mark.parametrize("policy", POLICIES, ids=lambda p: f"{p.search_for}-{p.draws}")
def test_each_policy_finds_the_bottom_of_a_bowl(policy):
    x = sobol(SQUARE, seed=2, start=0, count=6).values
    for step in range(9):
        found = suggest(SQUARE, Observations(x=x, y=bowl(x)), seed=step, policy=policy)
        x = np.vstack([x, found.x])
    grid = np.random.default_rng(0).random((2000, 2))
    mean, _ = predict(SQUARE, Observations(x=x[:-1], y=bowl(x[:-1])), found.fits, grid)
    assert bowl(grid[[np.argmax(mean)]])[0] > -2e-3


def test_of_several_objectives_knowledge_is_not_sought_and_the_notes_say_so():
    x = sobol(SQUARE, seed=2, start=0, count=6).values
    data = Measurements(x=x, y=np.column_stack([bowl(x), x[:, 0]]))
    goal = Goal(weights=np.eye(2), lower=np.empty(0), upper=np.empty(0))
    found = suggest(SQUARE, data, goal=goal, seed=0, policy=Policy(search_for="knowledge"))
    assert found.notes == ("several objectives: searched for improvement",)


def test_draws_travel_with_the_fit_and_predictions_average_over_them():
    x = sobol(SQUARE, seed=2, start=0, count=6).values
    data = Observations(x=x, y=bowl(x))
    found = suggest(SQUARE, data, seed=0, policy=Policy(draws=3))
    again = Hyperparameters.from_dict(found.fits[0].to_dict())
    assert again == found.fits[0]
    grid = np.random.default_rng(1).random((7, 2))
    mean, sd = predict(SQUARE, data, again, grid)
    members = []
    for draw in again.draws:
        lengths, others = np.exp(draw[:2]), np.exp(draw[-2:])
        one = Hyperparameters(lengthscales=tuple(lengths), outputscale=others[0], noise=others[1])
        members.append(predict(SQUARE, data, one, grid))
    means, sds = (np.array(part) for part in zip(*members, strict=True))
    np.testing.assert_allclose(mean, means.mean(axis=0), rtol=1e-7)
    expected = np.sqrt((sds**2).mean(axis=0) + means.var(axis=0))
    np.testing.assert_allclose(sd, expected, rtol=1e-7)


def test_failed_points_lower_the_worth_of_their_neighbours_alone():
    x = sobol(SQUARE, seed=2, start=0, count=12).values
    data = Observations(x=x, y=bowl(x))
    failed = np.array([[0.9, 0.1], [0.85, 0.15], [0.95, 0.05]])
    fit = suggest(SQUARE, data, seed=0).fits
    asked = np.array([[0.91, 0.11], [0.3, 0.6]])
    before = utility(SQUARE, data, fit, asked)
    after = utility(SQUARE, data, fit, asked, failed=failed)
    assert after[0] < before[0] - 1.0
    assert after[1] == pytest.approx(before[1], abs=0.3)

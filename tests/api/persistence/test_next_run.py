"""Which arm belongs to a trial number, whoever asks and whatever numbers are taken by then."""

import itertools

import pytest

from armwright import ax
from armwright.persistence.draft import drafted
from armwright.persistence.next_run import next_run

NUMBERS = range(8)


def experiment():
    return ax.Experiment(
        name="race",
        search_space=ax.SearchSpace([ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0)]),
        optimization_config=ax.OptimizationConfig(ax.Objective(ax.Metric("y"), minimize=True)),
    )


def arm_of(there, number):
    run = next_run(there, seed=3, initial_trials=8, number=number, used=there.trials)
    return run, run.arms[0].parameters["x"]


def add(there, number):
    run, x = arm_of(there, number)
    with drafted(there, number) as trial:
        trial.add_generator_run(run)
    there._trials[number] = trial
    return x


@pytest.fixture(scope="module")
def in_order():
    there = experiment()
    return [add(there, number) for number in NUMBERS]


@pytest.mark.parametrize("seen", [(), (0,), (0, 1, 3), (1, 2), (0, 2, 5), (3,), (4, 6)])
def test_a_quasi_random_number_has_one_arm_whatever_was_seen(seen, in_order):
    there = experiment()
    for number in seen:
        assert add(there, number) == in_order[number]
    for number in set(NUMBERS) - set(seen):
        assert arm_of(there, number)[1] == in_order[number]


def test_no_two_numbers_share_an_arm(in_order):
    assert all(a != b for a, b in itertools.combinations(in_order, 2))

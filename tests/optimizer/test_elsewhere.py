"""Looking for another optimum once one is pinned down and trials are left."""

import numpy as np
import pytest

from armwright.optimizer import Column, Goal, Measurements, Observations, Problem, suggest
from armwright.optimizer.elsewhere import has_a_peak, is_pinned_down, without_peak

SQUARE = Problem(columns=(Column(), Column()))
PEAK = np.array([0.2, 0.2])
REACH = 0.25 * np.sqrt(2)


def climbed():
    """Observations of one who has climbed a peak and hardly looked anywhere else."""
    rng = np.random.default_rng(0)
    near = PEAK + 0.02 * rng.standard_normal((14, 2))
    far = np.array([[0.9, 0.1], [0.1, 0.9], [0.8, 0.8], [0.5, 0.6], [0.7, 0.4], [0.4, 0.95]])
    x = np.vstack([PEAK, near, far])
    return Observations(x=x, y=np.exp(-10.0 * ((x - PEAK) ** 2).sum(axis=1)))


def arm(remaining):
    proposal = suggest(SQUARE, climbed(), seed=1, remaining=remaining)
    return proposal, float(np.linalg.norm(proposal.x[0] - PEAK))


@pytest.mark.parametrize("remaining", [None, 1, 6])
def test_without_time_to_come_back_the_peak_is_polished(remaining):
    proposal, distance = arm(remaining)
    assert proposal.log_acquisition[0] < -5.0
    assert distance < REACH
    assert proposal.notes == ()


def test_with_time_left_the_arm_lies_elsewhere_and_says_why():
    proposal, distance = arm(30)
    assert distance > REACH
    assert "pinned down" in proposal.notes[0]


def test_in_a_batch_one_arm_looks_elsewhere_while_the_others_polish():
    proposal = suggest(SQUARE, climbed(), seed=1, count=4, remaining=30)
    distances = np.linalg.norm(proposal.x - PEAK, axis=1)
    assert (distances > REACH).tolist() == [False, False, True, False]  # 21 arms came before
    assert "pinned down" in proposal.notes[0]


def test_of_arms_made_one_by_one_beside_pending_ones_some_look_elsewhere():
    pending = PEAK + np.array([[0.01, 0.0], [0.0, 0.01], [0.01, 0.01]])
    proposals = [
        suggest(SQUARE, climbed(), pending=pending[:many], seed=1, remaining=30) for many in (2, 3)
    ]
    assert [bool(proposal.notes) for proposal in proposals] == [True, False]  # numbers 23 and 24


@pytest.mark.parametrize(
    ("columns", "budget", "together", "kept"),
    [
        (2, 30, 1, 6),
        (6, 60, 1, 12),  # two for each column
        (6, 45, 1, 9),  # a fifth of the budget
        (6, 600, 1, 12),
        (30, 100, 1, 20),
        (6, 60, 4, 12),
        (2, 60, 8, 16),  # two rounds
        (6, 90, 16, 32),
    ],
)
def test_the_last_arms_of_a_budget_are_for_polishing(columns, budget, together, kept):
    turns = [
        is_pinned_down(
            -9.0, columns=columns, tried=budget - left, remaining=left, together=together
        )
        for least in (kept - 3, kept + 1)
        for left in range(least, least + 4)
    ]
    assert not any(turns[:4])
    assert any(turns[4:])


def test_a_promising_arm_is_never_given_up():
    assert not is_pinned_down(-4.4, columns=6, tried=7, remaining=100)
    assert is_pinned_down(-4.6, columns=6, tried=7, remaining=100)


def test_an_arm_beside_others_is_given_up_for_less_promise_only():
    assert not is_pinned_down(-4.9, columns=6, tried=7, remaining=100, together=2)
    assert is_pinned_down(-5.1, columns=6, tried=7, remaining=100, together=2)


@pytest.mark.parametrize(("together", "share"), [(1, 12), (2, 6), (3, 4), (4, 3), (8, 3), (64, 3)])
def test_of_arms_under_way_together_one_in_four_may_go_elsewhere(together, share):
    went = [
        is_pinned_down(-9.0, columns=6, tried=tried, remaining=1000, together=together)
        for tried in range(12)
    ]
    assert sum(went) == share


def test_a_peak_leaves_one_point_of_middling_value_behind():
    known = Measurements.of(climbed())
    rest = without_peak(SQUARE, known, Goal.single())
    assert rest is not None
    assert rest.x[-1].tolist() == PEAK.tolist()
    assert rest.y[-1, 0] == np.median(rest.y[:-1, 0])
    assert (np.linalg.norm(rest.x[:-1] - PEAK, axis=1) > REACH).all()


def test_two_levels_of_a_choice_are_far_apart():
    problem = Problem(columns=(Column(), Column(kind="choice", levels=5)))
    x = np.array([[0.5, 0.0], [0.52, 0.0], [0.5, 1.0], [0.5, 4.0], [0.1, 2.0], [0.9, 3.0]])
    known = Measurements(x=x, y=np.array([3.0, 2.9, 1.0, 0.5, 0.2, 0.1])[:, None])
    rest = without_peak(problem, known, Goal.single())
    assert rest is not None
    assert rest.x[:, 1].tolist() == [1.0, 4.0, 2.0, 3.0, 0.0]


def test_the_peak_is_that_of_the_best_point_within_bounds():
    x = np.array([[0.1, 0.1], [0.9, 0.9], [0.9, 0.85], [0.5, 0.5], [0.1, 0.9], [0.9, 0.1]])
    y = np.array([[5.0, 2.0], [4.0, 0.0], [3.9, 0.0], [1.0, 0.0], [0.0, 0.0], [0.5, 0.5]])
    goal = Goal(weights=np.ones((1, 1)), lower=np.array([-np.inf]), upper=np.array([1.0]))
    rest = without_peak(SQUARE, Measurements(x=x, y=y), goal)
    assert rest is not None
    assert rest.x[-1].tolist() == [0.9, 0.9]
    assert rest.y[-1].tolist() == [0.75, 0.0]  # the bounded outcome stays what it was


def test_too_few_observations_elsewhere_are_no_model():
    x = np.array([[0.5, 0.5], [0.51, 0.5], [0.1, 0.9], [0.9, 0.1]])
    known = Measurements(x=x, y=np.array([1.0, 0.9, 0.0, 0.1])[:, None])
    assert without_peak(SQUARE, known, Goal.single()) is None


@pytest.mark.parametrize(
    ("weights", "upper", "peak"),
    [
        (np.ones((1, 1)), [], True),
        (np.ones((1, 1)), [1.0], True),
        (np.ones((1, 1)), [-1.0], False),
        (np.ones((1, 2)), [], False),
        (np.eye(2), [], False),
        (np.empty((0, 0)), [1.0, 1.0], False),
    ],
    ids=["alone", "within bounds", "nothing feasible", "a sum", "two objectives", "no objective"],
)
def test_only_one_outcome_with_a_feasible_incumbent_is_judged_by_its_score(weights, upper, peak):
    outcomes = weights.shape[1] + len(upper)
    known = Measurements(x=np.eye(2), y=np.zeros((2, outcomes)))
    lower = np.full(len(upper), -np.inf)
    goal = Goal(weights=weights, lower=lower, upper=np.array(upper))
    assert has_a_peak(known, goal) == peak
    if not peak:
        assert without_peak(SQUARE, known, goal) is None


@pytest.mark.slow
def test_before_anything_feasible_is_known_a_small_score_says_nothing_of_a_peak():
    known = climbed()
    beyond = known.x.sum(axis=1) * 1e-3 + 9.0  # so far out that the score is far below the limit
    goal = Goal(weights=np.ones((1, 1)), lower=np.array([-np.inf]), upper=np.array([0.0]))
    both = Measurements(x=known.x, y=np.column_stack([known.y, beyond]))
    proposal = suggest(SQUARE, both, goal=goal, seed=1, remaining=30)
    assert proposal.log_acquisition[0] < -5.0
    assert proposal.notes == ()


def test_where_there_is_noise_arms_go_elsewhere_sooner_and_more_are_kept_for_polishing():
    def went(log_acquisition, remaining):
        return is_pinned_down(
            log_acquisition, columns=6, tried=60 - remaining, remaining=remaining, noisy=True
        )

    assert went(-3.6, 30)
    assert not went(-3.4, 30)
    assert went(-9.0, 21)
    assert not went(-9.0, 20)  # a third of the budget

"""What an arm's record says it was chosen for."""

import numpy as np
import pytest

from armwright.ax import Models
from armwright.generation.judged_by import acquisition_name
from armwright.optimizer import Goal, Policy


def goal(objectives):
    return Goal(weights=np.ones((objectives, 3)), lower=np.empty(0), upper=np.empty(0))


@pytest.mark.parametrize(
    ("objectives", "policy", "counts", "name"),
    [
        (1, Policy(), {}, "log expected improvement"),
        (2, Policy(), {}, "log expected hypervolume improvement"),
        (3, Policy(), {}, "log expected improvement of a Chebyshev scalar"),
        (0, Policy(), {"bounds": 1}, "log probability of the bounds"),
        (1, Policy(search_for="knowledge"), {}, "log knowledge gradient"),
        (1, Policy(search_for="maximum"), {}, "log max-value entropy gain"),
        (
            1,
            Policy(draws_known=True),
            {},
            "log expected improvement, over draws of what known arms are worth",
        ),
        (2, Policy(search_for="maximum"), {}, "log expected hypervolume improvement"),
        (1, Policy(draws=16), {}, "log expected improvement, over 16 draws of the hyperparameters"),
        (1, Policy(), {"failed": 2}, "log expected improvement + log chance of a result"),
        (1, Policy(), {"pending": 3}, "log expected improvement, over draws of 3 awaited"),
    ],
)
def test_it_names_the_gain_and_what_it_is_weighed_with(objectives, policy, counts, name):
    given = {"bounds": 0, "failed": 0, "pending": 0, **counts}
    assert acquisition_name(goal(objectives), policy, **given) == name


def test_a_failed_arm_counts_by_its_chance_and_not_as_one_that_is_awaited(measured_square, run):
    experiment = measured_square()
    failed = run(experiment, {"x": 0.9, "y": 0.1}, {}, end="mark_failed").arm
    bridge = Models.GPEI(experiment=experiment, data=experiment.fetch_data(), seed=1)
    made = bridge.gen(1, pending_observations=[failed])
    chance = "log expected improvement + log chance of a result"
    assert made.gen_metadata["acquisition"] == chance

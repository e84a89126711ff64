"""The best finished trial of an experiment on a store."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from armwright.errors import NothingLeftError, UsageError
from armwright.experiment import Arm
from armwright.experiment.aimed_at import aimed_at
from armwright.persistence.absolute_bounds import absolute_bounds
from armwright.persistence.expected_best import by_expectation, carries_noise
from armwright.persistence.kept_definition import given_parameters, kept_definition
from armwright.persistence.measured import best_trial

if TYPE_CHECKING:
    from armwright.persistence.asked_trials import BestTrial
    from armwright.persistence.stored_experiment import StoredExperiment

__all__ = ["best_of"]


def best_of(stored: StoredExperiment) -> BestTrial:
    """The finished trial that is best; see `StoredExperiment.best`.

    Args:
        stored: Of which experiment.

    Raises:
        NothingLeftError: No finished trial keeps the constraints, or none is finished.
        UsageError: The experiment has no objective, or several, or the status quo has no result and
            a constraint is relative to it.
    """
    config, folder = stored.optimization_config, stored._folder
    if config is None:
        raise UsageError(f"no trial of {stored.url!r} is best: it has no objective")
    trials = stored.trials
    if is_kept := bool(kept_definition(stored.state)):
        aside = stored.asker.maker.left_out(stored.state)
        trials = {number: facts for number, facts in trials.items() if number not in aside}
    constraints = absolute_bounds(config, stored.status_quo, trials, folder)
    best, completed = best_trial(trials, config, constraints, folder)
    if best is None:
        raise NothingLeftError(
            f"{stored.url!r} has no best trial yet: {completed} trials are completed"
            + (", none keeps the outcome constraints" if completed else ""),
            hint=f"armwright show {shlex.quote(stored.url)}",
        )
    if carries_noise(trials, aimed_at(config.objective)[0], folder):
        with stored.asker.lock:
            known = stored.asker.known_experiment(stored.state)
            best = by_expectation(best, known, trials)
    if not is_kept:
        return best
    return replace(best, arm=Arm(given_parameters(trials[best.number]), best.arm.name))

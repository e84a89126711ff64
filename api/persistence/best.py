"""The best finished trial of an experiment on a store."""

from __future__ import annotations

import math
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

from armwright.errors import NothingLeftError, UsageError
from armwright.experiment import Arm
from armwright.experiment.aimed_at import aimed_at
from armwright.persistence.absolute_bounds import absolute_bounds, has_status_quo
from armwright.persistence.expected_best import expected_best, is_noisy
from armwright.persistence.json_codec import object_from_json
from armwright.persistence.kept_definition import given_parameters, kept_definition
from armwright.persistence.measured import best_trial, given_up, measured
from armwright.persistence.recorded_fits import newest_fits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from armwright.experiment.aimed_at import AimedAt
    from armwright.generation.gaussian_process_bridge import GaussianProcessBridge
    from armwright.persistence.asked_trials import BestTrial
    from armwright.persistence.measured import Values
    from armwright.persistence.stored_experiment import StoredExperiment
    from armwright.store import ExperimentFolder, TrialFacts

    _Result = tuple[int, Arm, Values]

__all__ = ["best_of", "carries_noise", "completed_results"]


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
    aim = aimed_at(config.objective)[0]
    results = list(completed_results(trials, folder))
    if carries_noise(trials, results, aim):
        with stored.asker.lock:
            best = _by_expectation(best, stored, trials, results, aim)
    if not is_kept:
        return best
    return replace(best, arm=Arm(given_parameters(trials[best.number]), best.arm.name))


def carries_noise(
    trials: Mapping[int, TrialFacts], results: Iterable[_Result], aim: AimedAt
) -> bool:
    """Whether the results of an objective are noisy enough for the best to be a lucky one.

    Args:
        trials: All that count.
        results: What they measured.
        aim: The objective.
    """
    found = [aim.result(values) for _, _, values in results]
    sems = [sem for mean, sem in found if math.isfinite(mean)]
    return is_noisy(sems, aim, lambda: newest_fits(trials, aim.name)[0])


def _by_expectation(
    best: BestTrial,
    stored: StoredExperiment,
    trials: Mapping[int, TrialFacts],
    results: Sequence[_Result],
    aim: AimedAt,
) -> BestTrial:
    """The trial whose arm a model expects to be best; the given one where it cannot be asked."""

    def model() -> GaussianProcessBridge:
        from armwright.persistence.results_model import results_model

        rows = [
            (arm.name, metric, mean, sem, number)
            for number, arm, values in results
            for metric, (mean, sem) in values.items()
        ]
        own = {
            number
            for number, arm, _ in results
            if has_status_quo(arm.parameters, stored.status_quo, stored.state)
        }
        fits, fitted_to = newest_fits(trials, aim.name)
        return results_model(stored, rows, fits=fits, fitted_to=fitted_to, own=own, track=False)

    expected = expected_best(model)
    found = [item for item in results if expected is not None and item[1].name == expected.arm]
    if expected is None or not found:
        return best
    number, arm, values = found[0]
    mean, sem = aim.result(values)
    return replace(
        best,
        number=number,
        arm=arm,
        mean=mean,
        sem=sem,
        in_batch=len((trials[number].arm or {})["arms"]) > 1,
        expected=expected.mean,
        expected_sd=expected.sd,
    )


def completed_results(
    trials: Mapping[int, TrialFacts], folder: ExperimentFolder
) -> Iterator[_Result]:
    """For each arm of the completed trials that was not given up what it measured."""
    for number, facts in trials.items():
        if facts.status != "completed" or facts.arm is None:
            continue
        values, left_out = measured(facts, folder), given_up(facts)
        for arm in facts.arm["arms"]:
            if arm["name"] not in left_out:
                parameters = object_from_json(arm["parameters"])
                yield number, Arm(parameters, arm["name"]), values.get(arm["name"], {})

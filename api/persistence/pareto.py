"""The best trade-offs between several objectives: the trials that no other one beats in all."""

from __future__ import annotations

import math
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

from armwright.errors import NothingLeftError, UsageError
from armwright.experiment.aimed_at import aimed_at
from armwright.experiment.restriction import keeps_all
from armwright.persistence.absolute_bounds import absolute_bounds
from armwright.persistence.expected_best import is_noisy
from armwright.persistence.json_codec import object_from_json
from armwright.persistence.measured import given_up, measured
from armwright.persistence.recorded_fits import newest_fits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from armwright.persistence.stored_experiment import StoredExperiment

__all__ = ["BestMeasured", "FrontTrial", "best_measured", "pareto_front"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class FrontTrial:
    """A trial on the front.

    Attributes:
        number: Of the trial.
        arm: Its name.
        parameters: What was run.
        values: Mean and standard error of each objective; NaN where that is not known.
    """

    number: int
    arm: str
    parameters: Mapping[str, Any]
    values: Mapping[str, tuple[float, float]]

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "trial": self.number,
            "arm": self.arm,
            "parameters": dict(self.parameters),
            "values": {
                name: {"mean": mean, "sem": sem if math.isfinite(sem) else None}
                for name, (mean, sem) in self.values.items()
            },
        }


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class BestMeasured:
    """What is best by measured values alone.

    Attributes:
        front: The trials that no other one equals or beats; see `pareto_front`.
        carries_noise: Whether the results of the only objective carry noise, so that
            `StoredExperiment.best` goes by what a model expects; it may name another trial.
    """

    front: list[FrontTrial]
    carries_noise: bool


def pareto_front(stored: StoredExperiment) -> list[FrontTrial]:
    """The completed trials that no other one equals or beats in every objective, by their means.

    Those that break an outcome constraint are left out, and archived ones. With one objective these
    are the best trials, all of them where several measured the same.

    Args:
        stored: Of which experiment.

    Returns:
        Them, best in the first objective first.

    Raises:
        NothingLeftError: None is completed, or none keeps the constraints.
        UsageError: There is no objective, or the status quo has no result and a constraint is
            relative to it.
    """
    return best_measured(stored).front


def best_measured(stored: StoredExperiment) -> BestMeasured:
    """What is best by measured values, without any model; see `pareto_front`.

    Raises:
        NothingLeftError: As there.
        UsageError: As there.
    """
    config = stored.optimization_config
    if config is None:
        raise UsageError(f"no trial of {stored.url!r} is best: it has no objective")
    aims = aimed_at(config.objective)
    scored: list[tuple[tuple[float, ...], FrontTrial]] = []
    sems: list[float] = []
    aside = stored.asker.maker.left_out(stored.state)
    trials = {number: facts for number, facts in stored.trials.items() if number not in aside}
    constraints = absolute_bounds(config, stored.status_quo, trials, stored._folder)
    for number, facts in trials.items():
        if facts.status != "completed" or facts.arm is None:
            continue
        values, left_out = measured(facts, stored._folder), given_up(facts)
        for arm in facts.arm["arms"]:
            found = values.get(arm["name"], {})
            results = {aim.name: aim.result(found) for aim in aims}
            if arm["name"] in left_out or not all(math.isfinite(m) for m, _ in results.values()):
                continue
            sems.append(results[aims[0].name][1])
            if not keeps_all(constraints, found):
                continue
            trial = FrontTrial(
                number=number,
                arm=arm["name"],
                parameters=object_from_json(arm["parameters"]),
                values=results,
            )
            gains = tuple((-1 if aim.minimize else 1) * results[aim.name][0] for aim in aims)
            scored.append((gains, trial))
    if not scored:
        raise NothingLeftError(
            f"{stored.url!r} has no best trials yet: none is completed with all of "
            f"{', '.join(aim.name for aim in aims)}"
            + (" within the constraints" if config.outcome_constraints else ""),
            hint=f"armwright show {shlex.quote(stored.url)}",
        )
    return BestMeasured(
        front=_front(scored),
        carries_noise=len(aims) == 1
        and is_noisy(sems, aims[0], lambda: newest_fits(trials, aims[0].name)[0]),
    )


def _front(scored: Sequence[tuple[tuple[float, ...], FrontTrial]]) -> list[FrontTrial]:
    """Whoever comes later in the order of the first objective beats nobody before."""
    front: list[tuple[tuple[float, ...], FrontTrial]] = []
    for score, trial in sorted(scored, key=lambda item: item[0], reverse=True):
        beaten = any(
            other != score and all(a >= b for a, b in zip(other, score, strict=True))
            for other, _ in front
        )
        if not beaten:
            front.append((score, trial))
    return [trial for _, trial in front]

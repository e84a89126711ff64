"""The best trials of an experiment of SigOpt's fields, for `armwright best`."""

from __future__ import annotations

import math
import shlex
from typing import TYPE_CHECKING

from armwright.errors import NothingLeftError
from armwright.persistence.kept_definition import kept_definition
from armwright.persistence.pareto import FrontTrial
from armwright.sigopt.best_runs import best_of
from armwright.sigopt.metric_rules import with_strategy
from armwright.sigopt.run_record import run_document

if TYPE_CHECKING:
    from armwright.persistence import StoredExperiment

__all__ = ["best_trials", "several_are_best"]


def several_are_best(stored: StoredExperiment) -> bool:
    """Whether more than one trial may be best without one being a trade-off for another.

    So it is with several solutions, and where there are constraints alone.
    """
    definition = kept_definition(stored.state)
    solutions: int = definition.get("num_solutions") or 1
    return bool(definition) and (
        solutions > 1 or not with_strategy(definition["metrics"], "optimize")
    )


def best_trials(stored: StoredExperiment) -> list[FrontTrial]:
    """The solutions, the trade-offs within the thresholds, or all that keep the constraints.

    Args:
        stored: Of which experiment; it has SigOpt's fields.

    Raises:
        NothingLeftError: There is none yet.
    """
    definition, found = kept_definition(stored.state), []
    # The id of a run ends in the number of its trial; what comes before does not matter here.
    runs = {f"0{n}": run_document(facts, "0") for n, facts in stored.trials.items()}
    optimized = with_strategy(definition["metrics"], "optimize")
    shown = [metric["name"] for metric in optimized or definition["metrics"]]
    for run in best_of(definition, runs.values()):
        number, values = int(run["id"][1:]), run["observation"]["values"]
        found.append(
            FrontTrial(
                number=number,
                arm=str((stored.trials[number].arm or {})["arms"][0]["name"]),
                parameters=run["assignments"],
                values={name: (values[name]["value"], _sem(values[name])) for name in shown},
            )
        )
    if not found:
        raise NothingLeftError(
            f"{stored.url!r} has no best trials yet: none is completed with all metrics, within "
            "all bounds",
            hint=f"armwright show {shlex.quote(stored.url)}",
        )
    return found


def _sem(value: dict[str, float | None]) -> float:
    sem = value.get("value_stddev")
    return math.nan if sem is None else sem

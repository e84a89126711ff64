"""What is known of an experiment of the core API: the best, whether to stop, what matters."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from armwright.sigopt.core.documents import (
    best_observed,
    metric_values,
    observed,
)
from armwright.sigopt.core.importances import importances_of
from armwright.sigopt.exception import refused
from armwright.sigopt.metric_rules import with_strategy
from armwright.sigopt.routes.finding import core_experiment_of
from armwright.sigopt.routes.paging import in_order, whole_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armwright.sigopt.routes.request import Request
    from armwright.sigopt.run_folder import RunFolder

__all__ = ["best_assignments", "importances", "metric_importances", "stopping_criteria"]

Json = dict[str, Any]

_RECENT_BY_PARAMETER = 5  # observations without progress that make one suspicious
_BEST_BEFORE = 5  # of those before them the fifth best is compared, as one may have been luck


def best_assignments(request: Request) -> Json:
    """The best that was observed: one, the Pareto front, or all that keep the constraints."""
    folder = core_experiment_of(request.ids[0])
    best = best_observed(folder, folder.runs())
    return in_order([_best(folder, run) for run in best], request)


def _best(folder: RunFolder, run: Json) -> Json:
    values = metric_values(folder, run["observation"]["values"])
    optimized = with_strategy(folder.definition["metrics"], "optimize")
    single = values[0] if len(values) == len(optimized) == 1 else {}
    return {
        "object": "best_assignments",
        "id": run["id"],
        "assignments": run["assignments"],
        "value": single.get("value"),
        "value_stddev": single.get("value_stddev"),
        "values": values,
    }


def stopping_criteria(request: Request) -> Json:
    """Whether the budget is exceeded, or what came lately is no better than what there was.

    Lately is the last five observations for each parameter. Two optimized metrics, and several
    solutions, are looked at beyond the budget alone: there the front has not changed. Constraints
    alone never stagnate.
    """
    folder = core_experiment_of(request.ids[0])
    budget, found = folder.definition["budget"], observed(folder.runs())
    spent = budget is not None and len(found) > budget
    reasons = ["observation_budget_reached"] if spent else []
    if _stagnates(folder, found, spent=spent):
        reasons.append("possible_stagnation")
    return {"object": "stopping_criteria", "should_stop": bool(reasons), "reasons": reasons}


def _stagnates(folder: RunFolder, found: Sequence[Json], *, spent: bool) -> bool:
    """Whether the newest of the observations, which are newest first, brought nothing."""
    definition = folder.definition
    lately = _RECENT_BY_PARAMETER * len(definition["parameters"])
    optimized = with_strategy(definition["metrics"], "optimize")
    if not optimized or len(found) < lately + _BEST_BEFORE:
        return False
    ranks = [_ranks(run["observation"], optimized) for run in found]
    if len(optimized) > 1 or (definition["num_solutions"] or 1) > 1:
        return spent and _front(ranks[lately:]) == _front(ranks)
    before = sorted((rank[0] for rank in ranks[lately:]), reverse=True)
    return before[_BEST_BEFORE - 1] >= max(rank[0] for rank in ranks[:lately])


def _ranks(observation: Json, optimized: Sequence[Json]) -> tuple[float, ...]:
    """The values of the optimized metrics, more being better; the worst there is for a failure."""
    if observation["failed"]:
        return (-math.inf,) * len(optimized)
    return tuple(
        (-1.0 if metric["objective"] == "minimize" else 1.0)
        * float(observation["values"][metric["name"]]["value"])
        for metric in optimized
    )


def _front(ranks: Sequence[tuple[float, ...]]) -> set[tuple[float, ...]]:
    """Those that no other is as good as everywhere and better than somewhere."""
    different = set(ranks)
    return {
        one
        for one in different
        if not any(
            other != one and all(theirs >= ours for theirs, ours in zip(other, one, strict=True))
            for other in different
        )
    }


def importances(request: Request) -> Json:
    """How much each parameter matters to the first metric that is optimized."""
    folder = core_experiment_of(request.ids[0])
    metrics = folder.definition["metrics"]
    first = (with_strategy(metrics, "optimize") or metrics)[0]["name"]
    found = importances_of(folder, [first])
    if first not in found:
        raise refused(f"experiment {folder.ident} has too few observations to tell", 404)
    return {"object": "importances", "importances": found[first]}


def metric_importances(request: Request) -> Json:
    """How much each parameter matters to each metric that has been measured."""
    folder = core_experiment_of(request.ids[0])
    names = [metric["name"] for metric in folder.definition["metrics"]]
    found = importances_of(folder, names)
    return whole_page(
        [
            {"object": "metric_importances", "metric": name, "importances": found[name]}
            for name in names
            if name in found
        ]
    )

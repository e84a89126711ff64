"""What is known of an experiment of the core API: the best, whether to stop, what matters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.sigopt.core.documents import (
    best_observed,
    core_experiment,
    metric_values,
    observed,
)
from armwright.sigopt.core.importances import importances_of
from armwright.sigopt.exception import refused
from armwright.sigopt.metric_rules import with_strategy
from armwright.sigopt.routes.finding import core_experiment_of
from armwright.sigopt.routes.paging import in_order, whole_page

if TYPE_CHECKING:
    from armwright.sigopt.routes.request import Request
    from armwright.sigopt.run_folder import RunFolder

__all__ = ["best_assignments", "importances", "metric_importances", "stopping_criteria"]

Json = dict[str, Any]

_LEAST_WITHOUT_PROGRESS = 20
_SHARE_WITHOUT_PROGRESS = 1 / 3


def best_assignments(request: Request) -> Json:
    """The best that was observed: one, the Pareto front, or all that keep the constraints."""
    folder = core_experiment_of(request.ids[0])
    best = best_observed(folder, folder.runs())
    return in_order([_best(folder, run) for run in best], request)


def _best(folder: RunFolder, run: Json) -> Json:
    values = metric_values(folder, run["observation"]["values"])
    single = values[0] if len(values) == 1 else {}
    return {
        "object": "best_assignments",
        "id": run["id"],
        "assignments": run["assignments"],
        "value": single.get("value"),
        "value_stddev": single.get("value_stddev"),
        "values": values,
    }


def stopping_criteria(request: Request) -> Json:
    """Whether the budget is used up, or the best has not changed for long.

    Long is a third of all observations, and 20 at least.
    """
    folder = core_experiment_of(request.ids[0])
    experiment = core_experiment(folder)
    budget, reasons = experiment["observation_budget"], []
    if budget is not None and experiment["progress"]["observation_budget_consumed"] >= budget:
        reasons.append("observation_budget_reached")
    if _stagnates(folder):
        reasons.append("possible_stagnation")
    return {"object": "stopping_criteria", "should_stop": bool(reasons), "reasons": reasons}


def _stagnates(folder: RunFolder) -> bool:
    if len(with_strategy(folder.definition["metrics"], "optimize")) != 1:
        return False
    found = observed(folder.runs())
    recent = max(_LEAST_WITHOUT_PROGRESS, round(_SHARE_WITHOUT_PROGRESS * len(found)))
    best = best_observed(folder, reversed(found))  # of equals the oldest
    if not best or len(found) <= recent:
        return False
    return best[0]["id"] not in {run["id"] for run in found[:recent]}


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

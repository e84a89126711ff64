"""Experiments, suggestions and observations of the core API as JSON objects.

All of a trial are told by its run's record; what it began as is its `made_as`:

    suggestion    asked for; open until it is observed
    queued        put in the queue, a suggestion once somebody was given it
    observation   told with its assignments, no suggestion
    run           a training run, and a suggestion
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from armwright.sigopt.best_runs import best_of
from armwright.sigopt.core.observed_progress import is_observation, observed_progress
from armwright.sigopt.core.tasks import dearest
from armwright.sigopt.metric_rules import with_strategy
from armwright.sigopt.place import CLIENT_ID, USER_ID

if TYPE_CHECKING:
    from collections.abc import Iterable

    from armwright.sigopt.run_folder import RunFolder

__all__ = [
    "best_observed",
    "core_experiment",
    "is_observation",
    "metric_values",
    "observation_document",
    "observed",
    "queue_of",
    "queued_document",
    "suggestion_document",
    "suggestion_of",
    "suggestions_of",
    "taken_back",
]

Json = dict[str, Any]

_OURS = ("api", "task_parameter", "unnamed", "category_indices")


def core_experiment(folder: RunFolder) -> Json:
    """An experiment, with its progress."""
    definition = copy.deepcopy(folder.definition)
    optimized = with_strategy(definition["metrics"], "optimize")
    if definition.get("unnamed"):
        definition["metrics"][0]["name"] = None
    kept = {key: definition[key] for key in definition if key not in _OURS}
    budget, runs_only = kept.pop("budget"), bool(definition.get("runs_only"))
    return {
        "object": "experiment",
        **kept,
        "id": folder.ident,
        "client": CLIENT_ID,
        "user": USER_ID,
        "development": False,
        "can_be_deleted": True,
        "metadata": definition["metadata"] or None,
        "observation_budget": None if runs_only else budget,
        "runs_only": runs_only,
        **({"budget": budget} if runs_only else {}),
        "metric": (optimized or definition["metrics"])[0],
        "progress": {"object": "progress", **folder.progress()} if runs_only else _progress(folder),
    }


def _progress(folder: RunFolder) -> Json:
    found = observed_progress(folder)

    def shown(number: int | None) -> Json | None:
        return None if number is None else observation_document(folder, folder.run(number))

    return {
        "object": "progress",
        "observation_count": found.count,
        "observation_budget_consumed": found.consumed,
        "first_observation": shown(found.first),
        "last_observation": shown(found.last),
        "best_observation": shown(found.best),
    }


def suggestions_of(folder: RunFolder) -> list[Json]:
    """The runs' documents that are suggestions, newest first; those withdrawn are not."""
    waiting = {f"{folder.ident}{number}" for number in folder.waiting}
    return [
        run
        for run in folder.runs()
        if run.get("made_as") != "observation"
        and run["id"] not in waiting
        and not run.get("withdrawn")
    ]


def queue_of(folder: RunFolder) -> list[Json]:
    """The runs' documents that are in the queue, newest first."""
    waiting = {f"{folder.ident}{number}" for number in folder.waiting}
    return [run for run in folder.runs() if run["id"] in waiting and not run["deleted"]]


def observed(runs: Iterable[Json]) -> list[Json]:
    """Those of runs' documents that are observations, newest first."""
    found = [run for run in runs if is_observation(run)]
    return sorted(found, key=lambda run: (run["completed"] or 0, int(run["id"])), reverse=True)


def taken_back(runs: Iterable[Json]) -> list[Json]:
    """Those of runs' documents that are observations which were deleted, newest first."""
    found = [run for run in runs if run["observation"] is not None and run["deleted"]]
    return sorted(found, key=lambda run: (run["completed"] or 0, int(run["id"])), reverse=True)


def suggestion_of(run: Json) -> str | None:
    """The id of the suggestion that an observation is of; None where it is of assignments."""
    if "of_suggestion" in run:
        found: str | None = run["of_suggestion"]
        return found
    return run["id"] if run.get("made_as") != "observation" else None


def best_observed(folder: RunFolder, runs: Iterable[Json]) -> list[Json]:
    """The best of what was observed, best first; of tasks that which counts.

    Args:
        folder: Of the experiment.
        runs: The documents of its runs.
    """
    definition = folder.definition
    full = dearest(definition)
    counted = [run for run in runs if full is None or run.get("task") == full["name"]]
    return best_of(definition, counted)


def suggestion_document(folder: RunFolder, run: Json) -> Json:
    """A suggestion."""
    return {
        "object": "suggestion",
        **_shared(folder, run),
        "state": "open" if run["observation"] is None and not run["deleted"] else "closed",
        "metadata": run["metadata"] if run["metadata"] or run.get("has_metadata") else None,
    }


def queued_document(folder: RunFolder, run: Json) -> Json:
    """A suggestion that nobody was given yet."""
    return {"object": "queued_suggestion", **_shared(folder, run)}


def observation_document(folder: RunFolder, run: Json) -> Json:
    """An observation."""
    said = run["observation"]
    values = None if said["failed"] else metric_values(folder, said["values"])
    single = values[0] if values and len(values) == 1 else {}
    return {
        "object": "observation",
        **_shared(folder, run),
        "created": run["completed"],
        "failed": said["failed"],
        "metadata": run.get("observation_metadata"),
        "suggestion": suggestion_of(run),
        "value": single.get("value"),
        "value_stddev": single.get("value_stddev"),
        "values": values,
    }


def metric_values(folder: RunFolder, values: Json) -> list[Json]:
    """Values by metric as a list, in the order of the experiment's metrics."""
    names = [metric["name"] for metric in folder.definition["metrics"]]
    return [
        {
            "object": "metric_evaluation",
            **values[name],
            "name": None if folder.definition.get("unnamed") else name,
        }
        for name in names
        if name in values
    ]


def _shared(folder: RunFolder, run: Json) -> Json:
    tasks = {task["name"]: task for task in folder.definition["tasks"]}
    return {
        "id": run["id"],
        "experiment": folder.ident,
        "created": run.get("created"),
        "assignments": run["assignments"],
        "task": tasks.get(run.get("task", "")),
    }

"""Tasks: cheaper ways to measure, which teach about the one that counts.

The budget is spent on all tasks in equal shares, cheap ones first, and what is left at the end on
the one that counts.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from armwright.sigopt.exception import refused
from armwright.sigopt.fields import checked_name, distinct, known_keys, listed, number_of
from armwright.sigopt.metric_rules import with_strategy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from armwright.experiment import Experiment

__all__ = [
    "check_tasks",
    "checked_tasks",
    "dearest",
    "next_task",
    "task_named",
    "task_parameter",
    "used_tasks",
]

Json = dict[str, Any]

_LAST_SHARE = 0.2  # of the budget is kept for the task that counts


def checked_tasks(given: Any) -> list[Json]:
    """Tasks as they are kept: in the order given.

    Raises:
        ApiException: They cannot be; says why. Status 400.
    """
    kept = []
    for item in listed(given, "tasks"):
        if not isinstance(item, dict):
            raise refused(f"a task should be an object with name and cost, got {item!r}")
        known_keys(item, ("name", "cost"), "a task")
        name = checked_name(item.get("name"), "the name of a task")
        cost = number_of(item.get("cost"), f"task {name!r}: cost")
        if not 0 < cost <= 1:
            raise refused(f"task {name!r}: cost should be above 0 and at most 1, got {cost}")
        kept.append({"name": name, "cost": cost})
    if not kept:
        return []
    if len(kept) < 2:
        raise refused(f"tasks should be two or more, got {len(kept)}")
    distinct([task["name"] for task in kept], "the names of tasks")
    distinct([task["cost"] for task in kept], "the costs of tasks")
    if all(task["cost"] != 1 for task in kept):
        raise refused(f"one task should cost 1, got {', '.join(str(t['cost']) for t in kept)}")
    return kept


def check_tasks(definition: Mapping[str, Any]) -> None:
    """Refuses what an experiment with tasks cannot be."""
    if not definition["tasks"]:
        return
    for wrong, problem in (
        (definition["budget"] is None, "need an observation_budget, got none"),
        (len(with_strategy(definition["metrics"], "optimize")) != 1, "need one optimized metric"),
        (with_strategy(definition["metrics"], "constraint"), "exclude constraint metrics"),
        ((definition["num_solutions"] or 1) > 1, "exclude num_solutions above 1"),
        (definition["type"] == "grid", "exclude type grid"),
    ):
        if wrong:
            raise refused(f"tasks {problem}")


def task_parameter(definition: Mapping[str, Any]) -> str:
    """A name for the parameter that holds the task, which no other parameter has."""
    taken = {item["name"] for key in ("parameters", "conditionals") for item in definition[key]}
    name = "task"
    while name in taken:
        name += "_"
    return name


def dearest(definition: Mapping[str, Any]) -> Json | None:
    """The task that counts in the end; None where there are no tasks."""
    return max(definition.get("tasks") or [], key=lambda task: task["cost"], default=None)


def task_named(definition: Mapping[str, Any], given: Any) -> str:
    """The name of a task that is given by its name, or as an object with it.

    Raises:
        ApiException: There is no such task. Status 400.
    """
    name = given.get("name") if isinstance(given, dict) else given
    costs = {task["name"]: task["cost"] for task in definition.get("tasks") or ()}
    if not costs:
        raise refused(f"this experiment has no tasks, got task {given!r}")
    if name not in costs:
        raise refused(f"task should be one of {', '.join(costs)}, got {given!r}")
    if isinstance(given, dict) and given.get("cost", costs[name]) != costs[name]:
        raise refused(f"task {name!r} has a cost of {costs[name]}, got {given['cost']}")
    return str(name)


def next_task(definition: Mapping[str, Any], used: Iterable[str]) -> str:
    """The task of the next suggestion.

    Args:
        definition: Of the experiment.
        used: The tasks of all suggestions and observations so far.
    """
    costs: dict[str, float] = {task["name"]: task["cost"] for task in definition["tasks"]}
    spent = dict.fromkeys(costs, 0.0)
    for name in used:
        spent[name] += costs[name]
    full = max(costs, key=lambda name: costs[name])
    left = round(definition["budget"] - math.fsum(spent.values()), 9)
    if left <= max(_LAST_SHARE * definition["budget"], 1.0):
        return full
    return min(costs, key=lambda name: (spent[name] + costs[name], costs[name]))


def used_tasks(definition: Mapping[str, Any], experiment: Experiment) -> list[str]:
    """The task of each trial of an experiment."""
    name = definition["task_parameter"]
    return [str(arm.parameters[name]) for trial in experiment.trials.values() for arm in trial.arms]

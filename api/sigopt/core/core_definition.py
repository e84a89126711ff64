"""The definition of an experiment of the core API, checked and as it is kept.

It is that of an AI experiment with more: `api` says whose it is, and there may be tasks. Its
`observation_budget` is kept as the budget, which here observations use up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.sigopt.core.tasks import check_tasks, checked_tasks, task_parameter
from armwright.sigopt.definition import definition_from_fields
from armwright.sigopt.exception import refused
from armwright.sigopt.fields import known_keys, without_kinds
from armwright.sigopt.project import check_project_id
from armwright.sigopt.update import updated
from armwright.sigopt.validate import ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["CORE", "core_definition", "is_core", "updated_core", "well_formed"]

Json = dict[str, Any]

CORE = "core"
_SHARED = (
    *("name", "parameters", "metrics", "type", "parallel_bandwidth", "num_solutions"),
    *("conditionals", "linear_constraints", "metadata"),
)
_KEYS = (
    *(*_SHARED, "observation_budget", "tasks", "metric", "project", "client", "development"),
    *("runs_only", "budget"),
)
_CHANGING = (
    *("name", "parameters", "metrics", "metadata", "observation_budget", "parallel_bandwidth"),
    *("state", "project", "budget", "no_optimize"),
)
_UNNAMED = "value"  # the metric of an experiment that names none
_NAMELESS = "experiment"


def is_core(definition: Mapping[str, Any]) -> bool:
    """Whether a definition is one of the core API."""
    return definition.get("api") == CORE


def core_definition(fields: Mapping[str, Any]) -> Json:
    """Checks the fields of `experiments().create`.

    Raises:
        ApiException: They cannot be; says why. Status 400.
    """
    given = without_kinds(fields)
    known_keys(given, _KEYS, "an experiment")
    body = {key: given[key] for key in _SHARED if key in given}
    body["metrics"] = _metrics(given)
    if body.get("parameters") is None:
        raise refused("an experiment needs parameters, got none")
    if body.get("name") is None:
        body["name"] = _NAMELESS
    runs_only, budget = _runs_only(given), _budget(given)
    kept = well_formed(lambda: definition_from_fields({**body, "budget": budget}))
    if runs_only:
        kept["runs_only"] = True
    kept |= {"api": CORE, "tasks": checked_tasks(given.get("tasks"))}
    if body["metrics"][0].get("name") == _UNNAMED and _is_unnamed(given):
        kept["unnamed"] = True
    check_tasks(kept)
    if kept["tasks"]:
        kept["task_parameter"] = task_parameter(kept)
    return kept


def updated_core(definition: Json, fields: Mapping[str, Any]) -> Json:
    """The definition with some fields changed.

    Raises:
        ApiException: It cannot change so. Status 400.
    """
    given = without_kinds(fields)
    known_keys(given, _CHANGING, "an update")
    if definition.get("runs_only"):
        if "observation_budget" in given:
            raise refused("an experiment of runs only has a budget, not an observation_budget")
        if given.get("project", definition["project"]) != definition["project"]:
            raise refused("the project of an experiment of runs only cannot change")
    elif "budget" in given:
        raise refused("a budget is for experiments of runs only: give observation_budget")
    if "observation_budget" in given:
        given["budget"] = given.pop("observation_budget")
        if definition["tasks"] and given["budget"] is None:
            raise refused("tasks need an observation_budget, got none")
    if isinstance(given.get("metrics"), list) and given["metrics"]:
        given["metrics"] = [
            {"name": item} if isinstance(item, str) else item for item in given["metrics"]
        ]
    project = _project(given.pop("project", None), definition)
    if given.get("name", "?") is None:
        del given["name"]
    return {**well_formed(lambda: updated(definition, given)), "project": project}


def _project(given: Any, definition: Mapping[str, Any]) -> str:
    """The project that an update names; the present one where it names none."""
    try:
        return str(definition["project"]) if given is None else check_project_id(given)
    except ValueError as error:
        raise refused(str(error)) from error


def well_formed(make: Callable[[], Json]) -> Json:
    """What `make` returns; refuses with status 400 a body of the wrong shape, as a server does."""
    try:
        return make()
    except ValidationError as error:
        raise refused(str(error)) from error


def _metrics(given: Mapping[str, Any]) -> list[Any]:
    """Metrics as objects: they may be bare names, one by itself as `metric`, or none at all."""
    metrics = given.get("metrics")
    if metrics is None:
        metrics = [given["metric"]] if given.get("metric") is not None else [{}]
    if not isinstance(metrics, list) or not metrics:
        raise refused(f"metrics should be a list that is not empty, got {metrics!r}")
    found = [{"name": item} if isinstance(item, str) else item for item in metrics]
    if len(found) == 1 and isinstance(found[0], dict) and found[0].get("name") is None:
        return [{**found[0], "name": _UNNAMED}]
    return found


def _runs_only(given: Mapping[str, Any]) -> bool:
    """Whether an experiment takes runs alone, and no suggestions or observations."""
    said = given.get("runs_only")
    if said is not None and not isinstance(said, bool):
        raise refused(f"runs_only should be true or false, got {said!r}")
    if said and given.get("project") is None:
        raise refused("an experiment of runs only needs a project, got none")
    return bool(said)


def _budget(given: Mapping[str, Any]) -> Any:
    """The budget, under the name that it has for the kind of experiment."""
    named, other = "observation_budget", "budget"
    if given.get("runs_only"):
        named, other = other, named
    if given.get(other) is not None:
        raise refused(f"{other} is not for this kind of experiment: give {named}")
    return given.get(named)


def _is_unnamed(given: Mapping[str, Any]) -> bool:
    """Whether a body gives its only metric no name."""
    metrics = given.get("metrics")
    if metrics is None:
        metrics = [given.get("metric") or {}]
    return isinstance(metrics[0], dict) and metrics[0].get("name") is None

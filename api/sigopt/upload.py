"""Runs that were done elsewhere, written into a project at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from armwright.sigopt.exception import refused
from armwright.sigopt.fields import checked_name, known_keys, listed, metadata_of
from armwright.sigopt.folders import project_runs
from armwright.sigopt.log_values import assignments_of, checked_metric, shortened_log
from armwright.sigopt.training_run import TrainingRun, training_run

__all__ = ["upload_to"]

_MAPS = (
    *("assignments", "values", "model", "source_code", "logs", "sys_metadata", "dev_metadata"),
    *("assignments_meta", "assignments_sources"),
)
_KEYS = ("name", "state", "metadata", "datasets", *_MAPS)
_KEPT_AS = {
    "assignments_meta": "parameters_meta",
    "assignments_sources": "parameters_sources_meta",
}


def upload_to(project: str, runs: Iterable[Mapping[str, Any]]) -> list[TrainingRun]:
    """Adds runs that have ended to a project; all are checked before the first is written.

    Args:
        project: Its id.
        runs: Mappings with any of name, state (completed or failed), assignments, values (for each
            metric an object with value and value_stddev), metadata and the other fields of a run.

    Raises:
        ApiException: A run cannot be. Status 400.
    """
    checked = [_checked(run, f"runs[{place}]") for place, run in enumerate(runs)]
    if not checked:
        return []
    folder, made = project_runs(project), []
    for state, said in checked:
        about = {"project": project, "experiment": None, "name": said.pop("name", project)}
        number, attempt = folder.add_run({**about, "metadata": said.pop("metadata")})
        if said:
            folder.patch(number, said, attempt=attempt)
        folder.finish(number, state, attempt=attempt)
        made.append(training_run(folder.run(number)))
    return made


def _checked(run: Mapping[str, Any], what: str) -> tuple[str, dict[str, Any]]:
    if not isinstance(run, Mapping):
        raise refused(f"{what} should be a mapping, got {run!r}")
    known_keys(run, _KEYS, what)
    state = run.get("state") or "completed"
    if state not in ("completed", "failed"):
        raise refused(f"{what}: state should be completed or failed, got {state!r}")
    said = {
        _KEPT_AS.get(key, key): item
        for key, item in run.items()
        if item is not None and key != "state"
    }
    if "name" in said:
        said["name"] = checked_name(said["name"], f"{what}: name")
    said["metadata"] = metadata_of(said.get("metadata"), f"{what}: metadata")
    for key in _MAPS:
        if not isinstance(run.get(key, {}), Mapping | None):
            raise refused(f"{what}: {key} should be a mapping, got {run[key]!r}")
    if "datasets" in said:
        names = said["datasets"]  # as a mapping where the client logged them
        names = list(names) if isinstance(names, Mapping) else names
        said["datasets"] = listed(names, f"{what}: datasets")
    try:
        if "assignments" in said:
            said["assignments"] = assignments_of(said["assignments"])
        if "values" in said:
            said["values"] = {
                name: checked_metric(name, item.get("value"), item.get("value_stddev"))
                for name, item in said["values"].items()
            }
        if "logs" in said:
            said["logs"] = {name: _log(log) for name, log in said["logs"].items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise refused(f"{what}: {error}") from error
    return state, said


def _log(given: Any) -> str:
    """What was printed, as it is kept; given as a text, or as the object that answers have."""
    if isinstance(given, Mapping):
        given = given.get("content")
    if not isinstance(given, str):
        raise ValueError(f"logs should be texts, got {given!r}")
    return shortened_log(given)

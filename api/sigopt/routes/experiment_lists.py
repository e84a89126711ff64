"""Lists of experiments of both kinds: by state, project, words of the name and age."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.sigopt.core.core_definition import is_core
from armwright.sigopt.core.documents import core_experiment
from armwright.sigopt.exception import refused
from armwright.sigopt.experiment_source import experiment_document
from armwright.sigopt.fields import whole_of
from armwright.sigopt.routes.finding import all_experiments
from armwright.sigopt.routes.paging import page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.sigopt.routes.request import Request
    from armwright.sigopt.run_folder import RunFolder

__all__ = ["ai_answer", "experiments_page"]

Json = dict[str, Any]

_SORTS = ("id", "recent")


def ai_answer(folder: RunFolder) -> Json:
    """What is answered of an AI experiment."""
    return {"object": "aiexperiment", **experiment_document(folder)}


def experiments_page(request: Request, project: str | None, *, ai: bool) -> Json:
    """A page of experiments: those that are not archived, or by `state`; newest first.

    By `search` in names, `period_start` and `period_end` (of when they were made), `development`
    (nothing here is), and for those of the core API `include_ai`. Sorted by `id`, or as `recent` by
    when they were changed last.

    Args:
        request: What was asked.
        project: Only those of this project.
        ai: Whether AI experiments are listed; else those of the core API.

    Raises:
        ApiException: Something that was asked cannot be. Status 400.
    """
    state, search = request.word("state", "active"), (request.word("search") or "").lower()
    sort, start, end = request.word("sort"), _moment(request, "start"), _moment(request, "end")
    if sort is not None and sort not in _SORTS:
        raise refused(f"experiments are sorted by one of {', '.join(_SORTS)}, got {sort!r}")
    if start is not None and end is not None and start >= end:
        raise refused(f"period_start should be before period_end, got {start} and {end}")
    found = []
    for folder in all_experiments(project) if not request.flag("development") else ():
        definition = folder.definition
        core = is_core(definition)
        wanted = core if not ai else not core
        if not (wanted or (not ai and request.flag("include_ai"))):
            continue
        if state not in ("all", definition["state"]) or search not in definition["name"].lower():
            continue
        made = definition["created"]
        if (start is None or made >= start) and (end is None or made < end):
            found.append(core_experiment(folder) if core else ai_answer(folder))
    return page(found, request, _updated if sort == "recent" else None)


def _updated(item: Mapping[str, Any]) -> Any:
    return item["updated"]


def _moment(request: Request, word: str) -> int | None:
    value = request.word(f"period_{word}")
    return None if value is None else whole_of(_number(value), f"period_{word}", 0)


def _number(value: str) -> Any:
    return int(value) if value.isdigit() else value

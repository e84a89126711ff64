"""The columns of a snapshot that people read: what a trial is, its parameters and its results.

Their names and types are part of the format (docs/format.md). A parameter's column has the type of
its values: whole numbers, numbers, true or false, text; where they differ, text.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from armwright.store.meaning import arms_of, final_results
from armwright.store.shred import Kind, Public, kind_of, pointer_of, stored

if TYPE_CHECKING:
    from armwright.store.state import TrialFacts

__all__ = ["FIXED_COLUMNS", "fixed_values", "public_columns", "typed"]

Json = dict[str, Any]


def public_columns(trials: Sequence["TrialFacts"], objects: Sequence[Json]) -> dict[str, Public]:
    """The public columns of some trials.

    Args:
        trials: Ascending.
        objects: The facts of each, by the middle of their names.
    """
    found: dict[str, dict[int, tuple[Any, str]]] = {name: {} for name in FIXED_COLUMNS}
    parameters: dict[str, dict[int, tuple[Any, str]]] = {}
    means: dict[str, dict[int, tuple[Any, str]]] = {}
    sems: dict[str, dict[int, tuple[Any, str]]] = {}
    for row, (trial, facts) in enumerate(zip(trials, objects, strict=True)):
        for name, item in fixed_values(trial).items():
            found[name][row] = item
        arms = arms_of(trial.arm)
        if len(arms) != 1:
            continue
        for name, value in arms[0][1].items():
            pointer = pointer_of("arm", "document", "arms", 0, "parameters", name)
            parameters.setdefault(name, {})[row] = (value, pointer)
        last = trial.last_attempt
        counted = [] if last is None else _counted(facts, last.number)
        for metric, pair in final_results(facts, last.number if last else 0, counted).items():
            for table, measured in zip((means, sems), pair, strict=True):
                if measured is not None:
                    table.setdefault(metric, {})[row] = (measured.value, measured.pointer)
    columns = {
        name: _column(FIXED_COLUMNS[name], found[name], len(trials)) for name in FIXED_COLUMNS
    }
    for name in sorted(filter(str.isprintable, parameters)):
        items = parameters[name]
        kind, values = typed(
            [items[row][0] if row in items else None for row in range(len(trials))]
        )
        pointers = [items[row][1] if row in items else "" for row in range(len(trials))]
        columns[f"parameters.{name}"] = Public(kind=kind, values=values, pointers=pointers)
    for prefix, table in (("mean", means), ("sem", sems)):
        for name in sorted(filter(str.isprintable, table)):
            columns[f"{prefix}.{name}"] = _column("float", table[name], len(trials))
    return columns


def typed(values: Sequence[Any]) -> tuple[Kind, list[Any]]:
    """The type that a column of these values has, and the values as that type."""
    kinds = {_PLAIN.get(kind_of(value) or "text", "text") for value in values if value is not None}
    kind: Kind = "text"
    if kinds == {"int", "float"}:
        kind = "float"
    elif len(kinds) == 1:
        kind = kinds.pop()  # type: ignore[assignment] # one of _PLAIN's
    convert = _CONVERT[kind]
    return kind, [None if value is None else convert(value) for value in values]


_PLAIN: Mapping[str, str] = {"int": "int", "float": "float", "bool": "bool"}
_CONVERT: Mapping[Kind, Any] = {
    "int": int,
    "float": float,
    "bool": bool,
    "text": lambda value: str(value).encode("utf-8", "backslashreplace").decode(),
}
FIXED_COLUMNS: Mapping[str, Kind] = {
    "status": "text",
    "reason": "text",
    "attempts": "int",
    "config": "int",
    "arm": "text",
    "made_at": "utc",
    "ended_at": "utc",
    "ended_by": "text",
}


def fixed_values(trial: "TrialFacts") -> dict[str, tuple[Any, str]]:
    """What a trial is: for each column the value, and the pointer to it."""
    found: dict[str, tuple[Any, str]] = {
        "status": (trial.status, ""),
        "attempts": (len(trial.attempts), ""),
    }
    if trial.made is not None:
        found["made_at"] = (stored(trial.made.at, "utc"), "/arm/at")
    arms = arms_of(trial.arm)
    if len(arms) == 1 and arms[0][0].isprintable():
        found["arm"] = (arms[0][0], "/arm/document/arms/0/name")
    if trial.arm is not None and kind_of(trial.arm.get("config")) == "int":
        found["config"] = (trial.arm["config"], "/arm/document/config")
    last = trial.last_attempt
    if last is not None and last.end is not None and last.ended is not None:
        end = f"/{last.number}.end"
        found["status"] = (trial.status, f"{end}/document/state")
        found["ended_at"] = (stored(last.ended.at, "utc"), f"{end}/at")
        found["ended_by"] = (last.ended.by, "")
        reason = last.end.get("reason")
        if isinstance(reason, str) and reason.isprintable():
            found["reason"] = (reason, f"{end}/document/reason")
    return found


def _counted(facts: Json, attempt: int) -> list[str]:
    """Keys of the data facts of an attempt that its end counts, oldest first."""
    end = facts.get(f"{attempt}.end", {})
    keys = (f"{attempt}.data-{ident}" for ident in sorted(end.get("counted", ())))
    return [key for key in keys if key in facts]


def _column(kind: Kind, items: Mapping[int, tuple[Any, str]], length: int) -> Public:
    return Public(
        kind=kind,
        values=[items[row][0] if row in items else None for row in range(length)],
        pointers=[items[row][1] if row in items else "" for row in range(length)],
    )

"""The public tables of an experiment, `trials`, `arms` and `data`: a typed column for each name.

    trials   a row for each trial: what it is, its parameters if it has one arm, its newest results
    arms     a row for each arm of each trial: a batch trial has several
    data     a row for each measurement that counts, late ones and those in tables included

Columns and types are part of the format; docs/format.md describes them. `trials` has the columns of
a snapshot, so that what was exported and what is read from `snap/` go together.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from armwright.store.errors import StoreError
from armwright.store.failure import write_failure
from armwright.store.folder import ExperimentFolder
from armwright.store.meaning import arms_of, counted_documents, rows_of
from armwright.store.shred import Kind
from armwright.store.snapshot_columns import FIXED_COLUMNS, fixed_values, typed
from armwright.store.state import State, TrialFacts
from armwright.store.table_fact import TABLE_KEY

if TYPE_CHECKING:
    import pyarrow

__all__ = ["arms_table", "data_table", "export_tables", "trials_table"]

ReadTable = Callable[[str], "pyarrow.Table"]

_OF_DATA: Mapping[str, Kind] = {
    "trial": "int",
    "attempt": "int",
    "late": "bool",
    "arm": "text",
    "metric": "text",
    "mean": "float",
    "sem": "float",
    "at": "utc",
}
_ROW_KEYS = {"arm_name", "metric_name", "mean", "sem", "trial_index"}


def trials_table(state: State, read_table: ReadTable | None = None) -> "pyarrow.Table":
    """A row for each trial.

    Args:
        state: The experiment.
        read_table: Reads results that are tables; without it they are left out.
    """
    fixed: dict[str, list[Any]] = {"trial": [], **{name: [] for name in FIXED_COLUMNS}}
    named = _Named()
    for row, (number, trial) in enumerate(state.trials.items()):
        fixed["trial"].append(number)
        values = fixed_values(trial)
        for name in FIXED_COLUMNS:
            fixed[name].append(values[name][0] if name in values else None)
        arms = arms_of(trial.arm)
        if len(arms) != 1:
            continue
        for name, value in arms[0][1].items():
            named.put(f"parameters.{name}", row, value)
        newest: dict[str, Mapping[str, Any]] = {}
        for item in sorted(_measurements(trial, read_table), key=lambda item: item["at"] or 0):
            newest[item["metric"]] = item
        for metric, measured in newest.items():
            named.put(f"mean.{metric}", row, measured["mean"])
            named.put(f"sem.{metric}", row, measured["sem"])
    kinds: dict[str, Kind] = {"trial": "int", **FIXED_COLUMNS}
    return _table(fixed, kinds, named, ("parameters.", "mean.", "sem."))


def arms_table(state: State) -> "pyarrow.Table":
    """A row for each arm of each trial; `position` counts from 0."""
    fixed: dict[str, list[Any]] = {"trial": [], "position": [], "arm": []}
    named, row = _Named(), 0
    for number, trial in state.trials.items():
        for position, (name, parameters) in enumerate(arms_of(trial.arm)):
            for column, value in (("trial", number), ("position", position), ("arm", name)):
                fixed[column].append(value)
            for parameter, value in parameters.items():
                named.put(f"parameters.{parameter}", row, value)
            row += 1
    kinds: dict[str, Kind] = {"trial": "int", "position": "int", "arm": "text"}
    return _table(fixed, kinds, named, ("parameters.",))


def data_table(state: State, read_table: ReadTable | None = None) -> "pyarrow.Table":
    """A row for each measurement that counts; what else a measurement says has its own columns.

    Args:
        state: The experiment.
        read_table: Reads results that are tables; without it they are left out.
    """
    fixed: dict[str, list[Any]] = {name: [] for name in _OF_DATA}
    named, row = _Named(), 0
    for trial in state.trials.values():
        for item in _measurements(trial, read_table):
            for name in _OF_DATA:
                fixed[name].append(item[name])
            for name, value in item["more"].items():
                named.put(name, row, value)
            row += 1
    return _table(fixed, _OF_DATA, named, ("",))


def export_tables(folder: ExperimentFolder, destination: str | os.PathLike[str]) -> dict[str, str]:
    """Writes the three tables of what `folder.state` holds as Parquet files.

    Args:
        folder: The experiment.
        destination: A folder, by path or any URL fsspec knows; made if it is not there. Files of
            the same names are replaced.

    Returns:
        The path of each table, by its name.

    Raises:
        StoreError: They cannot be written, or a table of results cannot be read.
    """
    import fsspec
    import pyarrow
    from pyarrow import parquet

    state = folder.state
    tables = {
        "trials": trials_table(state, folder.read_table),
        "arms": arms_table(state),
        "data": data_table(state, folder.read_table),
    }
    try:
        fs, path = fsspec.core.url_to_fs(os.fspath(destination))
        fs.makedirs(path, exist_ok=True)
    except (ImportError, ValueError) as error:
        raise StoreError(f"cannot reach {os.fspath(destination)!r}: {error}") from error
    except OSError as error:
        raise write_failure(os.fspath(destination), error) from error
    written = {}
    for name, table in tables.items():
        sink = pyarrow.BufferOutputStream()
        metadata = {b"armwright.format": b"1", b"armwright.table": name.encode()}
        parquet.write_table(table.replace_schema_metadata(metadata), sink, compression="zstd")
        where = f"{path.rstrip('/')}/{name}.parquet"
        try:
            fs.pipe_file(where, sink.getvalue().to_pybytes())
        except OSError as error:
            raise write_failure(where, error) from error
        written[name] = where
    return written


class _Named:
    """Columns whose names come from the documents."""

    def __init__(self) -> None:
        self.columns: dict[str, dict[int, Any]] = {}

    def put(self, name: str, row: int, value: Any) -> None:
        if name.isprintable():
            self.columns.setdefault(name, {})[row] = value


def _measurements(trial: TrialFacts, read_table: ReadTable | None) -> Iterator[dict[str, Any]]:
    """The measurements of a trial that count."""
    for attempt, document in counted_documents(trial):
        timestamp = document.get("timestamp")
        at = timestamp if type(timestamp) is int else None
        rows = [row for _, row in rows_of(document)]
        path = document.get(TABLE_KEY)
        if isinstance(path, str) and read_table is not None:
            table = read_table(path)
            if {"metric_name", "mean"} <= set(table.column_names):
                rows += table.to_pylist()
        for row in rows:
            yield {
                "trial": trial.number,
                "attempt": attempt,
                "late": attempt is None,
                "arm": row.get("arm_name"),
                "metric": row["metric_name"],
                "mean": _number(row.get("mean")),
                "sem": _number(row.get("sem")),
                "at": at,
                "more": {
                    key: value
                    for key, value in row.items()
                    if key not in _ROW_KEYS
                    and key not in _OF_DATA
                    and isinstance(value, bool | int | float | str)
                },
            }


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def _table(
    fixed: Mapping[str, list[Any]],
    kinds: Mapping[str, Kind],
    named: _Named,
    prefixes: tuple[str, ...],
) -> "pyarrow.Table":
    import pyarrow

    from armwright.store.snapshot import arrow_types

    types = arrow_types()
    columns = {name: pyarrow.array(values, types[kinds[name]]) for name, values in fixed.items()}
    length = len(next(iter(fixed.values())))
    for prefix in prefixes:
        for name in sorted(name for name in named.columns if name.startswith(prefix)):
            items = named.columns[name]
            values = [items.get(row) for row in range(length)]
            if name.startswith(("mean.", "sem.")):
                columns[name] = pyarrow.array(values, types["float"])
            else:
                kind, converted = typed(values)
                columns[name] = pyarrow.array(converted, types[kind])
    return pyarrow.table(columns)

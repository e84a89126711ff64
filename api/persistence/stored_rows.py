"""Stored rows of results as plain values, their tables made together when one is asked for.

Only rows of the plain kind (an arm, a metric, a mean, its error, a trial) are read so; whether they
are is looked at before, so that a document that cannot be is refused when it is read.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

__all__ = ["StoredRows", "are_plain", "stored_rows"]

_TEXT, _NUMBERS, _WHOLE = ("arm_name", "metric_name"), ("mean", "sem"), ("trial_index",)
_REQUIRED = {"arm_name", "metric_name", "mean"}
_INFINITE = ("inf", "-inf")


def are_plain(table: Mapping[str, list[Any]]) -> bool:
    """Whether every cell is of its column's usual kind, so that a table can be made of them."""
    names = set(table)
    if not names >= _REQUIRED or names - {*_TEXT, *_NUMBERS, *_WHOLE}:
        return False
    return (
        len({len(cells) for cells in table.values()}) == 1
        and all(type(cell) is str for name in _TEXT for cell in table[name])
        and all(_is_number(cell) for name in _NUMBERS for cell in table.get(name, ()))
        and all(type(cell) is int for name in _WHOLE for cell in table.get(name, ()))
    )


def _is_number(cell: Any) -> bool:
    return cell is None or type(cell) in (int, float) or cell in _INFINITE


def stored_rows(
    tables: Sequence[Mapping[str, list[Any]]],
    cast: Callable[[Sequence[Mapping[str, list[Any]]]], list[pd.DataFrame]],
) -> list[StoredRows]:
    """Rows of plain tables.

    Args:
        tables: Cells by column; see `are_plain`.
        cast: Makes frames of them, all at once, which takes hardly longer than one.
    """
    together = _Together(tables, cast)
    return [StoredRows(together, place) for place in range(len(tables))]


@final
class _Together:
    """Tables that become frames together."""

    def __init__(
        self,
        tables: Sequence[Mapping[str, list[Any]]],
        cast: Callable[[Sequence[Mapping[str, list[Any]]]], list[pd.DataFrame]],
    ) -> None:
        self.tables, self._cast = tables, cast
        self._frames: list[pd.DataFrame] | None = None

    def frame(self, place: int) -> pd.DataFrame:
        if self._frames is None:
            self._frames = self._cast(self.tables)
        return self._frames[place]


@final
class StoredRows:
    """The rows of one table among several. See `armwright.experiment.rows.Rows`."""

    def __init__(self, together: _Together, place: int) -> None:
        self._together, self._place = together, place

    @property
    def count(self) -> int:
        """See `Rows.count`."""
        return len(self._table["arm_name"])

    def records(self) -> list[dict[str, Any]]:
        """See `Rows.records`."""
        columns = {
            name: [_number(cell) for cell in cells] if name in _NUMBERS else cells
            for name, cells in self._table.items()
        }
        return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]

    def frame(self) -> pd.DataFrame:
        """See `Rows.frame`."""
        return self._together.frame(self._place)

    @property
    def _table(self) -> Mapping[str, list[Any]]:
        return self._together.tables[self._place]


def _number(cell: Any) -> float:
    return math.nan if cell is None else float(cell)

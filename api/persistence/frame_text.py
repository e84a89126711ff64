"""A data frame as text, and back: one JSON object per column, from row number to value.

The form pandas' own `to_json` gives, but with every digit of every number, times in ISO 8601, and
infinities, which JSON does not know, as "inf" and "-inf". Missing values are null.
"""

from __future__ import annotations

import json
import math
from functools import cache
from typing import TYPE_CHECKING, Any

from armwright.experiment import Data
from armwright.experiment.scalars import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import pandas as pd

__all__ = ["cells_of_text", "data_frames", "frame_from_text", "frame_to_text"]


def frame_to_text(frame: pd.DataFrame) -> str:
    """The text of a frame.

    Raises:
        TypeError: A cell holds something that is neither a number, a time nor text.
    """
    positions = [str(index) for index in frame.index]
    columns = {
        str(name): dict(zip(positions, map(_cell, frame[name].tolist()), strict=True))
        for name in frame.columns
    }
    return json.dumps(columns, allow_nan=False)


def _cell(item: Any) -> Any:
    item = plain(item)
    if item is None or type(item).__name__ == "NAType" or item != item:
        return None
    if isinstance(item, float) and math.isinf(item):
        return str(item)
    return item.isoformat() if hasattr(item, "isoformat") else item


def frame_from_text(text: str) -> pd.DataFrame:
    """The frame of a text; times stay text, for nothing says which column holds them."""
    import pandas as pd

    columns: dict[str, Mapping[str, Any]] = json.loads(text)
    return pd.DataFrame({name: _cells_of(column.values()) for name, column in columns.items()})


def _cells_of(column: Iterable[Any]) -> list[Any]:
    items = list(column)
    if any(isinstance(item, float) for item in items):  # then "inf" is one of its numbers
        return [float(item) if item in ("inf", "-inf") else item for item in items]
    return items


def cells_of_text(text: str) -> dict[str, list[Any]]:
    """The cells of a text by column, as they stand there."""
    return {name: list(cells.values()) for name, cells in json.loads(text).items()}


def data_frames(tables: Sequence[Mapping[str, list[Any]]]) -> list[pd.DataFrame]:
    """The tables of many `Data` at once, cast and checked, from their cells.

    Casting is what takes pandas its time, and it takes as long for one row as for all: so tables
    that are alike are cast as one, and cut apart again.

    Raises:
        ValueError: One is not the table of a `Data`.
    """
    alike: dict[Any, list[int]] = {}
    for place, table in enumerate(tables):
        # An integer column with gaps holds floats, so it is not like one without.
        gaps = frozenset(name for name, cells in table.items() if None in cells)
        alike.setdefault((tuple(table), gaps), []).append(place)
    frames: dict[int, pd.DataFrame] = {}
    for places in alike.values():
        frames |= zip(places, _cast([tables[place] for place in places]), strict=True)
    return [frames[place] for place in range(len(tables))]


def _cast(tables: Sequence[Mapping[str, list[Any]]]) -> Iterator[pd.DataFrame]:
    import pandas as pd

    whole: dict[str, Any] = {}
    for name in tables[0]:
        cells = [cell for table in tables for cell in table[name]]
        if name in _floats():
            cells = [math.nan if cell is None else float(cell) for cell in cells]
        elif name in Data.time_columns() and any(isinstance(cell, str) for cell in cells):
            cells = pd.to_datetime(pd.Series(cells), format="ISO8601").tolist()
        whole[name] = cells
    frame = Data(pd.DataFrame(whole)).df
    lengths = [len(next(iter(table.values()), ())) for table in tables]
    if len(frame) != sum(lengths):  # rows without any value were dropped: each table for itself
        yield from (Data(pd.DataFrame(table)).df for table in tables)
        return
    start = 0
    for length in lengths:
        part = frame.iloc[start : start + length]
        part.index = pd.RangeIndex(length)
        yield part
        start += length


@cache
def _floats() -> frozenset[str]:
    types = Data.column_data_types()
    return frozenset(name for name, kind in types.items() if issubclass(kind, float))

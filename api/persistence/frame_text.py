"""A data frame as text, and back: one JSON object per column, from row number to value.

The form pandas' own `to_json` gives, but with every digit of every number, times in ISO 8601, and
infinities, which JSON does not know, as "inf" and "-inf". Missing values are null.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from armwright.experiment.scalars import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import pandas as pd

__all__ = ["data_frame", "frame_from_text", "frame_to_text"]


def frame_to_text(frame: pd.DataFrame) -> str:
    """The text of a frame.

    Raises:
        TypeError: A cell holds something that is neither a number, a time nor text.
    """
    columns = {
        str(name): {
            str(index): None if gap else _cell(item)
            for index, item, gap in zip(
                frame.index, frame[name].tolist(), frame[name].isna().tolist(), strict=True
            )
        }
        for name in frame.columns
    }
    return json.dumps(columns, allow_nan=False)


def _cell(item: Any) -> Any:
    item = plain(item)
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


def data_frame(frame: pd.DataFrame, *, floats: set[str], times: set[str]) -> pd.DataFrame:
    """The same frame, with the columns that are known to hold floats or times read as such."""
    import pandas as pd

    read: dict[str, Any] = {}
    for name in frame.columns:
        if name in floats:
            values = [math.nan if gap else float(item) for item, gap in _cells(frame[name])]
            read[name] = pd.Series(values, index=frame.index, dtype="float64")
        elif name in times and frame[name].dtype.kind not in "iufM" and len(frame):
            read[name] = pd.to_datetime(frame[name], format="ISO8601")
    return frame.assign(**read)


def _cells(column: pd.Series[Any]) -> zip[tuple[Any, bool]]:
    return zip(column.tolist(), column.isna().tolist(), strict=True)

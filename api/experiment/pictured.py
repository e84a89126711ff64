"""What notebooks show of an experiment, its trials, data and search space; and `plot`."""

from __future__ import annotations

import html
import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Drawable", "facts_html", "table_html"]

_MOST_ROWS = 60  # of a table in a notebook


class Drawable:
    """An experiment that can be drawn."""

    __slots__ = ()

    @property
    def plot(self) -> Any:
        """Its charts: `plot.trace()`, `plot.slice("lr")`, ...; see `armwright.looking.Plots`.

        Each is a figure that notebooks show. Needs the extra `plot`.
        """
        # By name: what draws knows experiments, and they need not know it.
        return importlib.import_module("armwright.looking.plots").Plots(self)

    def _repr_html_(self) -> str:
        """What notebooks show: what it comes to, and its newest trials."""
        found: str = importlib.import_module("armwright.looking.brief_html").brief_html(self)
        return found


def facts_html(title: str, facts: Iterable[tuple[str, Any]]) -> str:
    """A title, and a line for each fact; everything is shown as text."""
    lines = "".join(
        f"<tr><th style='text-align:left'>{_text(name)}</th>"
        f"<td style='text-align:left'>{_text(value)}</td></tr>"
        for name, value in facts
    )
    return f"<div><strong>{_text(title)}</strong><table>{lines}</table></div>"


def table_html(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A table; of a long one the end, and how many rows are before it."""
    left = max(len(rows) - _MOST_ROWS, 0)
    head = "".join(f"<th>{_text(name)}</th>" for name in columns)
    body = "".join(
        f"<tr>{''.join(f'<td>{_text(value)}</td>' for value in row)}</tr>" for row in rows[left:]
    )
    before = f"<p>{left} rows before these are not shown</p>" if left else ""
    return f"{before}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _text(value: Any) -> str:
    if value is None or value != value:
        return ""
    if isinstance(value, float):
        value = f"{value:.6g}"
    return html.escape(str(value))

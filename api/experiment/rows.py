"""Rows of results that are no data frame yet, for readers that need none.

pandas takes 0.3 s to import, which a process that only asks for one arm would spend on a table that
nobody looks at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

__all__ = ["JoinedRows", "Rows"]


class Rows(Protocol):
    """Rows of a table that is made when somebody asks for it."""

    @property
    def count(self) -> int:
        """How many rows."""

    def records(self) -> list[dict[str, Any]]:
        """A dict for each row, as the table would have them: plain values, NaN for none."""

    def frame(self) -> pd.DataFrame:
        """The table, cast and checked."""


@final
class JoinedRows:
    """The rows of several tables, one after the other.

    Args:
        parts: The tables.
        check: Casts and checks a table.
    """

    def __init__(
        self, parts: Sequence[Rows], check: Callable[[pd.DataFrame], pd.DataFrame]
    ) -> None:
        self._parts, self._check = list(parts), check

    @property
    def count(self) -> int:
        """See `Rows.count`."""
        return sum(part.count for part in self._parts)

    def records(self) -> list[dict[str, Any]]:
        """See `Rows.records`; a row lacks the columns that its table lacks."""
        return [record for part in self._parts for record in part.records()]

    def frame(self) -> pd.DataFrame:
        """See `Rows.frame`."""
        import pandas as pd

        return self._check(pd.concat([part.frame() for part in self._parts], ignore_index=True))

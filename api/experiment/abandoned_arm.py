"""The record that an arm was given up."""

from datetime import datetime
from typing import NamedTuple

__all__ = ["AbandonedArm"]


class AbandonedArm(NamedTuple):
    """An arm that was given up while its trial went on; equality ignores parts of a second."""

    name: str
    time: datetime
    reason: str | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AbandonedArm) and self._to_the_second() == other._to_the_second()

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self._to_the_second())

    def _to_the_second(self) -> tuple[str, datetime, str | None]:
        return (self.name, self.time.replace(microsecond=0), self.reason)

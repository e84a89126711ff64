"""Ends of trials of which nobody knows whether they arrived, so that they can be said once more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

from armwright.errors import StoreError

if TYPE_CHECKING:
    from armwright.store import ExperimentFolder

__all__ = ["UnsureEnds"]

_TIMES = ("time_completed", "timestamp")


@final
class UnsureEnds:
    """Writes ends; who says the same again after a doubtful answer means the same write.

    It would be another one by its time alone, and would come too late if the first had arrived.
    """

    def __init__(self) -> None:
        self._documents: dict[tuple[int, int], dict[str, Any]] = {}

    def write(
        self, folder: ExperimentFolder, number: int, attempt: int, document: dict[str, Any]
    ) -> None:
        """Ends an attempt; see `ExperimentFolder.end`.

        Raises:
            TrialEndedError: It has ended, and not by this write.
            UncertainError: It may have arrived; call again with the same.
            StoreError: It could not be written.
        """
        before = self._documents.pop((number, attempt), None)
        if before is not None and _timeless(before) == _timeless(document):
            document = before
        try:
            folder.end(number, attempt, document)
        except StoreError as error:
            if error.retryable:
                self._documents[number, attempt] = document
            raise


def _timeless(value: Any) -> Any:
    """A document without the moments at which it was made."""
    if isinstance(value, dict):
        return {key: _timeless(item) for key, item in value.items() if key not in _TIMES}
    return [_timeless(item) for item in value] if isinstance(value, list) else value

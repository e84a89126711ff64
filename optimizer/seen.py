"""Points tried before, looked up by their exact raw values."""

import numpy as np

from armwright.optimizer.shapes import Bool, Float

__all__ = ["SeenPoints"]


class SeenPoints:
    """A set of rows of raw values; rows are equal when every float is (and 0.0 is -0.0)."""

    def __init__(self, values: Float[np.ndarray, "n d"]) -> None:
        # As `_key` makes them, all at once.
        values = np.ascontiguousarray(values, np.float64)
        rows, length = (values + 0.0).tobytes(), values.itemsize * values.shape[1]
        self._rows = {rows[at : at + length] for at in range(0, len(rows), length or 1)}

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, row: Float[np.ndarray, " d"]) -> bool:
        return _key(row) in self._rows

    def add(self, row: Float[np.ndarray, " d"]) -> None:
        """Adds one point."""
        self._rows.add(_key(row))

    def contains(self, values: Float[np.ndarray, "k d"]) -> Bool[np.ndarray, " k"]:
        """Whether each row is in the set."""
        return np.array([_key(row) in self._rows for row in values], bool)


def _key(row: Float[np.ndarray, " d"]) -> bytes:
    return (np.asarray(row, np.float64) + 0.0).tobytes()

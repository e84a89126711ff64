"""Points as rows of features: what the kernel measures distances between.

A range column is one feature, its model coordinate; a choice column is one feature per level,
one-hot. Features of range columns come first, in the columns' order, then those of choices, and of
these the tasks last.
"""

from dataclasses import dataclass

import numpy as np

from armwright.optimizer.columns import Problem
from armwright.optimizer.shapes import Bool, Float

__all__ = ["Features"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Features:
    """The map between model units and features.

    Attributes:
        ranges: Indices of the range columns.
        choices: Index and number of levels of each choice column.
        membership: Which feature belongs to which column; 1/sqrt(2) for one-hot features, so that
            two different levels are one unit apart.
    """

    ranges: tuple[int, ...]
    choices: tuple[tuple[int, int], ...]
    membership: Float[np.ndarray, "d D"]

    @classmethod
    def of(cls, problem: Problem) -> "Features":
        """The features of a problem's columns."""
        columns = tuple(enumerate(problem.columns))
        ranges = tuple(j for j, column in columns if column.kind == "range")
        choices = tuple(
            (j, column.levels)
            for is_task in (False, True)
            for j, column in columns
            if column.kind == "choice" and (column.role == "task") is is_task
        )
        width = len(ranges) + sum(levels for _, levels in choices)
        membership = np.zeros((len(columns), width))
        membership[ranges, range(len(ranges))] = 1.0
        place = len(ranges)
        for j, levels in choices:
            membership[j, place : place + levels] = np.sqrt(0.5)
            place += levels
        return cls(ranges=ranges, choices=choices, membership=membership)

    @property
    def width(self) -> int:
        """Number of features."""
        return int(self.membership.shape[1])

    def movable(self, columns: Bool[np.ndarray, " d"]) -> Bool[np.ndarray, " D"]:
        """Features a search may change where it may change these columns; one-hot ones never."""
        movable = np.zeros(self.width, bool)
        movable[: len(self.ranges)] = columns[list(self.ranges)]
        return movable

    def encode(self, x: Float[np.ndarray, "k d"]) -> Float[np.ndarray, "k D"]:
        """Features of points in model units."""
        features = np.zeros((len(x), self.width))
        features[:, : len(self.ranges)] = x[:, self.ranges]
        place = len(self.ranges)
        for j, levels in self.choices:
            features[np.arange(len(x)), place + x[:, j].astype(np.intp)] = 1.0
            place += levels
        return features

    def decode(self, features: Float[np.ndarray, "k D"]) -> Float[np.ndarray, "k d"]:
        """Points in model units of features."""
        x = np.zeros((len(features), self.membership.shape[0]))
        x[:, self.ranges] = features[:, : len(self.ranges)]
        place = len(self.ranges)
        for j, levels in self.choices:
            x[:, j] = np.argmax(features[:, place : place + levels], axis=1)
            place += levels
        return x

r"""Points as rows of features: what the kernel measures distances between.

A range column is one feature, its model coordinate; a choice column is one feature per level,
one-hot. Features of range columns come first, in the columns' order, then those of choices, and of
these the tasks last.

A column that does not always count (`Condition`) has one feature more, which is 1 where it does not
count: a further level of a choice; for a range a step aside, with its coordinate in the middle.
Between two points where the column does not count it makes no distance, whatever its value; between
one where it does and one where it does not the distance is 1 for a choice, and for a range

$$\sqrt{1 + (x - \tfrac12)^2},$$

1 to 1.12 in units of the range. It cannot be the same for all x: no point has the same distance
from three points of a straight line, and a covariance must come from distances that exist. (The arc
kernel of Swersky et al. (2013), arXiv:1409.4011, bends the line for that.)
"""

from dataclasses import dataclass, replace

import numpy as np

from armwright.optimizer.columns import Problem, active, to_values
from armwright.optimizer.kumaraswamy import InputWarp
from armwright.optimizer.shapes import Bool, Float

__all__ = ["Features"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Features:
    """The map between model units and features.

    Attributes:
        ranges: Indices of the range columns.
        choices: Index and number of levels of each choice column.
        asides: For each column that does not always count the feature that says that it does not.
        problem: The columns.
        membership: Which feature belongs to which column; 1/sqrt(2) for one-hot features, so that
            two different levels are one unit apart.
        warp: Of the ranges' coordinates; None where they are taken as they are.
    """

    ranges: tuple[int, ...]
    choices: tuple[tuple[int, int], ...]
    asides: tuple[tuple[int, int], ...]
    problem: Problem
    membership: Float[np.ndarray, "d D"]
    warp: InputWarp | None = None

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
        children = {one.column for one in problem.conditions}
        aside_ranges = [j for j in ranges if j in children]
        width = len(ranges) + sum(levels + (j in children) for j, levels in choices)
        membership = np.zeros((len(columns), width + len(aside_ranges)))
        membership[ranges, range(len(ranges))] = 1.0
        asides: list[tuple[int, int]] = []
        place = len(ranges)
        for j in aside_ranges:
            membership[j, place] = 1.0
            asides.append((j, place))
            place += 1
        for j, levels in choices:
            membership[j, place : place + levels + (j in children)] = np.sqrt(0.5)
            place += levels
            if j in children:
                asides.append((j, place))
                place += 1
        return cls(
            ranges=ranges,
            choices=choices,
            asides=tuple(asides),
            problem=problem,
            membership=membership,
        )

    def warped(self, warp: InputWarp | None) -> "Features":
        """The same map with the ranges' coordinates warped."""
        return replace(self, warp=warp)

    def edges(self, x: Float[np.ndarray, " d"]) -> Float[np.ndarray, " d"]:
        """A point of ranges in model units, warped."""
        return x if self.warp is None else self.warp.warped(x[None, :])[0]

    @property
    def warpable(self) -> Bool[np.ndarray, " d"]:
        """Columns whose coordinates may be warped: ranges in no constraint that always count."""
        free = np.zeros(len(self.problem.columns), bool)
        free[list(self.ranges)] = True
        free &= np.array([column.role == "plain" for column in self.problem.columns])
        free[[j for j, _ in self.asides]] = False
        weights = self.problem.constraint_weights
        return free if weights is None else free & ~(weights != 0).any(axis=0)

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
        coordinates = x if self.warp is None else self.warp.warped(x)
        features[:, : len(self.ranges)] = coordinates[:, self.ranges]
        for (j, _), place in zip(self.choices, self._places, strict=True):
            features[np.arange(len(x)), place + x[:, j].astype(np.intp)] = 1.0
        if not self.asides:
            return features
        counts = active(self.problem, to_values(self.problem, x))
        for j, aside in self.asides:
            idle = ~counts[:, j]
            own = np.flatnonzero(self.membership[j])
            features[np.ix_(idle, own)] = 0.0
            features[idle, aside] = 1.0
            if j in self.ranges:
                features[idle, self.ranges.index(j)] = 0.5
        return features

    def decode(self, features: Float[np.ndarray, "k D"]) -> Float[np.ndarray, "k d"]:
        """Points in model units of features; for columns that do not count anything will do."""
        x = np.zeros((len(features), self.membership.shape[0]))
        x[:, self.ranges] = features[:, : len(self.ranges)]
        for (j, levels), place in zip(self.choices, self._places, strict=True):
            x[:, j] = np.argmax(features[:, place : place + levels], axis=1)
        if self.warp is not None:
            x[:, self.ranges] = self.warp.unwarped(x)[:, self.ranges]
        return x

    @property
    def resting(self) -> Float[np.ndarray, "D D"] | None:
        """1 from each feature that says a range does not count to its coordinate; None for none."""
        if not self.asides:
            return None
        rests = np.zeros((self.width, self.width))
        for j, aside in self.asides:
            if j in self.ranges:
                rests[aside, self.ranges.index(j)] = 1.0
        return rests

    @property
    def _places(self) -> list[int]:
        """Where the levels of each choice begin."""
        return [int(np.flatnonzero(self.membership[j])[0]) for j, _ in self.choices]

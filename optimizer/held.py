"""Columns that have one value in every point proposed: the rest of the problem, and the way back.

A task that arms are made for, the fidelity that counts in the end, a value the user wants all arms
to have: observations at other values are learned from, but the search is over the other columns.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from armwright.optimizer.columns import Column, Problem, settled
from armwright.optimizer.model import Model
from armwright.optimizer.scores import Scores
from armwright.optimizer.shapes import Bool, Float
from armwright.optimizer.trust_region import TrustRegion

__all__ = ["HeldModel", "Remainder"]


class Remainder:
    """What is left of a problem when some columns are held; one idle column where nothing is.

    Attributes:
        problem: The columns that are not held, with what constraints leave for them.
    """

    def __init__(self, problem: Problem, held: Mapping[int, float]) -> None:
        """Takes columns out.

        Args:
            problem: Columns and constraints.
            held: Raw values by column, those of choices as codes.

        Raises:
            ValueError: There is no such column, or the value is not one of its.
        """
        self._width = len(problem.columns)
        for j, value in held.items():
            if not 0 <= j < self._width:
                raise ValueError(f"held: expected columns 0 to {self._width - 1}, got {j}")
            column = problem.columns[j]
            low, high = column.lower, column.upper
            if column.kind == "choice":
                low, high = 0.0, column.levels - 1.0
            if not low <= value <= high:
                raise ValueError(f"held: column {j} takes {low:g} to {high:g}, got {value}")
        self._held = {**_idle(problem, held), **held}
        self._free = [j for j in range(self._width) if j not in self._held]
        self.problem = problem if not held else self._reduced(problem)

    def _reduced(self, problem: Problem) -> Problem:
        weights, bounds = problem.constraint_weights, problem.constraint_bounds
        columns = tuple(problem.columns[j] for j in self._free)
        if weights is not None and bounds is not None:
            places, values = list(self._held), np.array(list(self._held.values()))
            bounds = bounds - weights[:, places] @ values
            weights = weights[:, self._free]
            if not columns:
                weights = np.zeros((len(bounds), 1))
        idle = (Column(lower=0.0, upper=0.0),)
        conditions = tuple(
            replace(one, column=self._free.index(one.column), parent=self._free.index(one.parent))
            for one in problem.conditions
            if one.column in self._free and one.parent in self._free
        )
        return Problem(
            columns=columns or idle,
            constraint_weights=weights,
            constraint_bounds=bounds,
            conditions=conditions,
        )

    def reduce(self, points: Float[np.ndarray, "k d"]) -> Float[np.ndarray, "k e"]:
        """Points without the held columns, in any units."""
        if not self._held:
            return points
        return points[:, self._free] if self._free else np.zeros((len(points), 1))

    def lift(self, values: Float[np.ndarray, "k e"]) -> Float[np.ndarray, "k d"]:
        """Raw values with the held ones put in."""
        if not self._held:
            return values
        lifted = np.empty((len(values), self._width))
        lifted[:, self._free] = values[:, : len(self._free)]
        for j, value in self._held.items():
            lifted[:, j] = value
        return lifted

    def having(self, values: Float[np.ndarray, "k d"]) -> Float[np.ndarray, "m e"]:
        """Those raw values that have what is held, reduced."""
        keep = np.ones(len(values), bool)
        for j, value in self._held.items():
            keep &= values[:, j] == value
        return self.reduce(values[keep])

    def movable(self, columns: Bool[np.ndarray, " e"]) -> Bool[np.ndarray, " d"]:
        """Which of all columns move where these of the rest do."""
        if not self._held:
            return columns
        movable = np.zeros(self._width, bool)
        movable[self._free] = columns[: len(self._free)]
        return movable


def _idle(problem: Problem, held: Mapping[int, float]) -> dict[int, float]:
    """Columns that count nowhere with what is held, and the values that stand there."""
    found: dict[int, float] = {}
    rests = settled(
        replace(problem, constraint_weights=None, constraint_bounds=None),
        np.full((1, len(problem.columns)), np.nan),
    )[0]
    for _ in problem.conditions:
        for one in problem.conditions:
            out = one.parent in held and held[one.parent] not in one.values
            if (out or one.parent in found) and one.column not in held:
                found[one.column] = float(rests[one.column])
    return found


class HeldModel:
    """A model that sees points of the rest only."""

    def __init__(self, model: Model, remainder: Remainder) -> None:
        self._model, self._remainder = model, remainder

    def score(
        self,
        values: Float[np.ndarray, "k e"],
        *,
        local: int = 0,
        movable: Bool[np.ndarray, " e"] | None = None,
        within: TrustRegion | None = None,
    ) -> Scores:
        """As `Model.score`, of points with the held values put in."""
        rest = self._remainder
        scores = self._model.score(
            rest.lift(values),
            local=local,
            movable=None if movable is None else rest.movable(movable),
            within=within,
        )
        return Scores(
            candidates=scores.candidates,
            found=rest.reduce(scores.found),
            found_scores=scores.found_scores,
        )

"""Outcomes in the units a model works in, and predictions back in the units of y.

One after the other: tasks are brought to one scale (`Alignment`), a long tail may be drawn in
(`Tail`), and each outcome is standardised. All three are learned from all observations, also where
a model keeps only some of them.
"""

from dataclasses import dataclass

import numpy as np

from armwright.optimizer.alignment import Alignment
from armwright.optimizer.columns import Problem
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.observations import Standardised, standardise
from armwright.optimizer.shapes import Bool, Float, Int
from armwright.optimizer.tail import Tail

__all__ = ["Units"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Units:
    """The way of each outcome into the model's units and back.

    Attributes:
        measured: What is known, with tasks on one scale.
        alignment: Of tasks; None where there are none.
        tail: Of the first outcome; None where it is taken as it is.
        standards: Of each outcome.
    """

    measured: Measurements
    alignment: Alignment | None
    tail: Tail | None
    standards: tuple[Standardised, ...]

    @classmethod
    def of(cls, problem: Problem, measured: Measurements, *, draws_in: float | None) -> "Units":
        """Learns them from what is known; `draws_in` is as for `Model`."""
        alignment = Alignment.of(problem, measured)
        if alignment is not None:
            measured = alignment.brought(measured)
        columns = [measured.column(outcome) for outcome in range(measured.outcomes)]
        tail = None if draws_in is None else Tail.of(columns[0], skewness=draws_in)
        if tail is not None:
            columns[0] = tail.draw_in(columns[0])
        standards = tuple(standardise(column) for column in columns)
        return cls(measured=measured, alignment=alignment, tail=tail, standards=standards)

    def laid_out(
        self, rows: Int[np.ndarray, " m"], size: int
    ) -> tuple[Float[np.ndarray, "o n"], Float[np.ndarray, "o n"], Bool[np.ndarray, "o n"]]:
        """Values, noise variances and whether there is one, of some rows, padded to a size."""
        shape = (self.measured.outcomes, size)
        y, noise, observed = np.zeros(shape), np.full(shape, np.nan), np.zeros(shape, bool)
        there = np.isfinite(self.measured.y.T)
        observed[:, : len(rows)] = there[:, rows]
        for outcome, standard in enumerate(self.standards):
            place = np.cumsum(there[outcome])[rows[there[outcome, rows]]] - 1
            y[outcome, observed[outcome]] = standard.y[place]
            noise[outcome, observed[outcome]] = standard.noise[place]
        return y, noise, observed

    def returned(
        self,
        x: Float[np.ndarray, "k d"],
        means: Float[np.ndarray, "k o"],
        sds: Float[np.ndarray, "k o"],
    ) -> tuple[Float[np.ndarray, "k o"], Float[np.ndarray, "k o"]]:
        """Predictions at points in the units of y; the arrays are overwritten."""
        for outcome, standard in enumerate(self.standards):
            means[:, outcome] = standard.mean_in_units(means[:, outcome])
            sds[:, outcome] = standard.sd_in_units(sds[:, outcome])
        if self.tail is not None:
            means[:, 0], sds[:, 0] = self.tail.let_out(means[:, 0], sds[:, 0])
        if self.alignment is not None:
            means, sds = self.alignment.returned(x, means, sds)
        return means, sds

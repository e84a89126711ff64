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
from armwright.optimizer.output_scale import OWN, OutputScale, WantedScale
from armwright.optimizer.shapes import Bool, Float, Int

__all__ = ["Units"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Units:
    """The way of each outcome into the model's units and back.

    Attributes:
        measured: What is known, with tasks on one scale.
        alignment: Of tasks; None where there are none.
        scale: Of the first outcome; None where it is taken as it is.
        standards: Of each outcome.
    """

    measured: Measurements
    alignment: Alignment | None
    scale: OutputScale | None
    standards: tuple[Standardised, ...]

    @classmethod
    def of(cls, problem: Problem, measured: Measurements, *, scale: WantedScale = OWN) -> "Units":
        """Learns them from what is known; `scale` is that of the first outcome."""
        alignment = Alignment.of(problem, measured)
        if alignment is not None:
            measured = alignment.brought(measured)
        columns = [measured.column(outcome) for outcome in range(measured.outcomes)]
        found = scale.of(columns[0])
        if found is not None:
            columns[0] = found.draw_in(columns[0])
        standards = tuple(standardise(column) for column in columns)
        return cls(measured=measured, alignment=alignment, scale=found, standards=standards)

    @property
    def log_slope(self) -> float:
        """Sum of the log derivatives of the first outcome's values by y over its magnitude."""
        y = self.measured.column(0).y
        magnitude = float(np.abs(y).max(initial=0.0)) or 1.0
        unit = magnitude if self.scale is None else 1.0
        slopes = 0.0 if self.scale is None else float(self.scale.log_slopes(y).sum())
        return slopes - len(y) * float(np.log(self.standards[0].scale / unit))

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
        if self.scale is not None:
            means[:, 0], sds[:, 0] = self.scale.let_out(means[:, 0], sds[:, 0])
        if self.alignment is not None:
            means, sds = self.alignment.returned(x, means, sds)
        return means, sds

"""Tasks measured on scales of their own, brought to the scale of the one that arms are made for.

One task's loss may be a percentage and another's a count: their shapes can be alike where their
numbers are not. Each task's observations are shifted and stretched so that mean and spread are
those of the target's, as far as its few observations tell them: logarithms of spreads are drawn
towards their common mean as if by one observation. The target's own stay exactly as they are, so
that bounds on outcomes mean what they say. Where no task is the target nothing is changed: their
numbers are compared with each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from armwright.optimizer.columns import Problem, to_model
from armwright.optimizer.measurements import Measurements
from armwright.optimizer.observations import Observations, standardise
from armwright.optimizer.shapes import Float

__all__ = ["Alignment"]

_Task = tuple[float, ...]
_Scale = tuple[float, float]  # centre and spread, in the outcome's units


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alignment:
    """Where each task's observations lie.

    Attributes:
        columns: The task columns that have a target.
        reference: Centre and spread of each outcome at the target.
        scales: For each outcome, those of each task that was measured.
    """

    columns: tuple[int, ...]
    reference: tuple[_Scale, ...]
    scales: tuple[Mapping[_Task, _Scale], ...]

    @classmethod
    def of(cls, problem: Problem, measured: Measurements) -> "Alignment | None":
        """The alignment of measurements; None where there is no target task."""
        columns = tuple(
            j for j, c in enumerate(problem.columns) if c.role == "task" and c.target is not None
        )
        if not columns:
            return None
        values = np.array([[c.target or 0.0 for c in problem.columns]])
        target = tuple(float(v) for v in to_model(problem, values)[0, list(columns)])
        found = [
            _scales(measured.column(outcome), columns, target)
            for outcome in range(measured.outcomes)
        ]
        return cls(
            columns=columns,
            reference=tuple(reference for reference, _ in found),
            scales=tuple(scales for _, scales in found),
        )

    def brought(self, measured: Measurements) -> Measurements:
        """The measurements on the target's scale."""
        y, noise = measured.y.copy(), None if measured.noise is None else measured.noise.copy()
        for outcome in range(measured.outcomes):
            center, spread, shift, ratio = self._at(measured.x, outcome)
            with np.errstate(over="ignore"):
                moved = np.where(
                    (center == shift) & (ratio == 1.0),
                    y[:, outcome],
                    (y[:, outcome] - center) / spread * (spread * ratio) + shift,
                )
                y[:, outcome] = np.clip(moved, -np.finfo(float).max, np.finfo(float).max)
                if noise is not None:
                    noise[:, outcome] *= ratio**2
        return Measurements(x=measured.x, y=y, noise=noise)

    def returned(
        self,
        x: Float[np.ndarray, "k d"],
        means: Float[np.ndarray, "k o"],
        sds: Float[np.ndarray, "k o"],
    ) -> tuple[Float[np.ndarray, "k o"], Float[np.ndarray, "k o"]]:
        """Means and standard deviations at points, on the scale of each point's own task."""
        means, sds = means.copy(), sds.copy()
        for outcome in range(means.shape[1]):
            center, _, shift, ratio = self._at(x, outcome)
            means[:, outcome] = np.where(
                (center == shift) & (ratio == 1.0),
                means[:, outcome],
                (means[:, outcome] - shift) / ratio + center,
            )
            sds[:, outcome] /= ratio
        return means, sds

    def _at(
        self, x: Float[np.ndarray, "k d"], outcome: int
    ) -> tuple[Float[np.ndarray, " k"], Float[np.ndarray, " k"], float, Float[np.ndarray, " k"]]:
        """Centre and spread of each point's task; the target's centre; its spread over theirs."""
        reference, scales = self.reference[outcome], self.scales[outcome]
        own = [scales.get(tuple(map(float, row)), reference) for row in x[:, list(self.columns)]]
        center, spread = np.array(own, np.float64).reshape(len(x), 2).T
        return center, spread, reference[0], reference[1] / spread


def _scales(
    observations: Observations, columns: tuple[int, ...], target: _Task
) -> tuple[_Scale, dict[_Task, _Scale]]:
    """The target's scale, and that of each task."""
    tasks = [tuple(map(float, row)) for row in observations.x[:, list(columns)]]
    found = {}
    for task in dict.fromkeys(tasks):
        rows = np.array([other == task for other in tasks])
        part = Observations(x=observations.x[rows], y=observations.y[rows])
        standard = standardise(part)
        weight = float(rows.sum() - 1) if standard.y.any() else 0.0
        found[task] = (standard.center, standard.scale, weight)
    total = sum(weight for _, _, weight in found.values())
    common = sum(weight * np.log(scale) for _, scale, weight in found.values() if weight)
    common = common / total if total else 0.0
    scales = {
        task: (center, float(np.exp((weight * np.log(scale) + common) / (weight + 1.0))))
        if weight
        else (center, float(np.exp(common)))
        for task, (center, scale, weight) in found.items()
    }
    if target in scales:
        return scales[target], scales
    return (standardise(observations).center, float(np.exp(common))), scales

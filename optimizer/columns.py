"""The columns of a problem, and the way between raw values and the model's units.

Three spaces, one row per point in each:

    values  raw units, as the user sees them; a choice column holds the code of its level
    x       model units: range columns in [0, 1], evenly spaced in log(value) where the column says
            so; choice columns hold codes 0 .. levels - 1, as floats
    unit    [0, 1] in every column; equal volumes hold equally many values (what Sobol points fill)

Everything here is NumPy, exact where it says so, and loads no JAX.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from armwright.optimizer.shapes import Bool, Float

__all__ = [
    "Column",
    "Condition",
    "Problem",
    "active",
    "feasible",
    "from_unit",
    "lattice",
    "settled",
    "to_model",
    "to_values",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: a number between two bounds, both included, or one of a few unordered levels.

    Attributes:
        kind: "range" or "choice".
        lower: Lower bound of a range, raw units.
        upper: Upper bound of a range, raw units.
        log: Whether the model spaces a range evenly in log(value); needs lower > 0.
        step: 0 for any float; otherwise values are whole multiples of it inside the bounds: 1 for
            integers, 10**-digits for rounded floats (then exactly the float nearest to the
            decimal, as `round` gives it).
        levels: Number of levels of a choice.
        role: "plain"; "task" for a choice whose levels are tasks that teach about each other;
            "fidelity" for how faithfully a point is evaluated.
        target: Of a task or fidelity, the raw value that counts in the end; a task may have none.
    """

    kind: Literal["range", "choice"] = "range"
    lower: float = 0.0
    upper: float = 1.0
    log: bool = False
    step: float = 0.0
    levels: int = 0
    role: Literal["plain", "task", "fidelity"] = "plain"
    target: float | None = None

    def __post_init__(self) -> None:
        self._check_role()
        if self.kind == "choice":
            if self.levels < 1:
                raise ValueError(f"levels: a choice needs at least 1, got {self.levels}")
            return
        if self.kind != "range":
            raise ValueError(f"kind: expected 'range' or 'choice', got {self.kind!r}")
        bounds = f"[{self.lower}, {self.upper}]"
        if not (math.isfinite(self.lower) and math.isfinite(self.upper)):
            raise ValueError(f"bounds must be finite, got {bounds}")
        if not self.lower <= self.upper:
            raise ValueError(f"lower must not be above upper, got {bounds}")
        if not math.isfinite(self.upper - self.lower):
            raise ValueError(f"upper - lower must be finite, got {bounds}")
        if self.log and self.lower <= 0:
            raise ValueError(f"log=True needs lower > 0, got {bounds}")
        if not (math.isfinite(self.step) and self.step >= 0):
            raise ValueError(f"step must be finite and not negative, got {self.step}")
        if self.step > 0:
            if max(abs(self.lower), abs(self.upper)) >= self.step * 2**52:
                raise ValueError(f"step={self.step} is too fine for {bounds}")
            first, last = self.multiples
            if last < first:
                raise ValueError(f"no multiple of step={self.step} lies in {bounds}")

    def _check_role(self) -> None:
        if self.role == "task" and self.kind != "choice":
            raise ValueError(f"role: a task is a choice, got kind={self.kind!r}")
        if self.role == "fidelity" and self.target is None:
            raise ValueError("target: a fidelity needs one, got None")
        if self.role == "plain" and self.target is not None:
            raise ValueError(f"target: only tasks and fidelities have one, got {self.target}")
        if self.target is None:
            return
        lower, upper = (0, self.levels - 1) if self.kind == "choice" else (self.lower, self.upper)
        if not lower <= self.target <= upper:
            raise ValueError(f"target: expected {lower} to {upper}, got {self.target}")

    @property
    def discrete(self) -> bool:
        """Whether the column takes countably many values."""
        return self.kind == "choice" or self.step > 0 or self.lower == self.upper

    @property
    def count(self) -> int | None:
        """Number of values the column takes; None where that is a continuum."""
        if self.kind == "choice":
            return self.levels
        if self.step > 0:
            first, last = self.multiples
            return last - first + 1
        return 1 if self.lower == self.upper else None

    @property
    def multiples(self) -> tuple[int, int]:
        """First and last whole number k with k * step inside the bounds."""
        first, last = round(self.lower / self.step), round(self.upper / self.step)
        first += bool(self.at(np.float64(first)) < self.lower)
        last -= bool(self.at(np.float64(last)) > self.upper)
        return first, last

    def at(self, multiple: Float[np.ndarray, "..."] | np.float64) -> Float[np.ndarray, "..."]:
        """The value k * step; for decimal steps k / 10**digits, the float nearest the decimal."""
        per_unit = round(1.0 / self.step)
        if self.step < 1 and math.isclose(per_unit * self.step, 1.0, rel_tol=1e-9):
            return np.asarray(multiple / per_unit)
        return np.asarray(multiple * self.step)


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """When a column counts: while another one, its parent, counts and has one of some values.

    Attributes:
        column: The column it is about; several conditions about one must all hold.
        parent: Another column, a choice or one with steps.
        values: Raw values of the parent, codes of a choice.
    """

    column: int
    parent: int
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """What may be tried: columns, and linear constraints `weights @ values <= bounds` in raw units.

    Attributes:
        columns: One per coordinate of a point.
        constraint_weights: One row per constraint, zero in choice columns; or None.
        constraint_bounds: One bound per constraint; or None.
        conditions: When columns count that do not always. Where one does not, its value means
            nothing and is the same in all points that are made: the middle one, or the first level.
    """

    columns: tuple[Column, ...]
    constraint_weights: Float[np.ndarray, "r d"] | None = None
    constraint_bounds: Float[np.ndarray, " r"] | None = None
    conditions: tuple[Condition, ...] = ()

    def __post_init__(self) -> None:
        if not self.columns:
            raise ValueError("columns: a problem needs at least one")
        self._check_conditions()
        if (self.constraint_weights is None) != (self.constraint_bounds is None):
            raise ValueError("constraint_weights and constraint_bounds: give both or neither")
        if self.constraint_weights is None or self.constraint_bounds is None:
            return
        rows, width = self.constraint_bounds.shape[0], len(self.columns)
        if self.constraint_weights.shape != (rows, width):
            raise ValueError(
                f"constraint_weights: expected shape {(rows, width)}, "
                f"got {self.constraint_weights.shape}"
            )
        if not (
            np.isfinite(self.constraint_weights).all() and np.isfinite(self.constraint_bounds).all()
        ):
            raise ValueError("constraint_weights and constraint_bounds must be finite")
        for j, column in enumerate(self.columns):
            if column.kind == "choice" and self.constraint_weights[:, j].any():
                raise ValueError(f"constraint_weights: column {j} is a choice, its codes are names")

    def _check_conditions(self) -> None:
        width = len(self.columns)
        for one in self.conditions:
            if not (0 <= one.column < width and 0 <= one.parent < width):
                raise ValueError(f"conditions: expected columns 0 to {width - 1}, got {one}")
            if one.column == one.parent or not self.columns[one.parent].discrete:
                raise ValueError(
                    f"conditions: the parent should be another column that has steps or levels, "
                    f"got {one}"
                )
            if self.columns[one.column].role != "plain":
                raise ValueError(f"conditions: tasks and fidelities always count, got {one}")
            if not one.values:
                raise ValueError(f"conditions: expected at least one value, got {one}")
            if self.constraint_weights is not None and self.constraint_weights[:, one.column].any():
                raise ValueError(
                    f"constraint_weights: column {one.column} does not always count, so that no "
                    "constraint can weigh it"
                )

    @property
    def constrained(self) -> bool:
        """Whether there is at least one linear constraint."""
        return self.constraint_bounds is not None and len(self.constraint_bounds) > 0

    @property
    def discrete(self) -> bool:
        """Whether the whole space is countable."""
        return all(column.discrete for column in self.columns)

    @property
    def size(self) -> int | None:
        """Number of points, constraints not counted; None where that is a continuum."""
        counts = [column.count for column in self.columns]
        return None if None in counts else math.prod(count or 1 for count in counts)


def to_model(problem: Problem, values: Float[np.ndarray, "k d"]) -> Float[np.ndarray, "k d"]:
    """Model units of raw values; values outside the bounds are moved to the nearest bound."""
    x = np.empty(values.shape, np.float64)
    for j, column in enumerate(problem.columns):
        if column.kind == "choice":
            x[:, j] = np.clip(np.rint(values[:, j]), 0, column.levels - 1)
            continue
        raw, (offset, span) = np.clip(values[:, j], column.lower, column.upper), _span(column)
        scaled = np.log(raw) if column.log else raw
        x[:, j] = np.clip((scaled - offset) / span, 0.0, 1.0) if span > 0 else 0.0
    return x


def to_values(problem: Problem, x: Float[np.ndarray, "k d"]) -> Float[np.ndarray, "k d"]:
    """Raw values of points in model units, snapped to the steps and inside the bounds."""
    values = np.empty(x.shape, np.float64)
    for j, column in enumerate(problem.columns):
        if column.kind == "choice":
            values[:, j] = np.clip(np.rint(x[:, j]), 0, column.levels - 1)
            continue
        offset, span = _span(column)
        scaled = offset + np.clip(x[:, j], 0.0, 1.0) * span
        values[:, j] = _snap(column, np.exp(scaled) if column.log else scaled)
    return settled(problem, values)


def from_unit(problem: Problem, unit: Float[np.ndarray, "k d"]) -> Float[np.ndarray, "k d"]:
    """Raw values of points in the unit cube; every level and every step gets its fair share."""
    values = np.empty(unit.shape, np.float64)
    for j, column in enumerate(problem.columns):
        if column.kind == "choice":
            values[:, j] = np.minimum(np.floor(unit[:, j] * column.levels), column.levels - 1)
            continue
        offset, span = _span(column)
        if column.step > 0:  # widen by half a step at both ends, so that the ends are not rare
            first, last = (float(column.at(np.float64(k))) for k in column.multiples)
            low, high = first - column.step / 2, last + column.step / 2
            if column.log:
                offset = math.log(max(low, first / 2))
                span = math.log(high) - offset
            else:
                offset, span = low, high - low
        scaled = offset + unit[:, j] * span
        values[:, j] = _snap(column, np.exp(scaled) if column.log else scaled)
    return settled(problem, values)


def active(problem: Problem, values: Float[np.ndarray, "k d"]) -> Bool[np.ndarray, "k d"]:
    """Which columns count at each point, given as raw values."""
    counts = np.ones(values.shape, bool)
    for _ in problem.conditions:  # a parent may be a child itself
        before = counts.copy()
        for one in problem.conditions:
            counts[:, one.column] &= counts[:, one.parent] & np.isin(
                values[:, one.parent], one.values
            )
        if (counts == before).all():
            break
    return counts


def settled(problem: Problem, values: Float[np.ndarray, "k d"]) -> Float[np.ndarray, "k d"]:
    """Raw values with those that mean nothing put to the one that stands for all."""
    if not problem.conditions:
        return values
    plain = Problem(columns=problem.columns)
    middle = np.array([[0.0 if c.kind == "choice" else 0.5 for c in problem.columns]])
    return np.where(active(problem, values), values, to_values(plain, middle))


def feasible(problem: Problem, values: Float[np.ndarray, "k d"]) -> Bool[np.ndarray, " k"]:
    """Whether each row of raw values satisfies `weights @ values <= bounds` in float64.

    A sum that meets its bound to the last bit depends on the order of adding, so it has to pass
    from left to right, from right to left and as a matrix product: whoever checks agrees.
    """
    if problem.constraint_weights is None or problem.constraint_bounds is None:
        return np.ones(len(values), bool)
    terms = values[:, None, :] * problem.constraint_weights
    sums = [np.zeros(terms.shape[:2]), np.zeros(terms.shape[:2])]
    for j in range(terms.shape[2]):
        sums[0] += terms[:, :, j]
        sums[1] += terms[:, :, terms.shape[2] - 1 - j]
    worst = np.maximum(np.maximum(*sums), values @ problem.constraint_weights.T)
    return np.asarray((worst <= problem.constraint_bounds).all(axis=1))


def lattice(problem: Problem, *, limit: int) -> Float[np.ndarray, "k d"] | None:
    """All feasible points of a countable problem as raw values; None where there are too many.

    Args:
        problem: The columns and constraints.
        limit: Most points to enumerate, infeasible ones counted in.
    """
    if problem.size is None or problem.size > limit:
        return None
    axes = []
    for column in problem.columns:
        if column.kind == "choice":
            axes.append(np.arange(column.levels, dtype=np.float64))
        elif column.step > 0:
            first, last = column.multiples
            axes.append(column.at(np.arange(first, last + 1, dtype=np.float64)))
        else:
            axes.append(np.array([column.lower]))
    points = np.stack([axis.ravel() for axis in np.meshgrid(*axes, indexing="ij")], axis=1)
    if problem.conditions:
        points = settled(problem, points)
        _, once = np.unique(points, axis=0, return_index=True)
        points = points[np.sort(once)]
    return np.asarray(points[feasible(problem, points)])


def _span(column: Column) -> tuple[float, float]:
    """Offset and length of a range in the units the model spaces evenly."""
    if column.log:
        return math.log(column.lower), math.log(column.upper) - math.log(column.lower)
    return column.lower, column.upper - column.lower


def _snap(column: Column, raw: Float[np.ndarray, " k"]) -> Float[np.ndarray, " k"]:
    """The nearest value of the column to each raw number."""
    if column.step > 0:
        first, last = column.multiples
        return column.at(np.clip(np.rint(raw / column.step), first, last))
    return np.asarray(np.clip(raw, column.lower, column.upper))

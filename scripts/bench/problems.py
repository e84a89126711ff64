"""Test functions with known optima, as problems of the optimizer.

Every objective takes one row of raw values and is minimised by definition; `Benchmark.outcomes`
flips the sign, because larger is better in the optimizer. Constraints are to be at most 0.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from armwright.optimizer import Column, Condition, Goal, Problem, hypervolume

__all__ = ["BENCHMARKS", "ISSUE", "Benchmark", "box"]

# Problems with a target of their own, which thus settle no defaults.
ISSUE = (
    "branin",
    "hartmann6",
    "levy8",
    "rosenbrock8",
    "ackley10",
    "noisy-hartmann6",
    "hartmann6-by-8",
)

Row = np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """One test function.

    Attributes:
        name: Name on the command line.
        problem: Its columns and constraints.
        objective: Function of raw values, to be minimised.
        minimum: Its known minimum over the problem, among points that keep the constraints. Where
            there is a second objective, the negative area that the front dominates.
        trials: Evaluations of a run, unless told otherwise.
        bounded: Functions of raw values that are to be at most 0.
        second: A second objective, to be minimised too; or None.
        reference: Where there is one, the largest values of both that are of interest.
        noise: Standard deviation of what is added to each outcome that the optimizer hears of;
            regret is that of the best true value.
        batch: Arms asked for at a time, unless told otherwise.
    """

    name: str
    problem: Problem
    objective: Callable[[Row], float]
    minimum: float
    trials: int
    bounded: tuple[Callable[[Row], float], ...] = ()
    second: Callable[[Row], float] | None = None
    reference: tuple[float, ...] = ()
    noise: float = 0.0
    batch: int = 1

    @property
    def goal(self) -> Goal:
        """What the optimizer is told of it."""
        objectives = 1 if self.second is None else 2
        return Goal(
            weights=np.eye(objectives),
            lower=np.full(len(self.bounded), -np.inf),
            upper=np.zeros(len(self.bounded)),
            reference=-np.array(self.reference) if self.second else None,
        )

    def value(self, row: Row) -> float:
        """The objective's negative: larger is better."""
        return -float(self.objective(row))

    def outcomes(self, row: Row) -> list[float]:
        """The objectives' negatives, then the constraints."""
        second = [] if self.second is None else [-float(self.second(row))]
        return [self.value(row), *second, *(float(bounded(row)) for bounded in self.bounded)]

    def heard(self, y: np.ndarray, seed: int) -> np.ndarray:
        """Outcomes as the optimizer hears of them, the same for every optimizer."""
        return y + self.noise * np.random.default_rng([seed, 77]).standard_normal(y.shape)

    def regret(self, y: np.ndarray) -> float:
        """What the best of these outcomes lack; infinite where none keeps the constraints."""
        kept = y[(y[:, self.goal.objectives :] <= 0).all(axis=1)]
        if self.second is not None:
            return -hypervolume(kept[:, :2], -np.array(self.reference)) - self.minimum
        return float(-kept[:, 0].max(initial=-np.inf) - self.minimum)


def box(lower: float, upper: float, width: int) -> Problem:
    """Columns that all reach from `lower` to `upper`."""
    return Problem(columns=tuple(Column(lower=lower, upper=upper) for _ in range(width)))


def _branin(row: Row) -> float:
    """Dixon and Szego (1978); three equal minima."""
    first, second = row
    bowl = second - 5.1 / (4 * math.pi**2) * first**2 + 5 / math.pi * first - 6
    return float(bowl**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(first) + 10)


_HARTMANN_HEIGHT = np.array([1.0, 1.2, 3.0, 3.2])
_HARTMANN_WIDTH = np.array(
    [
        [10, 3, 17, 3.5, 1.7, 8],
        [0.05, 10, 17, 0.1, 8, 14],
        [3, 3.5, 1.7, 10, 17, 8],
        [17, 8, 0.05, 10, 0.1, 14],
    ]
)
_HARTMANN_CENTER = 1e-4 * np.array(
    [
        [1312, 1696, 5569, 124, 8283, 5886],
        [2329, 4135, 8307, 3736, 1004, 9991],
        [2348, 1451, 3522, 2883, 3047, 6650],
        [4047, 8828, 8732, 5743, 1091, 381],
    ]
)


def _hartmann6(row: Row) -> float:
    """Dixon and Szego (1978); six local minima, the second best 0.12 above the best."""
    inner = np.sum(_HARTMANN_WIDTH * (row - _HARTMANN_CENTER) ** 2, axis=1)
    return -float(_HARTMANN_HEIGHT @ np.exp(-inner))


def _ackley(row: Row) -> float:
    """Ackley (1987); a needle in a nearly flat plateau."""
    root = math.sqrt(float(np.mean(row**2)))
    waves = float(np.mean(np.cos(2 * math.pi * row)))
    return 20 + math.e - 20 * math.exp(-0.2 * root) - math.exp(waves)


def _rosenbrock(row: Row) -> float:
    """Rosenbrock (1960); a curved valley, values over six decades."""
    return float(np.sum(100 * (row[1:] - row[:-1] ** 2) ** 2 + (1 - row[:-1]) ** 2))


def _levy(row: Row) -> float:
    """Levy and Montalvo (1985); many local minima along waves."""
    w = 1 + (row - 1) / 4
    middle = np.sum((w[:-1] - 1) ** 2 * (1 + 10 * np.sin(math.pi * w[:-1] + 1) ** 2))
    last = (w[-1] - 1) ** 2 * (1 + math.sin(2 * math.pi * w[-1]) ** 2)
    return float(math.sin(math.pi * w[0]) ** 2 + middle + last)


def _styblinski(row: Row) -> float:
    """Styblinski and Tang (1990); 2**d local minima."""
    return float(0.5 * np.sum(row**4 - 16 * row**2 + 5 * row))


def _mixed(row: Row) -> float:
    """Ours: a learning rate in log units, a whole number of layers and one of three kinds.

    Each kind has its own best rate; only one of the three reaches 0, at 5 layers and 1e-3.
    """
    rate, layers, dropout, kind = row
    best_rate = (-2.0, -3.0, -4.0)[int(kind)]
    offset = (0.3, 0.0, 0.6)[int(kind)]
    bowl = (math.log10(rate) - best_rate) ** 2 + 0.1 * (layers - 5) ** 2
    return float(offset + bowl + 4 * (dropout - 0.25) ** 2)


def _branches(row: Row) -> float:
    """Ours: a kind, and two parameters of each kind that count for it alone.

    The three have minima 0.3, 0.1 (four of them, in a wave) and 0 (with ripples around it).
    """
    kind = int(row[0])
    a, b = row[1 + 2 * kind], row[2 + 2 * kind]
    if kind == 0:
        return 0.3 + 3 * ((a - 0.2) ** 2 + (b - 0.7) ** 2)
    if kind == 1:
        return 0.6 + 0.5 * math.sin(9 * a) + 4 * (b - 0.4) ** 2
    x, y = a - 0.63, b - 0.31
    return 6 * (x**2 + y**2 + 0.5 * x * y) + 0.25 * (1 - math.cos(12 * x))


def _zdt1(row: Row) -> float:
    """Zitzler, Deb and Thiele (2000); the second objective, the first being the first column."""
    height = 1 + 9 * float(np.mean(row[1:]))
    return height * (1 - math.sqrt(row[0] / height))


_MIXED = Problem(
    columns=(
        Column(lower=1e-6, upper=1.0, log=True),
        Column(lower=1, upper=12, step=1.0),
        Column(lower=0.0, upper=0.9),
        Column(kind="choice", levels=3),
    )
)
_BRANCHES = Problem(
    columns=(Column(kind="choice", levels=3), *(Column() for _ in range(6))),
    conditions=tuple(
        Condition(column=1 + 2 * kind + place, parent=0, values=(float(kind),))
        for kind in range(3)
        for place in range(2)
    ),
)
_BRANIN = Problem(columns=(Column(lower=-5, upper=10), Column(lower=0, upper=15)))
_HARTMANN6 = Benchmark(
    name="hartmann6",
    problem=box(0, 1, 6),
    objective=_hartmann6,
    minimum=-3.32236801141551,
    trials=60,
)

BENCHMARKS: dict[str, Benchmark] = {
    benchmark.name: benchmark
    for benchmark in (
        Benchmark(
            name="branin", problem=_BRANIN, objective=_branin, minimum=0.39788735773, trials=30
        ),
        _HARTMANN6,
        replace(_HARTMANN6, name="noisy-hartmann6", noise=0.1),
        replace(_HARTMANN6, name="hartmann6-by-8", trials=64, batch=8),
        Benchmark(name="levy8", problem=box(-10, 10, 8), objective=_levy, minimum=0.0, trials=80),
        Benchmark(  # shifted, so that the optimum is not in the middle
            name="ackley10",
            problem=box(-20, 32.8, 10),
            objective=_ackley,
            minimum=0.0,
            trials=80,
        ),
        Benchmark(
            name="rosenbrock8",
            problem=box(-5, 10, 8),
            objective=_rosenbrock,
            minimum=0.0,
            trials=80,
        ),
        Benchmark(
            name="styblinski5",
            problem=box(-5, 5, 5),
            objective=_styblinski,
            minimum=-39.16616570377142 * 5,
            trials=50,
        ),
        Benchmark(name="mixed4", problem=_MIXED, objective=_mixed, minimum=0.0, trials=40),
        Benchmark(name="branches7", problem=_BRANCHES, objective=_branches, minimum=0.0, trials=35),
        Benchmark(  # Gramacy et al. (2016); a plane between two curved constraints
            name="gramacy",
            problem=box(0, 1, 2),
            objective=lambda row: float(row.sum()),
            minimum=0.5997880520,
            trials=25,
            bounded=(
                lambda row: (
                    1.5
                    - row[0]
                    - 2 * row[1]
                    - 0.5 * math.sin(2 * math.pi * (row[0] ** 2 - 2 * row[1]))
                ),
                lambda row: row[0] ** 2 + row[1] ** 2 - 1.5,
            ),
        ),
        Benchmark(  # two of three optima lie outside the disk
            name="disk-branin",
            problem=_BRANIN,
            objective=_branin,
            minimum=0.39788735773,
            trials=30,
            bounded=(lambda row: (row[0] - 2.5) ** 2 + (row[1] - 7.5) ** 2 - 50,),
        ),
        Benchmark(  # a ball with 0.9 % of the cube is allowed
            name="corner-hartmann6",
            problem=box(0, 1, 6),
            objective=_hartmann6,
            minimum=-3.32236801141551,
            trials=60,
            bounded=(
                lambda row: float(np.linalg.norm(row - (0.3, 0.2, 0.4, 0.3, 0.3, 0.6))) - 0.35,
            ),
        ),
        Benchmark(
            name="zdt1",
            problem=box(0, 1, 4),
            objective=lambda row: float(row[0]),
            second=_zdt1,
            reference=(1.1, 1.1),
            minimum=-(1.1 - 1 / 3 + 0.11),
            trials=40,
        ),
        Benchmark(  # Binh and Korn (1997), with its two constraints
            name="binh-korn",
            problem=Problem(columns=(Column(lower=0, upper=5), Column(lower=0, upper=3))),
            objective=lambda row: float(4 * row[0] ** 2 + 4 * row[1] ** 2),
            second=lambda row: float((row[0] - 5) ** 2 + (row[1] - 5) ** 2),
            reference=(140.0, 50.0),
            minimum=-(5285 + 1 / 3),
            trials=30,
            bounded=(
                lambda row: (row[0] - 5) ** 2 + row[1] ** 2 - 25,
                lambda row: 7.7 - (row[0] - 8) ** 2 - (row[1] + 3) ** 2,
            ),
        ),
    )
}

"""A Sobol sequence over a search space: points that fill it evenly, without any data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

import numpy as np

from armwright.generation.rejection import accepted
from armwright.generation.seed import checked_seed, fresh_seed
from armwright.optimizer import sobol

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from armwright.generation.encoding import Encoding

__all__ = ["SobolGenerator"]


@final
class SobolGenerator:
    """Where a Sobol sequence stands.

    Attributes:
        seed: Decides the scrambling, hence every point; fresh if it is not given.
        deduplicate: Whether points that were made before, by this generator or for the experiment,
            are never made again.
        init_position: The position in the sequence of the next point.
        scramble: Whether the sequence is scrambled by the seed. Without, it is the plain one of
            Joe and Kuo (2008), which starts in the middle of the space: the sequence's very first
            point, a corner, is left out.
        generated_points: Points not to make again, whether or not `deduplicate` is set: a row per
            point and a column per tunable parameter, the parameters' own values (of a choice, the
            position of the value). It grows where `deduplicate` is set.
        middle_first: Whether a scrambled sequence begins in the middle of the ranges. That of a
            generation strategy does; of one drawn for its own sake every point is random.
    """

    def __init__(
        self,
        seed: int | None = None,
        deduplicate: bool = False,
        init_position: int = 0,
        scramble: bool = True,
        generated_points: Any = None,
        middle_first: bool = False,
    ) -> None:
        self.seed = fresh_seed() if seed is None else checked_seed(seed, "seed")
        self.deduplicate = deduplicate
        self.init_position = int(init_position)
        self.scramble = scramble
        self.generated_points: NDArray[np.float64] | None = (
            None if generated_points is None else np.asarray(generated_points, dtype=np.float64)
        )
        self.middle_first = middle_first

    def gen(
        self, n: int, encoding: Encoding, known: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], dict[str, Any]]:
        """Draws the next points.

        Args:
            n: How many.
            encoding: The search space.
            known: Rows of points made by others; they count where `deduplicate` is set.

        Returns:
            Rows, fewer than `n` where the space has no more; and what there is to record.

        Raises:
            ValueError: No point keeps the constraints, or `generated_points` have another width.
        """
        exclude = self._excluded(encoding, known)
        record = {"seed": self.seed, "init_position": self.init_position}
        if self.scramble:
            rows = self._scrambled(n, encoding, exclude)
        else:
            rows, self.init_position = accepted(
                encoding.problem,
                lambda start, count: _plain(len(encoding.problem.columns), start, count),
                start=self.init_position,
                count=n,
                exclude=exclude,
            )
        if self.deduplicate:
            before = encoding.table([]) if self.generated_points is None else self.generated_points
            self.generated_points = np.concatenate([before, rows])
        return rows, {**record, "next_position": self.init_position}

    def _excluded(
        self, encoding: Encoding, known: NDArray[np.float64]
    ) -> NDArray[np.float64] | None:
        """Rows not to make; None where repeats are welcome."""
        mine, width = self.generated_points, len(encoding.problem.columns)
        if mine is not None and (mine.ndim != 2 or mine.shape[1] != width):
            raise ValueError(
                f"generated_points: expected a row per point and {width} columns, "
                f"got shape {mine.shape}"
            )
        if not self.deduplicate:
            return mine
        return known if mine is None else np.concatenate([mine, known])

    def _scrambled(
        self, n: int, encoding: Encoding, exclude: NDArray[np.float64] | None
    ) -> NDArray[np.float64]:
        # One draw never repeats a point of a countable space, so repeats take a draw per point.
        counts = [1] * n if encoding.problem.discrete and not self.deduplicate else [n]
        rows = [encoding.table([])]
        for count in counts:
            draw = sobol(
                encoding.problem,
                seed=self.seed,
                start=self.init_position,
                count=count,
                exclude=exclude,
                middle_first=self.middle_first,
            )
            rows.append(draw.values)
            self.init_position = draw.next_position
        return np.concatenate(rows)


def _plain(width: int, start: int, count: int) -> NDArray[np.float64]:
    from scipy.stats import qmc

    engine = qmc.Sobol(width, scramble=False)
    engine.fast_forward(start + 1)
    points: NDArray[np.float64] = engine.random(count)
    return points

"""Independent uniform draws from a search space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, final

import numpy as np

from armwright.generation.rejection import accepted
from armwright.generation.seed import checked_seed, fresh_seed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from armwright.generation.encoding import Encoding

__all__ = ["UniformGenerator"]


@final
class UniformGenerator:
    """Uniform draws, uniform in the logarithm where a parameter is on a log scale.

    Attributes:
        seed: Decides every draw; fresh if it is not given.
        deduplicate: Whether points that were made before, by this generator or for the experiment,
            are never made again.
        init_position: How many points were drawn so far. Point number k depends on the seed and k
            alone, so that another process can go on.
    """

    def __init__(
        self, seed: int | None = None, deduplicate: bool = False, init_position: int = 0
    ) -> None:
        self.seed = fresh_seed() if seed is None else checked_seed(seed, "seed")
        self.deduplicate = deduplicate
        self.init_position = int(init_position)
        self._made: list[list[float]] = []

    def gen(
        self, n: int, encoding: Encoding, known: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], dict[str, Any]]:
        """Draws the next points. See `SobolGenerator.gen`."""
        width = len(encoding.problem.columns)
        record = {"seed": self.seed, "init_position": self.init_position}
        exclude = None
        if self.deduplicate:
            exclude = np.concatenate([known, encoding.table(self._made)])
        rows, self.init_position = accepted(
            encoding.problem,
            lambda start, count: np.array(
                [
                    np.random.default_rng([self.seed, place]).random(width)
                    for place in range(start, start + count)
                ]
            ),
            start=self.init_position,
            count=n,
            exclude=exclude,
        )
        if self.deduplicate:
            self._made += rows.tolist()
        return rows, {**record, "next_position": self.init_position}

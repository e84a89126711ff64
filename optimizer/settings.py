"""What a caller may tune about a suggestion; the defaults are measured (scripts/bench)."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Sizes of the search and the fit. The first five are part of a compiled program's shape.

    Attributes:
        global_candidates: Sobol points screened for each arm.
        local_candidates: Points screened around the incumbents.
        searches: Quasi-Newton searches, half of them from each kind of candidate.
        draws: Joint posterior draws of the pending points.
        fit_starts: Most starts of a fit.
        fit_limit: Most evaluations of the posterior density per start.
        search_limit: Most evaluations of the acquisition per search.
        fit_rows: Observations hyperparameters are fitted to where there are many more.
        exact_rows: Most observations of one outcome that a model is conditioned on; of several
            outcomes as many as fit into the same memory, some 1 GB.
        local_rows: Observations it keeps where there are more than that.
        output_warp: The scale that an objective is modelled on: its own, or its logarithm's by
            "turns" where it is skewed; the "likeliest" of its own, that of Yeo and Johnson's power
            and the logarithm's; or always its own ("none").
        input_warp: Whether the ranges' coordinates are warped so that the objective is stationary,
            from 20 observations of one outcome on.
    """

    global_candidates: int = 512
    local_candidates: int = 256
    searches: int = 8
    draws: int = 16
    fit_starts: int = 4
    fit_limit: int = 60
    search_limit: int = 50
    fit_rows: int = 512
    exact_rows: int = 4000
    local_rows: int = 2000
    output_warp: Literal["turns", "likeliest", "none"] = "turns"
    input_warp: bool = False

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, int) and not isinstance(value, bool) and value < 1:
                raise ValueError(f"{name}: expected at least 1, got {value}")
        if self.output_warp not in ("turns", "likeliest", "none"):
            raise ValueError(
                f"output_warp: expected 'turns', 'likeliest' or 'none', got {self.output_warp!r}"
            )
        if self.searches < 2 or self.searches > min(self.global_candidates, self.local_candidates):
            raise ValueError(
                f"searches: expected from 2 to the number of candidates, got {self.searches}"
            )

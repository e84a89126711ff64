"""The error of a search space that has no further arm."""

from typing import final

from armwright.errors import NothingLeftError

__all__ = ["SearchSpaceExhausted"]


@final
class SearchSpaceExhausted(NothingLeftError, ValueError):
    """Every point of the search space was tried already; a ValueError as in the flat Ax API."""

    def __init__(self, *, wanted: int, found: int, used: int) -> None:
        some = "too few" if found else "no"
        super().__init__(
            f"the search space has {some} further arms: {used} are used up, "
            f"{found} of {wanted} were found",
            hint="widen a bound, add values, or end the experiment here",
        )

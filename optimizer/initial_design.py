"""How many points fill the space before there is a model."""

__all__ = ["initial_points"]

_FEWEST, _MOST = 5, 16


def initial_points(columns: int) -> int:
    """One for each column, but at least 5 and at most 16.

    A model of many columns learns soon which of them matter: with 16 points to begin with, two
    columns among a hundred are tuned within 80 trials, fewer than a point for each would take
    (`branin-in-100` in scripts/bench).

    Args:
        columns: What can be tuned.
    """
    return max(_FEWEST, min(columns, _MOST))

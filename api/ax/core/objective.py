"""The names of `ax.core.objective`."""

from armwright.experiment import MultiObjective, Objective, ScalarizedObjective

__all__ = ["MultiObjective", "Objective", "ScalarizedObjective"]

"""What an experiment optimizes, and within which bounds."""

from armwright.experiment.cloneable import Cloneable
from armwright.experiment.metric import Metric
from armwright.experiment.objective import Objective
from armwright.experiment.outcome_constraint import OutcomeConstraint

__all__ = ["OptimizationConfig"]


class OptimizationConfig(Cloneable):
    """An objective and outcome constraints.

    Invariant: no constraint is on a metric of the objective, and a metric has at most one lower and
    one upper bound, the lower one being below the upper one.
    """

    def __init__(
        self, objective: Objective, outcome_constraints: list[OutcomeConstraint] | None = None
    ) -> None:
        constraints = [] if outcome_constraints is None else outcome_constraints
        _check(objective, constraints)
        self._objective = objective
        self._outcome_constraints = constraints

    @property
    def objective(self) -> Objective:
        """What is optimized."""
        return self._objective

    @objective.setter
    def objective(self, objective: Objective) -> None:
        _check(objective, self._outcome_constraints)
        self._objective = objective

    @property
    def outcome_constraints(self) -> list[OutcomeConstraint]:
        """The bounds on other metrics."""
        return self._outcome_constraints

    @outcome_constraints.setter
    def outcome_constraints(self, outcome_constraints: list[OutcomeConstraint]) -> None:
        _check(self._objective, outcome_constraints)
        self._outcome_constraints = outcome_constraints

    @property
    def metrics(self) -> dict[str, Metric]:
        """All metrics of the objective and of the constraints, by name."""
        bounded = [constraint.metric for constraint in self._outcome_constraints]
        return {metric.name: metric for metric in [*bounded, *self._objective.metrics]}

    def _description(self) -> str:
        return f"objective={self._objective!r}, outcome_constraints={self._outcome_constraints!r}"


def _check(objective: Objective, constraints: list[OutcomeConstraint]) -> None:
    optimized = {metric.name for metric in objective.metrics}
    by_metric: dict[str, list[OutcomeConstraint]] = {}
    for constraint in constraints:
        if constraint.metric.name in optimized:
            raise ValueError(f"{constraint!r}: cannot constrain a metric of the objective")
        by_metric.setdefault(constraint.metric.name, []).append(constraint)
    for name, bounds in by_metric.items():
        if len(bounds) == 1:
            continue
        lower = [constraint for constraint in bounds if constraint.is_lower_bound]
        upper = [constraint for constraint in bounds if not constraint.is_lower_bound]
        if len(lower) != 1 or len(upper) != 1:
            raise ValueError(
                f"metric {name!r}: can have one lower and one upper bound, got {bounds}"
            )
        if lower[0].bound >= upper[0].bound:
            raise ValueError(f"metric {name!r}: lower bound must be below upper, got {bounds}")

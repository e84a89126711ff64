"""Constraints written as text, the form `ax.optimize`, `AxClient` and experiment files share.

    x1 <= x2                      an order of two parameters
    x1 - 2*x2 + 3.5*x3 >= 2       a linear constraint: at least two terms, no blank around `*`
    latency <= 40                 an outcome constraint on a metric, absolute
    latency <= 4.2%               relative to the status quo

Tokens are separated by blanks.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from armwright.experiment.comparison_op import ComparisonOp
from armwright.experiment.metric import Metric
from armwright.experiment.order_constraint import OrderConstraint
from armwright.experiment.outcome_constraint import OutcomeConstraint
from armwright.experiment.parameter_constraint import ParameterConstraint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.experiment.parameter import Parameter

__all__ = ["outcome_constraint_from_text", "parameter_constraint_from_text"]

_COMPARISONS = {"<=": ComparisonOp.LEQ, ">=": ComparisonOp.GEQ}
_SIGNS = {"+": 1.0, "-": -1.0}


def parameter_constraint_from_text(
    text: str, parameters: Mapping[str, Parameter]
) -> ParameterConstraint:
    """Makes the constraint on parameters that `text` describes.

    Raises:
        ValueError: The text has another form, or a number in it is not one.
        AssertionError: It names a parameter that is not among `parameters`.
    """
    tokens = text.split()
    comparison = tokens[-2] if len(tokens) >= 3 else ""
    if len(tokens) % 2 == 0 or comparison not in _COMPARISONS:
        raise ValueError(
            "Parameter constraint should be 'x <= y', or a sum of terms such as "
            f"'x + 2*y <= 3' with blanks between tokens, got {text!r}"
        )
    if len(tokens) == 3:
        left, right = (_known(tokens[i], parameters, text) for i in (0, 2))
        lower, upper = (left, right) if comparison == "<=" else (right, left)
        return OrderConstraint(lower_parameter=lower, upper_parameter=upper)

    try:
        bound = _finite(tokens[-1])
    except ValueError as error:
        raise ValueError(
            f"Bound for the constraint should be a number, got {tokens[-1]!r} in {text!r}"
        ) from error
    flip = 1.0 if comparison == "<=" else -1.0
    signs = ["+", *tokens[1:-2:2]]
    for sign in signs:
        if sign not in _SIGNS:
            raise ValueError(
                "A linear constraint should be terms joined by + or -, without blanks around "
                f"'*', got {sign!r} in {text!r}"
            )
    weights: dict[str, float] = {}
    for term, sign in zip(tokens[0:-2:2], signs, strict=True):
        name, multiplier = _term(term, text)
        weight = flip * _SIGNS[sign] * multiplier
        weights[_known(name, parameters, text).name] = weights.get(name, 0.0) + weight
    return ParameterConstraint(constraint_dict=weights, bound=flip * bound)


def outcome_constraint_from_text(text: str) -> OutcomeConstraint:
    """Makes the constraint on a metric that `text` describes; relative only when it ends in %.

    Raises:
        ValueError: The bound is not a number.
        AssertionError: The text is not a metric, <= or >=, and a bound.
    """
    tokens = text.split()
    if len(tokens) != 3 or tokens[1] not in _COMPARISONS:
        raise AssertionError(
            f"Outcome constraint should be 'metric <= 4' or 'metric >= 4.2%', got {text!r}"
        )
    name, comparison, bound = tokens
    relative = bound.endswith("%")
    try:
        number = _finite(bound.removesuffix("%"))
    except ValueError as error:
        raise ValueError(
            f"Outcome constraint bound should be a number, or one and %, got {bound!r} in {text!r}"
        ) from error
    return OutcomeConstraint(
        metric=Metric(name=name), op=_COMPARISONS[comparison], bound=number, relative=relative
    )


def _known(name: str, parameters: Mapping[str, Parameter], text: str) -> Parameter:
    if name not in parameters:
        raise AssertionError(
            f"{name!r} in {text!r} is no parameter of this search space, which has "
            f"{sorted(parameters)}"
        )
    return parameters[name]


def _term(term: str, text: str) -> tuple[str, float]:
    multiplier, star, name = term.rpartition("*")
    if not star:
        return (term[1:], -1.0) if term.startswith("-") else (term, 1.0)
    if not multiplier or not name or "*" in multiplier:
        raise ValueError(
            f"A linear constraint should be terms such as 2*x, got {term!r} in {text!r}"
        )
    try:
        return name, _finite(multiplier)
    except ValueError as error:
        raise ValueError(f"Multiplier should be float, got {multiplier!r} in {text!r}") from error


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is not finite")
    return number

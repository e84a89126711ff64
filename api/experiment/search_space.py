"""The set of points an experiment may try."""

from collections.abc import Iterable, Mapping, Sequence
from typing import cast, final

from armwright.experiment.aliases import TParameterization, TParamValue
from armwright.experiment.arm import Arm
from armwright.experiment.cloneable import Cloneable
from armwright.experiment.fixed_parameter import FixedParameter
from armwright.experiment.order_constraint import OrderConstraint
from armwright.experiment.parameter import Parameter
from armwright.experiment.parameter_constraint import ParameterConstraint
from armwright.experiment.parameter_type import ParameterType
from armwright.experiment.pictured import facts_html, table_html
from armwright.experiment.sum_constraint import SumConstraint

__all__ = ["SearchSpace"]


@final
class SearchSpace(Cloneable):
    """Parameters, and linear inequalities between them.

    Invariant: parameter names are unique, and every constraint speaks of parameters of this space
    only.

    Args:
        parameters: In the order in which tables show them.
        parameter_constraints: None for none.
    """

    def __init__(
        self,
        parameters: Sequence[Parameter],
        parameter_constraints: Sequence[ParameterConstraint] | None = None,
    ) -> None:
        self._parameters: dict[str, Parameter] = {}
        self._parameter_constraints: list[ParameterConstraint] = []
        for parameter in parameters:
            self.add_parameter(parameter)
        self.set_parameter_constraints(parameter_constraints or [])

    @property
    def parameters(self) -> dict[str, Parameter]:
        """Parameter name to parameter, the dictionary itself."""
        return self._parameters

    @property
    def parameter_constraints(self) -> list[ParameterConstraint]:
        """The constraints, the list itself."""
        return self._parameter_constraints

    @property
    def tunable_parameters(self) -> dict[str, Parameter]:
        """The parameters that are not fixed, by name."""
        return {
            name: parameter
            for name, parameter in self._parameters.items()
            if not isinstance(parameter, FixedParameter)
        }

    def add_parameter(self, parameter: Parameter) -> None:
        """Adds a parameter under a new name."""
        if parameter.name in self._parameters:
            raise ValueError(
                f"search space: parameter names must be unique, got {parameter.name!r} twice; "
                "update_parameter replaces one"
            )
        self._parameters[parameter.name] = parameter

    def update_parameter(self, parameter: Parameter) -> None:
        """Replaces the parameter of this name by one of the same parameter type."""
        old = self._parameters.get(parameter.name)
        if old is None:
            raise ValueError(self._unknown([parameter.name]))
        if parameter.parameter_type is not old.parameter_type:
            raise ValueError(
                f"search space: parameter {parameter.name!r} must keep its type "
                f"{old.parameter_type.name}, got {parameter.parameter_type.name}"
            )
        self._parameters[parameter.name] = parameter

    def set_parameter_constraints(
        self, parameter_constraints: Sequence[ParameterConstraint]
    ) -> None:
        """Replaces all constraints."""
        self._check_constraints(parameter_constraints)
        self._parameter_constraints = list(parameter_constraints)

    def add_parameter_constraints(
        self, parameter_constraints: Sequence[ParameterConstraint]
    ) -> None:
        """Adds to the constraints; all of them, or none if one is wrong."""
        self._check_constraints(parameter_constraints)
        self._parameter_constraints.extend(parameter_constraints)

    def check_membership(
        self, parameterization: Mapping[str, TParamValue], raise_error: bool = False
    ) -> bool:
        """Whether there is a value for each parameter, it can take it, and the constraints hold.

        Args:
            parameterization: Parameter name to value, the names being exactly those of the space.
            raise_error: Whether to say in a ValueError what is wrong rather than return False.
        """
        return _answer(self._why_no_member(parameterization), raise_error)

    def check_types(
        self,
        parameterization: Mapping[str, TParamValue],
        allow_none: bool = True,
        raise_error: bool = False,
    ) -> bool:
        """Whether there is a value of the right type for each parameter, in bounds or not.

        Args:
            parameterization: Parameter name to value, the names being exactly those of the space.
            allow_none: Whether None counts as a value of every type.
            raise_error: Whether to say in a ValueError what is wrong rather than return False.
        """
        return _answer(self._why_wrong_type(parameterization, allow_none=allow_none), raise_error)

    def cast_arm(self, arm: Arm) -> Arm:
        """A new arm with its values cast to the types of the space; names unknown here stay."""
        values: TParameterization = {
            name: self._parameters[name].cast(value) if name in self._parameters else value
            for name, value in arm.parameters.items()
        }
        return Arm(values, arm.name if arm.has_name else None)

    def out_of_design_arm(self) -> Arm:
        """A new arm that has the value None, no value at all, for every parameter."""
        return self.construct_arm()

    def construct_arm(
        self, parameters: TParameterization | None = None, name: str | None = None
    ) -> Arm:
        """A new arm with the values given, None for every parameter not named."""
        given = parameters or {}
        unknown = [key for key in given if key not in self._parameters]
        if unknown:
            raise ValueError(self._unknown(unknown))
        for key, value in given.items():
            if value is not None and not self._parameters[key].validate(value):
                raise ValueError(self._outside(key, value))
        return Arm({key: given.get(key) for key in self._parameters}, name)

    def _why_no_member(self, values: Mapping[str, TParamValue]) -> str:
        """What keeps the values out of the space, an empty text if nothing does."""
        if values.keys() != self._parameters.keys():
            return self._wrong_names(values)
        for name, parameter in self._parameters.items():
            if not parameter.validate(values[name]):
                return self._outside(name, values[name])
        # Only numeric parameters stand in constraints, and validate() has let numbers through.
        numbers = cast("Mapping[str, float]", values)
        for constraint in self._parameter_constraints:
            if not constraint.check(numbers):
                return f"search space: {constraint!r} does not hold for {dict(values)}"
        return ""

    def _why_wrong_type(self, values: Mapping[str, TParamValue], *, allow_none: bool) -> str:
        """Which value has the wrong type, an empty text if none has."""
        if values.keys() != self._parameters.keys():
            return self._wrong_names(values)
        for name, parameter in self._parameters.items():
            value = values[name]
            if value is None and allow_none:
                continue
            if not parameter.is_valid_type(value):
                return (
                    f"parameter {name!r}: must have a value of type "
                    f"{parameter.parameter_type.name}, got {value!r}"
                )
        return ""

    def _check_constraints(self, constraints: Iterable[ParameterConstraint]) -> None:
        for constraint in constraints:
            unknown = [name for name in constraint.constraint_dict if name not in self._parameters]
            if unknown:
                raise ValueError(f"{constraint!r}: {self._unknown(unknown)}")
            for name in constraint.constraint_dict:
                if self._parameters[name].parameter_type is ParameterType.STRING:
                    raise ValueError(
                        f"{constraint!r}: needs numbers, parameter {name!r} has type STRING"
                    )
            if not isinstance(constraint, (OrderConstraint, SumConstraint)):
                continue
            for parameter in constraint.parameters:
                if parameter != self._parameters[parameter.name]:
                    raise ValueError(
                        f"{constraint!r}: its parameter must equal the search space's "
                        f"{self._parameters[parameter.name]!r}, got {parameter!r}"
                    )

    def _outside(self, name: str, value: TParamValue) -> str:
        return f"parameter {name!r}: must be a value of {self._parameters[name]!r}, got {value!r}"

    def _unknown(self, names: list[str]) -> str:
        return (
            f"search space: has no parameter {', '.join(map(repr, names))}; "
            f"its parameters are {list(self._parameters)}"
        )

    def _wrong_names(self, values: Mapping[str, TParamValue]) -> str:
        missing = [name for name in self._parameters if name not in values]
        extra = [name for name in values if name not in self._parameters]
        return (
            f"search space: needs a value for exactly {list(self._parameters)}, "
            f"missing {missing}, unknown {extra}"
        )

    def _description(self) -> str:
        return (
            f"parameters={list(self._parameters.values())}, "
            f"parameter_constraints={self._parameter_constraints}"
        )

    def _repr_html_(self) -> str:
        """What notebooks show."""
        rows = [(name, repr(parameter)) for name, parameter in self.parameters.items()]
        constraints = [("constraint", repr(item)) for item in self.parameter_constraints]
        return facts_html("search space", constraints) + table_html(("name", "parameter"), rows)


def _answer(problem: str, raise_error: bool) -> bool:
    if problem and raise_error:
        raise ValueError(problem)
    return not problem

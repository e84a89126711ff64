"""From a search space and its data to the optimizer's arrays, and back.

    column   one tunable parameter; fixed parameters have none
    row      one arm's values, a column each, in the parameter's own unit; of a choice parameter the
             position of its value in `values`

A space of fixed parameters alone has one column that is always zero, because the optimizer needs
something to hold.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, final

import numpy as np

from armwright.experiment import (
    ChoiceParameter,
    FixedParameter,
    ParameterType,
    RangeParameter,
    TrialStatus,
)
from armwright.generation.results import results
from armwright.optimizer import Column, Observations, Problem, to_model

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from armwright.experiment import (
        Arm,
        Data,
        Experiment,
        Parameter,
        ParameterConstraint,
        SearchSpace,
        TParameterization,
        TParamValue,
    )

__all__ = [
    "Encoding",
    "Observed",
    "checked_values",
    "encode",
    "failed_arms",
    "failing_arms",
    "latest_data",
    "observe",
    "open_arms",
]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How one search space maps to the optimizer's columns.

    Attributes:
        parameters: The tunable parameters, in column order.
        fixed: The values every arm shares, by parameter name.
        names: All parameter names, in the order of the search space.
        problem: The columns and linear constraints, as the optimizer takes them.
        targets: The task and the fidelity that count in the end, by parameter name.
        shape: What rows depend on; the same object for spaces that give every arm the same row.
    """

    parameters: tuple[Parameter, ...]
    fixed: Mapping[str, Any]
    names: tuple[str, ...]
    problem: Problem
    targets: Mapping[str, Any]
    shape: object

    def row(self, parameterization: TParameterization) -> list[float] | None:
        """The arm's row, or None where a value is missing or lies outside its parameter's domain.

        The optimizer has no place outside the bounds. What an arm has for fixed parameters does
        not matter.
        """
        if not self.parameters:
            return [0.0]
        row = []
        for parameter in self.parameters:
            value = parameterization.get(parameter.name)
            if value is None:
                return None
            if isinstance(parameter, ChoiceParameter):
                if value not in parameter.values:
                    return None
                row.append(float(parameter.values.index(value)))
            elif isinstance(value, str) or not _is_within(parameter, value):
                return None
            else:
                row.append(float(value))
        return row

    def rows(self, arms: Iterable[Arm]) -> NDArray[np.float64]:
        """The rows of the arms that have one, shape (number of them, columns)."""
        return self.table([row for arm in arms if (row := self.row_of(arm)) is not None])

    def row_of(self, arm: Arm) -> list[float] | None:
        """The same as `row`, worked out once for each arm: its values never change.

        An experiment of ten thousand arms asks for all of their rows each time it makes another.
        """
        known = arm._row
        if known is None or known[0] is not self.shape:
            known = arm._row = (self.shape, self.row(arm._parameters))
        return known[1]

    def used(self, arms: Iterable[Arm]) -> NDArray[np.float64]:
        """The rows of those arms that also have the values all arms of this space share."""
        if not self.fixed:
            return self.rows(arms)
        return self.rows(arm for arm in arms if self.fixed.items() <= arm._parameters.items())

    def table(self, rows: Sequence[Sequence[float]]) -> NDArray[np.float64]:
        """Rows as an array, two-dimensional even where there are none."""
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(self.problem.columns))

    def columns_of(self, values: TParameterization) -> dict[int, float]:
        """Values by column, as rows hold them; those of fixed parameters have none.

        Raises:
            ValueError: A parameter does not exist or cannot have the value.
        """
        found = {}
        for place, parameter in enumerate(self.parameters):
            if parameter.name in values:
                value = values[parameter.name]
                if isinstance(parameter, ChoiceParameter):
                    value = parameter.values.index(value)
                assert value is not None  # noqa: S101 - `checked_values` refused it
                found[place] = float(value)
        return found

    def parameterization(self, row: Sequence[float] | NDArray[np.float64]) -> dict[str, Any]:
        """The parameter values of a row, in their declared Python types."""
        values: dict[str, Any] = dict(self.fixed)
        for parameter, number in zip(self.parameters, row, strict=bool(self.parameters)):
            if isinstance(parameter, ChoiceParameter):
                values[parameter.name] = parameter.values[int(number)]
            elif parameter.parameter_type is ParameterType.INT:
                values[parameter.name] = round(float(number))
            else:
                values[parameter.name] = parameter.cast(float(number))
        return {name: values[name] for name in self.names}


def encode(search_space: SearchSpace, *, held: TParameterization | None = None) -> Encoding:
    """Describes a search space to the optimizer.

    Args:
        search_space: The space.
        held: Values that parameters are to have in every arm, as if they were fixed parameters.

    Raises:
        ValueError: A linear constraint weighs a parameter that is not a number, or a parameter to
            be held does not exist or cannot have that value.
    """
    held = checked_values(search_space, held or {})
    fixed = {
        parameter.name: held.get(parameter.name, getattr(parameter, "value", None))
        for parameter in search_space.parameters.values()
        if isinstance(parameter, FixedParameter) or parameter.name in held
    }
    parameters = tuple(
        parameter for parameter in search_space.parameters.values() if parameter.name not in fixed
    )
    constraints = search_space.parameter_constraints
    columns = tuple(_column(parameter) for parameter in parameters) or (_NOTHING,)
    weights = np.zeros((len(constraints), len(columns)))
    bounds = np.zeros(len(constraints))
    for i, constraint in enumerate(constraints):
        weights[i, : len(parameters)], bounds[i] = _half_space(constraint, parameters, fixed)
    return Encoding(
        parameters=parameters,
        fixed=fixed,
        names=tuple(search_space.parameters),
        targets={
            parameter.name: target
            for parameter in parameters
            if (target := _target(parameter)) is not None
        },
        shape=_shape(tuple(map(_domain, parameters))),
        problem=Problem(
            columns=columns,
            constraint_weights=weights if len(constraints) else None,
            constraint_bounds=bounds if len(constraints) else None,
        ),
    )


def _domain(parameter: Parameter) -> tuple[Any, ...]:
    """What decides which number stands for a value of a parameter."""
    if isinstance(parameter, ChoiceParameter):
        return (parameter.name, tuple(parameter.values))
    assert isinstance(parameter, RangeParameter)  # noqa: S101 - the three classes are all there are
    return (parameter.name, parameter.lower, parameter.upper)


@lru_cache(maxsize=64)
def _shape(domains: tuple[Any, ...]) -> object:
    """One object for equal arguments."""
    return domains


_NOTHING = Column(kind="range", lower=0.0, upper=0.0)
_DONE = TrialStatus.COMPLETED  # of most trials of a long experiment; asked for first
_LARGEST_SEM = 1e150  # whose square is a number
_ROUNDING = 1e-9  # of the range; the optimizer moves such values to the bound


def checked_values(search_space: SearchSpace, held: TParameterization) -> TParameterization:
    """Values to hold parameters at, once each is known to be one the parameter can have."""
    for name, value in held.items():
        parameter = search_space.parameters.get(name)
        if parameter is None:
            raise ValueError(
                f"cannot hold {name!r} at {value!r}: the search space has "
                f"{', '.join(search_space.parameters)}"
            )
        if not parameter.validate(value):
            raise ValueError(f"cannot hold {name!r} at {value!r}: expected a value of {parameter}")
    return held


def _is_within(parameter: Parameter, value: float) -> bool:
    assert isinstance(parameter, RangeParameter)  # noqa: S101 - choices are asked elsewhere
    slack = _ROUNDING * (parameter.upper - parameter.lower)
    return bool(parameter.lower - slack <= value <= parameter.upper + slack)


def _column(parameter: Parameter) -> Column:
    target = _target(parameter)
    if isinstance(parameter, ChoiceParameter):
        levels = len(parameter.values)
        place = None if target is None else float(parameter.values.index(target))
        if parameter.is_task:
            return Column(kind="choice", levels=levels, role="task", target=place)
        role: Literal["plain", "fidelity"] = "plain" if place is None else "fidelity"
        if parameter.is_ordered:
            return Column(lower=0.0, upper=levels - 1.0, step=1.0, role=role, target=place)
        return Column(kind="choice", levels=levels, role=role, target=place)
    assert isinstance(parameter, RangeParameter)  # noqa: S101 - the three classes are all there are
    if parameter.parameter_type is ParameterType.INT:
        step = 1.0
    else:
        step = 0.0 if parameter.digits is None else 10.0**-parameter.digits
    return Column(
        kind="range",
        lower=float(parameter.lower),
        upper=float(parameter.upper),
        log=parameter.log_scale,
        step=step,
        role="plain" if target is None else "fidelity",
        target=None if target is None else float(target),
    )


def _target(parameter: Parameter) -> TParamValue:
    """The task or fidelity that counts in the end; None for a parameter without."""
    if not (parameter.is_fidelity or getattr(parameter, "is_task", False)):
        return None
    target = parameter.target_value
    if target is not None and not parameter.validate(target):
        raise ValueError(f"target_value: expected a value of {parameter}, got {target!r}")
    return target


def _half_space(
    constraint: ParameterConstraint,
    parameters: Sequence[Parameter],
    fixed: Mapping[str, Any],
) -> tuple[NDArray[np.float64], float]:
    weights, bound = np.zeros(len(parameters)), float(constraint.bound)
    columns = {parameter.name: i for i, parameter in enumerate(parameters)}
    for name, weight in constraint.constraint_dict.items():
        if name in fixed:
            bound -= weight * float(fixed[name])
        elif isinstance(parameters[columns[name]], RangeParameter):
            weights[columns[name]] = weight
        else:
            raise ValueError(
                f"{constraint}: {name!r} is a choice parameter; a linear constraint needs numbers"
            )
    return weights, bound


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What the model may learn from: one metric's observations, and the arms they belong to.

    Attributes:
        arms: One arm per observation, n of them.
        keys: Trial and arm of each observation; the same for what was measured together.
        observations: The arrays, n rows.
        left_out: Why other rows of the data are not among them, in words.
    """

    arms: tuple[Arm, ...]
    keys: tuple[tuple[int | None, str], ...]
    observations: Observations
    left_out: tuple[str, ...]


def observe(encoding: Encoding, experiment: Experiment, data: Data, metric_name: str) -> Observed:
    """Gathers the observations of one metric, as measured.

    Left out are what `results` leaves out and arms that have no place in the search space.
    """
    found, dropped = results(experiment, data, metric_name)
    placed = [(row, result) for result in found if (row := encoding.row_of(result.arm))]
    dropped["outside the search space"] = len(found) - len(placed)
    values = encoding.table([row for row, _ in placed])
    return Observed(
        arms=tuple(result.arm for _, result in placed),
        keys=tuple((result.trial, result.arm.signature) for _, result in placed),
        observations=Observations(
            x=to_model(encoding.problem, values),
            y=np.array([result.mean for _, result in placed], dtype=np.float64),
            noise=np.array([min(result.sem, _LARGEST_SEM) ** 2 for _, result in placed]),
        ),
        left_out=tuple(f"{count} observations {why}" for why, count in dropped.items() if count),
    )


def open_arms(experiment: Experiment) -> list[Arm]:
    """Arms whose results are awaited: of candidate, staged and running trials without data."""
    return [
        arm
        for index, trial in experiment.trials.items()
        if trial._status is not _DONE
        and not trial.status.is_terminal
        and not (
            experiment._data_by_trial.get(index)
            and experiment.lookup_data_for_trial(index)[0].count
        )
        for arm in trial.arms
    ]


def failed_arms(experiment: Experiment) -> list[Arm]:
    """Arms of trials that came to nothing: there is no result to learn from, nor a second try."""
    return [
        arm
        for trial in experiment.trials.values()
        if trial._status is not _DONE and trial.did_not_complete
        for arm in trial.arms
    ]


def failing_arms(experiment: Experiment, data: Data, metrics: Iterable[str]) -> list[Arm]:
    """Arms that failed because of what they are, as far as anybody knows, each once.

    Those of failed trials, those that a runner says came to nothing, and those whose result is not
    a finite number. What was preempted is tried again and abandoning is somebody's will: neither
    says anything of the arm.
    """
    found = [
        arm
        for trial in experiment.trials.values()
        for arm in trial.arms
        if trial.status.is_failed or arm.name in trial.run_metadata.get("failed_arms", {})
    ]
    wanted, by_name = set(metrics), experiment.arms_by_name
    found += [
        by_name[record["arm_name"]]
        for record in data.records()
        if record["metric_name"] in wanted
        and not math.isfinite(record["mean"])
        and record["arm_name"] in by_name
    ]
    return list({arm.signature: arm for arm in found}.values())


def latest_data(experiment: Experiment) -> Data:
    """The newest data attached to each trial, together."""
    from armwright.experiment import Data

    found = [experiment.lookup_data_for_trial(index)[0] for index in experiment.trials]
    return Data.from_multiple_data([data for data in found if data.count])

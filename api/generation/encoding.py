"""From a search space and its data to the optimizer's arrays, and back.

    column   one tunable parameter; fixed parameters have none
    row      one arm's values, a column each, in the parameter's own unit; of a choice parameter the
             position of its value in `values`

Larger is better inside the optimizer: an objective to be minimized changes its sign here, once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np

from armwright.experiment import (
    ChoiceParameter,
    FixedParameter,
    ParameterType,
    RangeParameter,
)
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
    )

__all__ = ["Encoding", "Observed", "encode", "latest_data", "observe", "open_arms"]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How one search space maps to the optimizer's columns.

    Attributes:
        parameters: The tunable parameters, in column order.
        fixed: The values every arm shares, by parameter name.
        names: All parameter names, in the order of the search space.
        problem: The columns and linear constraints, as the optimizer takes them.
    """

    parameters: tuple[Parameter, ...]
    fixed: Mapping[str, Any]
    names: tuple[str, ...]
    problem: Problem

    def row(self, parameterization: TParameterization) -> list[float] | None:
        """The arm's row, or None where it has no value that fits a column.

        Numbers outside a range are kept: the model learns from them all the same.
        """
        row = []
        for parameter in self.parameters:
            value = parameterization.get(parameter.name)
            if value is None:
                return None
            if isinstance(parameter, ChoiceParameter):
                if value not in parameter.values:
                    return None
                row.append(float(parameter.values.index(value)))
            elif isinstance(value, str) or (
                isinstance(parameter, RangeParameter) and parameter.log_scale and value <= 0
            ):
                return None
            else:
                row.append(float(value))
        return row

    def rows(self, arms: Iterable[Arm]) -> NDArray[np.float64]:
        """The rows of the arms that have one, shape (number of them, columns)."""
        rows = [row for arm in arms if (row := self.row(arm.parameters)) is not None]
        return np.array(rows, dtype=np.float64).reshape(len(rows), len(self.parameters))

    def parameterization(self, row: Sequence[float] | NDArray[np.float64]) -> dict[str, Any]:
        """The parameter values of a row, in their declared Python types."""
        values: dict[str, Any] = dict(self.fixed)
        for parameter, number in zip(self.parameters, row, strict=True):
            if isinstance(parameter, ChoiceParameter):
                values[parameter.name] = parameter.values[int(number)]
            elif parameter.parameter_type is ParameterType.INT:
                values[parameter.name] = round(float(number))
            else:
                values[parameter.name] = parameter.cast(float(number))
        return {name: values[name] for name in self.names}


def encode(search_space: SearchSpace) -> Encoding:
    """Describes a search space to the optimizer.

    Raises:
        ValueError: A linear constraint weighs a parameter that is not a number.
    """
    parameters = tuple(
        parameter
        for parameter in search_space.parameters.values()
        if not isinstance(parameter, FixedParameter)
    )
    fixed = {
        parameter.name: parameter.value
        for parameter in search_space.parameters.values()
        if isinstance(parameter, FixedParameter)
    }
    constraints = search_space.parameter_constraints
    weights = np.zeros((len(constraints), len(parameters)))
    bounds = np.zeros(len(constraints))
    for i, constraint in enumerate(constraints):
        weights[i], bounds[i] = _half_space(constraint, parameters, fixed)
    return Encoding(
        parameters=parameters,
        fixed=fixed,
        names=tuple(search_space.parameters),
        problem=Problem(
            columns=tuple(_column(parameter) for parameter in parameters),
            constraint_weights=weights if len(constraints) else None,
            constraint_bounds=bounds if len(constraints) else None,
        ),
    )


def _column(parameter: Parameter) -> Column:
    if isinstance(parameter, ChoiceParameter):
        levels = len(parameter.values)
        if parameter.is_ordered:
            return Column(kind="range", lower=0.0, upper=levels - 1.0, step=1.0)
        return Column(kind="choice", levels=levels)
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
    )


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
        observations: The arrays, n rows.
        left_out: Why other rows of the data are not among them, in words.
    """

    arms: tuple[Arm, ...]
    observations: Observations
    left_out: tuple[str, ...]


def observe(
    encoding: Encoding, experiment: Experiment, data: Data, metric_name: str, *, sign: float
) -> Observed:
    """Gathers the observations of one metric. `sign` is -1.0 where smaller is better.

    Rows of failed and abandoned trials, of abandoned arms, of arms that have no place in the search
    space and values that are not finite are left out.
    """
    frame = data.df
    arms, rows, means, variances = [], [], [], []
    dropped = {"of failed or abandoned arms": 0, "not finite": 0, "outside the search space": 0}
    table = frame[frame["metric_name"] == metric_name].to_dict("records") if len(frame) else []
    gone, by_name = _abandoned(experiment), experiment.arms_by_name
    for record in table:
        arm = by_name.get(record["arm_name"])
        trial_index = record.get("trial_index", math.nan)
        if arm is None or trial_index in gone or (trial_index, record["arm_name"]) in gone:
            dropped["of failed or abandoned arms"] += 1
        elif not math.isfinite(record["mean"]):
            dropped["not finite"] += 1
        elif (row := encoding.row(arm.parameters)) is None:
            dropped["outside the search space"] += 1
        else:
            arms.append(arm)
            rows.append(row)
            means.append(sign * record["mean"])
            variances.append(float(record.get("sem", math.nan)) ** 2)
    values = np.array(rows, dtype=np.float64).reshape(len(rows), len(encoding.parameters))
    return Observed(
        arms=tuple(arms),
        observations=Observations(
            x=to_model(encoding.problem, values),
            y=np.array(means, dtype=np.float64),
            noise=np.array(variances, dtype=np.float64),
        ),
        left_out=tuple(f"{count} observations {why}" for why, count in dropped.items() if count),
    )


def _abandoned(experiment: Experiment) -> set[Any]:
    gone: set[Any] = set()
    for index, trial in experiment.trials.items():
        if trial.status.is_failed or trial.status.is_abandoned:
            gone.add(index)
        gone.update((index, arm.name) for arm in trial.abandoned_arms)
    return gone


def open_arms(experiment: Experiment) -> list[Arm]:
    """Arms that were given out and have no result yet: of candidate, staged and running trials."""
    return [
        arm
        for index, trial in experiment.trials.items()
        if not trial.status.is_terminal and not len(experiment.lookup_data_for_trial(index)[0].df)
        for arm in trial.arms
    ]


def latest_data(experiment: Experiment) -> Data:
    """The newest data attached to each trial, together."""
    from armwright.experiment import Data

    found = [experiment.lookup_data_for_trial(index)[0] for index in experiment.trials]
    return Data.from_multiple_data([data for data in found if len(data.df)])

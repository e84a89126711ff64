"""The status quo is run before all other arms, where a bound is relative to what it measures.

Nobody can judge such a bound before, so no model can make an arm. Which arm comes first is decided
by what is known, as that of any other trial: another process, and a replay, come to the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from armwright.errors import UsageError
from armwright.experiment import Arm, GeneratorRun
from armwright.experiment.generator_run_type import GeneratorRunType
from armwright.experiment.status_quo import is_status_quo

if TYPE_CHECKING:
    from armwright.experiment import Experiment, OptimizationConfig

__all__ = [
    "STATUS_QUO",
    "Standing",
    "check_can_be_run",
    "check_not_failed",
    "relative_bounds",
    "standing_of_status_quo",
    "status_quo_run",
]

STATUS_QUO = "StatusQuo"  # in the place of a model's name
Standing = Literal["not needed", "known", "awaited", "missing", "failed", "unmeasured"]


def relative_bounds(config: OptimizationConfig | None) -> list[str]:
    """The outcome constraints that are relative to the status quo, in words."""
    constraints = config.outcome_constraints if config else []
    return [
        f"{item.metric.name} {'>=' if item.is_lower_bound else '<='} {item.bound:g}%"
        for item in constraints
        if item.relative
    ]


def check_can_be_run(experiment: Experiment) -> None:
    """Refuses a status quo that nobody could run although a bound is relative to it.

    Raises:
        UsageError: It has no value of a parameter.
    """
    arm, bounds = experiment.status_quo, relative_bounds(experiment.optimization_config)
    lacking = [name for name, value in (arm.parameters if arm else {}).items() if value is None]
    if bounds and lacking:
        raise UsageError(
            f"the status quo, to which {' and '.join(bounds)} is relative, has to be run, and has "
            f"no value of {', '.join(lacking)}",
            hint="give it a value of each parameter, or give an absolute bound",
        )


def standing_of_status_quo(experiment: Experiment) -> Standing:
    """Whether there is what relative bounds refer to.

    Returns:
        "not needed" where no bound is relative, or there is no status quo; "known" once it has
        results of all metrics with such bounds; "awaited" while a trial of it waits or runs;
        "failed" where one failed, "unmeasured" where one completed without such a metric, which
        may be attached yet; else, as where all were cancelled, "missing".
    """
    config, own = experiment.optimization_config, experiment.status_quo
    wanted = {
        item.metric.name for item in (config.outcome_constraints if config else []) if item.relative
    }
    if not wanted or own is None:
        return "not needed"
    trials = [
        trial
        for trial in experiment._trials.values()
        if any(is_status_quo(arm.parameters, own.parameters) for arm in trial.arms)
    ]
    if not trials:
        return "missing"
    from armwright.generation.encoding import latest_data
    from armwright.generation.outcome_bounds import status_quo_means

    if wanted <= status_quo_means(experiment, latest_data(experiment), own, wanted).keys():
        return "known"
    if any(not trial.status.is_terminal for trial in trials):
        return "awaited"
    if any(trial.status.is_failed for trial in trials):
        return "failed"
    completed = (trial for trial in trials if trial.status.is_completed)
    is_unmeasured = any(len(trial.abandoned_arms) < len(trial.arms) for trial in completed)
    return "unmeasured" if is_unmeasured else "missing"


def check_not_failed(experiment: Experiment, standing: Standing, *, url: str) -> None:
    """Refuses to go on without a result of the status quo that nobody is going to have.

    Args:
        experiment: Whose status quo.
        standing: What `standing_of_status_quo` says of it.
        url: Where it is, as a word of a shell.

    Raises:
        UsageError: It failed, or its trial completed without what a bound is relative to.
    """
    own = experiment.status_quo
    if standing not in ("failed", "unmeasured") or own is None:
        return
    ended = max(
        index
        for index, trial in experiment.trials.items()
        if (trial.status.is_failed if standing == "failed" else trial.status.is_completed)
        and any(is_status_quo(arm.parameters, own.parameters) for arm in trial.arms)
    )
    bounds = " and ".join(relative_bounds(experiment.optimization_config))
    begin = f"no model can make arms: {bounds} is relative to the status quo, "
    absolute = f"or give absolute bounds, armwright edit {url} outcome_constraints='[...]'"
    if standing == "failed":
        raise UsageError(
            f"{begin}which has no result, for trial {ended} failed",
            hint=f"run it again, armwright requeue {url} {ended}; {absolute}",
        )
    raise UsageError(
        f"{begin}and trial {ended}, which ran it, completed without such a result",
        hint=f"attach it, as AxClient.update_trial_data({ended}, ...) does; {absolute}",
    )


def status_quo_run(experiment: Experiment) -> GeneratorRun:
    """The run of the status quo.

    Raises:
        UsageError: It has no value of a parameter.
    """
    check_can_be_run(experiment)
    own = experiment.status_quo
    assert own is not None  # noqa: S101 - it is missing among the trials
    return GeneratorRun(
        [Arm(own.parameters)],
        type=GeneratorRunType.STATUS_QUO.name,
        optimization_config=experiment.optimization_config,
        search_space=experiment.search_space,
        model_key=STATUS_QUO,
        fit_time=0.0,
        gen_time=0.0,
    )

"""A warm-started copy: a new experiment that begins with what another one has measured.

The copy has an id of its own and knows where it comes from. Trials that have ended come along under
their numbers, with all their data, and count as given; those that wait or run stay behind, and
their numbers are void. Neither experiment notices what happens to the other from then on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.errors import ExperimentExistsError, UsageError
from armwright.experiment import Arm
from armwright.experiment.clock import now
from armwright.generation_options import GENERATION, checked_generation
from armwright.persistence.arm_maker import maker_of
from armwright.persistence.experiment_json import definition_to_json, trial_to_json
from armwright.persistence.facts import config_document, data_document, plan_of
from armwright.persistence.filled_in import FILL_IN
from armwright.persistence.folder_view import FolderView
from armwright.persistence.json_codec import object_from_json, object_to_json
from armwright.persistence.kept_definition import KEY, kept_definition
from armwright.persistence.next_run import check_runnable
from armwright.persistence.stored_experiment import StoredExperiment
from armwright.persistence.trial_writes import for_known_trial, for_new_trial
from armwright.store import ExperimentFolder

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    from armwright.experiment import Experiment
    from armwright.persistence.arm_maker import ArmMaker
    from armwright.store import State

__all__ = ["fork"]

_Json = dict[str, Any]


def fork(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    definition: Experiment | None = None,
    parts: Mapping[str, Any] | None = None,
    budget: int | None = None,
    seed: int | None = None,
    generation: Mapping[str, Any] | None = None,
) -> StoredExperiment:
    """Makes an experiment at `target` that begins with the ended trials of the one at `source`.

    Args:
        source: URL of the experiment to copy; it is only read.
        target: URL of the new one.
        definition: Its search space, objective and constraints, tracking metrics, description and
            name, where they are to be others; parameters keep their names and types.
        parts: What else the configuration is to hold then; see `Definition.parts`.
        budget: How many trials to make beside those given; as many as the source's budget if left
            out, None there for no end.
        seed: Decides every new arm; the source's if left out.
        generation: What there is to say of the model that makes new arms, see
            `armwright.generation_options`; what the source says if left out.

    Raises:
        ExperimentNotFoundError: There is no experiment at `source`.
        ExperimentExistsError: There is one at `target`, and it is not this fork, half made.
        UsageError: The parameters of `definition` are others, it cannot be run, or it does not say
            what SigOpt's fields of the source do.
        StoreError: One cannot be read, or the other not be made.
    """
    said = None if generation is None else checked_generation(generation)
    folder = ExperimentFolder.open(source)
    state = folder.state
    experiment = FolderView(folder, state).experiment
    left_out = maker_of(folder).left_out(state)
    given = {
        index: trial
        for index, trial in experiment.trials.items()
        if trial.status.is_terminal and index not in left_out
    }
    if definition is not None:
        if kept_definition(state) and not (parts or {}).get(KEY):
            raise UsageError(
                f"{folder.url!r} has SigOpt's fields, and a definition in other words would lose "
                "what they say: its metrics, conditions, priors and the like",
                hint="write it in SigOpt's words, with metrics: [...], as in experiment.yml",
            )
        _redefine(experiment, definition)
    check_runnable(experiment)
    plan = dict(plan_of(state))
    wanted = plan["budget"] if budget is None else budget
    plan["budget"] = None if wanted is None else len(given) + wanted
    plan["seed"] = plan["seed"] if seed is None else seed
    if said is not None:
        plan[GENERATION] = said
    origin = {"id": folder.id, "name": experiment._name, "url": folder.url}
    kept = {"plan": plan, **_kept(state, plan, experiment, parts or {})}
    made = _made(target, experiment, kept, origin)
    there, maker = made.refresh(), maker_of(made)
    config = config_document(there.configs[1])
    for number in range(1 + max(given, default=-1)):
        if number not in given:
            made.fence(number)
            continue
        document = trial_to_json(given[number])
        data = [
            data_document(timestamp, object_to_json(item))
            for timestamp, item in experiment.data_by_trial.get(number, {}).items()
        ]
        known = there.trials.get(number)
        writes = (
            for_new_trial(
                made, document, data, config, 1, about=_about(state, number, maker, there)
            )
            if known is None
            else for_known_trial(made, document, data, known, there)
        )
        for write in list(writes):
            write.call()
    return StoredExperiment(made)


def _about(state: State, number: int, maker: ArmMaker, there: State) -> _Json:
    """What a trial's document says besides, for the code that keeps rules of its own."""
    arm = state.trials[number].arm or {}
    said = arm.get(KEY)
    if said is not None or len(arm["arms"]) != 1:
        return {} if said is None else {KEY: said}
    return maker.about(object_from_json(arm["arms"][0]["parameters"]), there)


def _kept(state: State, plan: _Json, experiment: Experiment, parts: Mapping[str, Any]) -> _Json:
    """What else the configuration keeps: values that came later, and rules of other code."""
    newest = state.configs[state.version]
    values = {k: v for k, v in (newest.get(FILL_IN) or {}).items() if k in experiment.parameters}
    definition = parts.get(KEY) or kept_definition(state)
    if definition and definition.get("type") != "grid":  # whose budget is its size
        definition = {**definition, "budget": plan["budget"]}
    return {
        **parts,
        **({FILL_IN: values} if values else {}),
        **({KEY: {**definition, "state": "active"}} if definition else {}),
    }


def _redefine(experiment: Experiment, definition: Experiment) -> None:
    """Puts another definition in the place of an experiment's own."""
    old = {name: item.parameter_type.name for name, item in experiment.parameters.items()}
    new = {name: item.parameter_type.name for name, item in definition.parameters.items()}
    if old != new:
        changed = sorted(name for name in old | new if old.get(name) != new.get(name))
        raise UsageError(
            "a fork keeps the names and types of the parameters; different are: "
            f"{', '.join(changed)}",
            hint="bounds, values, scale, constraints and the objective may change",
        )
    for name in ("_search_space", "_optimization_config", "_tracking_metrics"):
        setattr(experiment, name, getattr(definition, name))
    experiment._unknown_metrics = {}
    if definition.status_quo is not None:
        experiment.status_quo = Arm(definition.status_quo.parameters)
    if definition.description is not None:
        experiment.description = definition.description
    if definition.has_name:
        experiment.name = definition.name


def _made(
    target: str | os.PathLike[str],
    experiment: Experiment,
    parts: _Json,
    origin: _Json,
) -> ExperimentFolder:
    """The folder at `target`: made now, or by an earlier try that was stopped."""
    experiment._time_created = now()
    try:
        return _create(target, experiment, parts, origin)
    except ExperimentExistsError:
        there = ExperimentFolder.open(target)
        if not _is_half_made(there.state, experiment, origin):
            raise
        experiment._time_created = object_from_json(there.state.configs[1]["time_created"])
        if KEY in parts:  # a file that is read again says another moment
            before = there.state.configs[1].get(KEY) or {}
            moments = {key: before[key] for key in ("created", "updated") if key in before}
            parts = {**parts, KEY: {**parts[KEY], **moments}}
        config = {**config_document(definition_to_json(experiment)), **parts}
        if there.state.configs != {1: config}:
            raise
        return there


def _create(
    target: str | os.PathLike[str], experiment: Experiment, parts: _Json, origin: _Json
) -> ExperimentFolder:
    config = config_document(definition_to_json(experiment))
    return ExperimentFolder.create(
        target,
        document={"name": experiment._name, "forked_from": origin},
        config={**config, **parts},
    )


def _is_half_made(there: State, experiment: Experiment, origin: _Json) -> bool:
    if there.experiment.get("forked_from") != origin:
        return False
    wanted = {index for index, trial in experiment.trials.items() if trial.status.is_terminal}
    ended = {
        index for index in wanted if index in there.trials and there.trials[index].ended_for_good
    }
    return ended != wanted

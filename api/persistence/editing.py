"""Changing an experiment that is under way: bounds, values, budget, metrics, with a reason.

Keys are those of the experiment file; a key of a parameter follows its name and a dot.

    budget=50   lr.bounds=[1e-6,1]   kernel.values=["rbf","poly"]   objective.minimize=true
    outcome_constraints=["latency <= 40"]   tracking_metrics=["seconds"]   description=...
    generation.output_warp=likeliest   generation.input_warp=true
    drop.type=range drop.bounds=[0.0,0.5] drop.was=0.0   lr=none

An edit is a new version of the configuration. Trials that run or have ended keep their arms, and go
on telling the model what they can; those of the stock that are outside of the new space give way.
A new parameter says what it was in the arms so far; see `edited_space`.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, final

from armwright.errors import UsageError
from armwright.experiment import (
    Metric,
    OptimizationConfig,
    SearchSpace,
)
from armwright.experiment.constraint_text import (
    outcome_constraint_from_text,
    parameter_constraint_from_text,
)
from armwright.generation_options import GENERATION, GENERATION_KEYS, checked_generation
from armwright.persistence.arm_maker import kept_edited
from armwright.persistence.changing import add_change
from armwright.persistence.definition import (
    made_or_refused,
    objective_from_dict,
    texts_of,
)
from armwright.persistence.edit_keys import AIM_KEYS, KEYS, MODEL_KEYS, unknown_key
from armwright.persistence.edited_space import NEW_KEYS, check_constraints, edited_space, noted
from armwright.persistence.edited_status_quo import check_compared, check_kept, edited_status_quo
from armwright.persistence.experiment_json import without_trials
from armwright.persistence.facts import config_document, generation_of, plan_of
from armwright.persistence.filled_in import FILL_IN
from armwright.persistence.json_codec import object_from_json, object_to_json
from armwright.persistence.kept_definition import check_has_model, kept_definition
from armwright.persistence.measured import only_arm
from armwright.persistence.next_run import check_runnable
from armwright.persistence.replaced import take_off
from armwright.store import ExperimentFolder

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Mapping

    from armwright.store import State


__all__ = ["Edited", "changes_from_words", "edit"]

_Json = dict[str, Any]
_OWN_KEYS = (*KEYS, *AIM_KEYS, *MODEL_KEYS)
_LISTS = ("outcome_constraints", "parameter_constraints", "tracking_metrics")
_TYPE_WORDS = {"INT": "int", "FLOAT": "float", "BOOL": "bool", "STRING": "str"}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What an edit did, or would do.

    Attributes:
        version: Of the configuration that is in force then.
        changes: Each in words; empty where all was so already.
        dry_run: Whether it only looked.
        replaced: Trials that waited with arms outside of the new space; others take their places.
    """

    version: int
    changes: tuple[str, ...]
    dry_run: bool = False
    replaced: tuple[int, ...] = ()


def changes_from_words(
    words: Iterable[str], names: Iterable[str], *, any_key: bool = False
) -> _Json:
    """Reads key=value; a value is JSON, else text.

    Args:
        words: Such as "lr.bounds=[1e-6,1]".
        names: Of the parameters.
        any_key: Whether the keys are those of another code, which knows them.

    Raises:
        UsageError: A word is no assignment, or its key unknown or given twice.
    """
    found: _Json = {}
    names = list(names)
    for word in words:
        ends = [place for place, letter in enumerate(word) if letter == "="]
        ours = (at for at in ends if any_key or _is_key(word[:at], names, word[at + 1 :]))
        end = next(ours, None)
        if end is None:
            if ends and ends[0]:
                raise unknown_key(word[: ends[0]], names)
            raise UsageError(
                f"expected key=value, got {word!r}", hint=f"for example {names[0]}.bounds=[0.0,1.0]"
            )
        key, text = word[:end], word[end + 1 :]
        if key in found:
            raise UsageError(f"expected one value for {key}, got another: {word!r}")
        try:
            found[key] = json.loads(text)
        except ValueError:
            found[key] = text
    return found


def _is_key(key: str, names: Iterable[str], text: str) -> bool:
    """Whether this is a key, of the file or of a parameter, which may be a new one."""
    if key in (*_OWN_KEYS, *names) or any(key.startswith(f"{name}.") for name in names):
        return True
    name, dot, part = key.rpartition(".")
    return bool(name and dot and part in NEW_KEYS) or (bool(key) and text.startswith("{"))


def edit(
    url: str | os.PathLike[str],
    changes: Mapping[str, Any],
    *,
    reason: str,
    dry_run: bool = False,
) -> Edited:
    """Changes an experiment.

    Args:
        url: Of the experiment.
        changes: New values by key; see the module.
        reason: Why; kept with the change, for people.
        dry_run: Only check and say what would change.

    Raises:
        ConflictError: Somebody else changed it at the same moment.
        ExperimentNotFoundError: There is none.
        UsageError: A key is unknown, a value cannot be, there is no reason, or the experiment could
            not be run any more.
    """
    if not reason.strip():
        raise UsageError("why? expected a reason for the edit, got none", hint="--reason TEXT")
    if not changes:
        raise UsageError("expected changes such as budget=50, got none")
    whole = changes.get(GENERATION)
    if isinstance(whole, dict) and whole and whole.keys() <= GENERATION_KEYS.keys():
        raise UsageError(
            f"{GENERATION} is edited key by key, got {whole!r}",
            hint=" ".join(
                f"{GENERATION}.{key}={json.dumps(value, default=str)}"
                for key, value in whole.items()
            ),
        )
    folder = ExperimentFolder.open(url)
    state = folder.state
    if kept_definition(state):
        return _edit_kept(folder, changes, reason=reason, dry_run=dry_run)
    config = state.configs[state.version]
    has_arms = sum(state.counts.values()) > state.counts.get("void", 0)
    word = shlex.quote(folder.url)
    check_kept(config, changes, url=word)
    fresh, words = _edited(config, changes, has_arms=has_arms)
    if not words:
        return Edited(version=state.version, changes=(), dry_run=dry_run)
    _check_types_kept(state, object_from_json(fresh["search_space"]))
    check_compared({**config, **fresh}, url=word)
    check_runnable(without_trials({**config_document({**config, **fresh}), "name": None}))
    if dry_run:
        return Edited(version=state.version + 1, changes=tuple(words), dry_run=True)
    version = add_change(folder, fresh, kind="edited", words=words, reason=reason)
    replaced = tuple(_replaced(folder, object_from_json(fresh["search_space"])))
    return Edited(version=version, changes=tuple(words), replaced=replaced)


def _check_types_kept(state: State, space: SearchSpace) -> None:
    """Refuses a parameter that had another type before it was taken away, in arms that are told."""
    for config in state.configs.values():
        before: SearchSpace = object_from_json(config_document(config)["search_space"])
        for name, parameter in before.parameters.items():
            now = space.parameters.get(name)
            if now is None or now.python_type is parameter.python_type:
                continue
            raise UsageError(
                f"{name} was {_KINDS[parameter.python_type]} in this experiment and cannot be "
                f"{_KINDS[now.python_type]} now: no model could learn from the arms so far",
                hint="names and types of parameters are for ever; take another name",
            )


_KINDS = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}


def _edit_kept(
    folder: ExperimentFolder, changes: Mapping[str, Any], *, reason: str, dry_run: bool
) -> Edited:
    """The same where a definition is kept beside the configuration, by the rules of its code."""
    state = folder.state
    mine = {key: item for key, item in changes.items() if key in MODEL_KEYS}
    fresh, words = kept_edited(state, {k: item for k, item in changes.items() if k not in mine})
    fresh |= _model(fresh.get("plan", plan_of(state)), mine, words)
    check_has_model(kept_definition(state), mine)
    if not words:
        return Edited(version=state.version, changes=(), dry_run=dry_run)
    if dry_run:
        return Edited(version=state.version + 1, changes=tuple(words), dry_run=True)
    version = add_change(folder, fresh, kind="edited", words=words, reason=reason)
    space = {**state.configs[state.version], **fresh}["search_space"]
    replaced = tuple(_replaced(folder, object_from_json(space)))
    return Edited(version=version, changes=tuple(words), replaced=replaced)


def _replaced(folder: ExperimentFolder, space: SearchSpace) -> Iterator[int]:
    """Takes off the trials that a model made ahead of need, and that the space has no place for."""
    for facts in folder.refresh().with_status("waiting"):
        arm = only_arm(facts)
        run = ((facts.arm or {}).get("trial") or {}).get("generator_run") or {}
        made_here = "seen" in (run.get("gen_metadata") or {})
        if arm is None or not made_here or space.check_membership(arm.parameters):
            continue
        if take_off(folder, facts):
            yield facts.number


def _edited(whole: _Json, changes: Mapping[str, Any], *, has_arms: bool) -> tuple[_Json, list[str]]:
    """The parts of the configuration that are to be others, and what changes in words."""
    config, plan = config_document(whole), whole["plan"]
    space: SearchSpace = object_from_json(config["search_space"])
    for key in (*_LISTS,):
        if key in changes and not isinstance(changes[key], list):
            raise UsageError(f"{key} should be a list, got {changes[key]!r}")
    apart = {key: item for key, item in changes.items() if key not in _OWN_KEYS}
    before = set(space.parameters)
    parameters, was, words = edited_space(space, apart, has_arms=has_arms)
    for name in parameters.keys() - before:
        if name in _OWN_KEYS:
            raise UsageError(f"{name!r} is a key of the experiment, and no name of a parameter")
    fresh: _Json = {}
    if was or FILL_IN in whole:
        known = {**(whole.get(FILL_IN) or {}), **was}
        fresh[FILL_IN] = {name: value for name, value in known.items() if name in parameters}
    constraints = space.parameter_constraints
    if "parameter_constraints" in changes:
        noted(words, "parameter_constraints", constraints, changes["parameter_constraints"])
        constraints = [
            made_or_refused(where, partial(parameter_constraint_from_text, text, parameters))
            for where, text in texts_of(changes, "parameter_constraints", "edit")
        ]
    check_constraints(constraints, parameters)
    space = made_or_refused("edit", partial(SearchSpace, parameters=list(parameters.values())))
    made_or_refused("edit", partial(space.set_parameter_constraints, constraints))
    fresh["search_space"] = object_to_json(space)
    fresh |= edited_status_quo(config, parameters, was)
    fresh |= _aims(config, changes, words)
    if "budget" in changes:
        budget = changes["budget"]
        if budget == "none":
            budget = None
        if budget is not None and (type(budget) is not int or budget < 1):
            raise UsageError(f"budget should be a whole number from 1 on, or none, got {budget!r}")
        noted(words, "budget", plan["budget"], budget)
        plan = fresh["plan"] = {**plan, "budget": budget}
    fresh |= _model(plan, changes, words)
    if "description" in changes:
        text = changes["description"]
        if text is not None and not isinstance(text, str):
            raise UsageError(f"description should be a text, got {text!r}")
        noted(words, "description", config["description"], text)
        fresh["description"] = text
    return fresh, words


def _model(plan: _Json, changes: Mapping[str, Any], words: list[str]) -> _Json:
    """The plan, where what it says of the model that makes arms changes."""
    before, given = generation_of(plan), dict[str, Any]()
    for key in MODEL_KEYS:
        if key in changes:
            name = key.partition(".")[2]
            given[name] = changes[key]
            noted(words, key, before.get(name, GENERATION_KEYS[name]), given[name])
    if not given:
        return {}
    return {"plan": {**plan, GENERATION: checked_generation({**before, **given})}}


def _aims(config: _Json, changes: Mapping[str, Any], words: list[str]) -> _Json:
    """The optimization config and the tracked metrics, where they change."""
    known: OptimizationConfig | None = object_from_json(config["optimization_config"])
    if known is None:
        raise UsageError("an experiment without an objective cannot be edited")
    objective, bounds = known.objective, known.outcome_constraints
    aims = {key: changes[key] for key in ("objective", "objectives") if key in changes}
    spec = {"metric": objective.metrics[0].name, "minimize": objective.minimize}
    small = {key.partition(".")[2]: changes[key] for key in AIM_KEYS if key in changes}
    if small:
        if aims or len(objective.metrics) > 1:
            raise UsageError("objective.metric and objective.minimize are for one objective")
        aims = {"objective": {**spec, **small}}
    for key, value in aims.items():
        wanted = dict if key == "objective" else list
        if not isinstance(value, wanted):
            raise UsageError(f"{key} should be a {'table' if wanted is dict else 'list'}")
        old: Any = spec
        if len(objective.metrics) > 1 or key == "objectives":
            old = [
                {"metric": item.name, "minimize": bool(item.lower_is_better)}
                for item in objective.metrics
            ]
        noted(words, key, old, value)
    if aims:
        objective = objective_from_dict(aims, "edit")
    if "outcome_constraints" in changes:
        noted(words, "outcome_constraints", bounds, changes["outcome_constraints"])
        bounds = [
            made_or_refused(where, partial(outcome_constraint_from_text, text))
            for where, text in texts_of(changes, "outcome_constraints", "edit")
        ]
    fresh: _Json = {}
    aim = made_or_refused("edit", partial(OptimizationConfig, objective, bounds))
    if aims or "outcome_constraints" in changes:
        fresh["optimization_config"] = object_to_json(aim)
    if "tracking_metrics" in changes:
        tracked: list[Metric] = object_from_json(config["tracking_metrics"])
        there = {metric.name: metric for metric in tracked}
        noted(words, "tracking_metrics", list(there), changes["tracking_metrics"])
        names = [text for _, text in texts_of(changes, "tracking_metrics", "edit")]
        for name in names:
            if names.count(name) > 1:
                raise UsageError(f"tracking_metrics should be different, got {name!r} twice")
            if name in aim.metrics:
                raise UsageError(f"tracking_metrics: {name!r} is optimized or bounded already")
        fresh["tracking_metrics"] = object_to_json(
            [there.get(name) or Metric(name) for name in names]
        )
    return fresh

"""An experiment's JSON object taken apart into the facts of a store folder, and back together.

    config          everything but name, trials and data; budget and seed of the experiment
    trial N         what it was made with: its arms once, and the generator runs that refer to them
    claim           when it left CANDIDATE: status, times, runner, what the runner said
    data            one entry of the data attached to it: timestamp and rows; or an event
    end             how it ended, with the data in it
    late            what came after the end, or before the first claim: data, or an event

An event, `{"event": {...}}`, is what changed about a trial since: the keys of a claim, and arms
given up, which add up. Pure functions of JSON values: no file and no domain object.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from armwright.generation_options import GENERATION
from armwright.store.layout import arm_path
from armwright.store.state import MOST_LOST, Damage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from armwright.store import State, TrialFacts

__all__ = [
    "ABANDONED_ARMS",
    "END_KEYS",
    "MAX_LOST",
    "RUN_KEYS",
    "claim_document",
    "config_document",
    "config_of",
    "data_document",
    "data_json",
    "domain_status",
    "end_document",
    "generation_of",
    "is_readable",
    "is_retried",
    "known_run",
    "made_document",
    "plan_of",
    "readable_trials",
    "retried_trials",
    "stored_data",
    "trial_document",
    "trial_json",
    "unreadable",
    "unreadable_trials",
]

Json = dict[str, Any]

MAX_LOST = MOST_LOST  # attempts that were lost, before a trial counts as failed

RUN_KEYS = ("time_staged", "time_run_started", "run_metadata", "runner")
END_KEYS = ("time_completed", "abandoned_reason")
ABANDONED_ARMS = "abandoned_arms_metadata"

_CONFIG_KEYS = (
    *("__type", "description", "experiment_type", "is_test", "time_created", "search_space"),
    *("optimization_config", "tracking_metrics", "runner", "status_quo"),
)
_MADE_KEYS = (
    *("__type", "trial_type", "time_created", "num_arms_created"),
    "generation_step_index",
)
_BATCH_KEYS = ("status_quo", "status_quo_weight_override", "optimize_for_power")
_RUN_CONTEXT = ("search_space", "optimization_config")
_END_STATUS = {
    "completed": "COMPLETED",
    "failed": "FAILED",
    "abandoned": "ABANDONED",
    "cancelled": "ABANDONED",
}
_NOTHING_MEASURED = ("preempted", "lost")


def config_document(document: Mapping[str, Any]) -> Json:
    """The part of an experiment's document that is its configuration."""
    return {key: document[key] for key in _CONFIG_KEYS}


def plan_of(state: State) -> Json:
    """Budget, seed and number of initial trials, and what is said of the model, as in force."""
    plan: Json = state.configs[state.version]["plan"]
    return plan


def generation_of(plan: Mapping[str, Any]) -> Json:
    """What a plan says of the model that makes arms; empty where it says nothing."""
    said: Json = plan.get(GENERATION) or {}
    return said


def config_of(state: State, version: int) -> Json:
    """A version of the configuration; the one in force where that one cannot be read."""
    return config_document(state.configs.get(version) or state.configs[state.version])


# To facts ------------------------------------------------------------------------------------


def trial_document(trial: Mapping[str, Any], config: Mapping[str, Any], version: int) -> Json:
    """What trial was made with, under version `version` of the configuration.

    A generator run's search space and optimization config are left out where they are those of the
    configuration.
    """
    arms: list[Json] = []
    made: Json = {key: trial[key] for key in _MADE_KEYS}
    if trial["__type"] == "BatchTrial":
        made |= {key: trial[key] for key in _BATCH_KEYS}
        made["generator_run_structs"] = [
            {"generator_run": _run(item["generator_run"], arms, config), "weight": item["weight"]}
            for item in trial["generator_run_structs"]
        ]
    elif trial["generator_run"] is not None:
        made["generator_run"] = _run(trial["generator_run"], arms, config)
    else:
        made["generator_run"] = None
    return {"config": version, "arms": arms, "trial": made}


def _run(run: Mapping[str, Any], arms: list[Json], config: Mapping[str, Any]) -> Json:
    short = {
        key: item
        for key, item in run.items()
        if item is not None and not (key in _RUN_CONTEXT and item == config[key])
    }
    for key in _RUN_CONTEXT:
        if run[key] is None:
            short[key] = None
    positions = []
    for arm in run["arms"]:
        plain = {"name": arm["name"], "parameters": arm["parameters"]}
        if plain not in arms:
            arms.append(plain)
        positions.append(arms.index(plain))
    short["arms"] = positions
    return short


def made_document(facts: TrialFacts) -> Json:
    """The same as it is in the facts, without what else may be written there."""
    arm = facts.arm or {}
    return {key: arm[key] for key in ("config", "arms", "trial") if key in arm}


def claim_document(trial: Mapping[str, Any]) -> Json | None:
    """What is known of the trial's run since it left CANDIDATE; None if it did not."""
    status = trial["status"]["name"]
    if status == "CANDIDATE":
        return None
    run = {key: trial[key] for key in RUN_KEYS if trial[key] is not None}
    return {
        "status": {"__type": "TrialStatus", "name": status if status == "STAGED" else "RUNNING"},
        **run,
    }


def end_document(trial: Mapping[str, Any], data: Iterable[Json]) -> Json | None:
    """How the trial ended, with all its data; None if it has not."""
    for state, status in _END_STATUS.items():
        if trial["status"]["name"] == status:
            end = {key: trial[key] for key in END_KEYS if trial[key] is not None}
            return {"state": state, **end, "data": list(data)}
    return None


def data_document(timestamp: int, data: Mapping[str, Any]) -> Json:
    """One attached Data: its timestamp in milliseconds, and its rows; missing values are null."""
    columns: dict[str, dict[str, Any]] = json.loads(data["df"]["value"])
    positions = list(next(iter(columns.values()), {}))
    rows = [{name: column[at] for name, column in columns.items()} for at in positions]
    document = {"timestamp": timestamp, "rows": rows}
    return (
        document
        if data["description"] is None
        else {**document, "description": data["description"]}
    )


# From facts ----------------------------------------------------------------------------------


def readable_trials(state: State) -> dict[int, TrialFacts]:
    """The trials whose documents are as we write them, by number."""
    return {number: facts for number, facts in state.trials.items() if is_readable(facts)}


def is_readable(facts: TrialFacts) -> bool:
    """Whether a trial's document is as we write it; a void trial has none."""
    return facts.arm is not None and not _problem(facts.arm)


def unreadable_trials(state: State) -> Iterator[Damage]:
    """The other ones: whole files, but somebody else's documents in them."""
    yield from filter(None, map(unreadable, state.trials.values()))


def unreadable(facts: TrialFacts) -> Damage | None:
    """What is wrong with a trial's document; None for one that is ours, or has none."""
    problem = "" if facts.arm is None else _problem(facts.arm)
    return Damage(path=arm_path(facts.number), problem=problem) if problem else None


def _problem(arm: Mapping[str, Any]) -> str:
    """What keeps an arm's document from being one of ours; empty if nothing does."""
    arms, made = arm.get("arms"), arm.get("trial")
    if not isinstance(arms, list) or not all(
        isinstance(item, dict) and isinstance(item.get("parameters"), dict) and item.get("name")
        for item in arms
    ):
        return "its document has no list 'arms' of arms with name and parameters"
    if type(arm.get("config")) is not int:
        return "its document names no version of the configuration as 'config'"
    wanted = ["generator_run", *_MADE_KEYS]
    if isinstance(made, dict) and made.get("__type") == "BatchTrial":
        wanted = ["generator_run_structs", *_BATCH_KEYS, *_MADE_KEYS]
    missing = [key for key in wanted if not isinstance(made, dict) or key not in made]
    return f"its document's 'trial' lacks {', '.join(missing)}" if missing else ""


def stored_data(facts: TrialFacts) -> list[Json]:
    """All data documents of a trial, oldest timestamp first: reported, in an end, and late ones.

    Those of large data name a table in place of their rows, see `data_tables`.
    """
    found: dict[int, Json] = {}
    for document in _data_documents(facts):
        timestamp = document["timestamp"]
        # Two processes may have stored something in the same millisecond: both are kept.
        while found.get(timestamp, document) != document:
            timestamp += 1
            document = {**document, "timestamp": timestamp}
        found[timestamp] = document
    return [found[timestamp] for timestamp in sorted(found)]


def _data_documents(facts: TrialFacts) -> Iterator[Json]:
    candidates: list[Any] = []
    for attempt in facts.attempts.values():
        end = attempt.end or {}
        if end.get("state") not in _NOTHING_MEASURED:
            inside = end.get("data")
            candidates += [*attempt.data, *(inside if isinstance(inside, list) else ())]
    candidates += [document for document in facts.late if not document.get("too_late")]
    for document in candidates:
        if isinstance(document, dict) and type(document.get("timestamp")) is int:
            rows = document.get("rows")
            if isinstance(document.get("table"), str) or (
                isinstance(rows, list) and all(_is_row(row) for row in rows)
            ):
                yield document


def _is_row(row: Any) -> bool:
    return isinstance(row, dict) and {"arm_name", "metric_name", "mean"} <= row.keys()


def is_retried(facts: TrialFacts) -> bool:
    """Whether somebody may claim the trial now: it waits, or its last attempt came to nothing."""
    if facts.status in ("waiting", "preempted"):
        return True
    lost = sum((attempt.end or {}).get("state") == "lost" for attempt in facts.attempts.values())
    return facts.status == "lost" and lost < MAX_LOST


def retried_trials(state: State) -> Iterator[TrialFacts]:
    """The readable trials that somebody may claim now, in ascending order."""
    for facts in state.with_status("waiting", "preempted", "lost"):
        if is_retried(facts) and is_readable(facts):
            yield facts


def known_run(facts: TrialFacts) -> Json:
    """What is known of the trial's run: keys of its claim, as events have changed them since."""
    known: Json = {}
    events = [item for item in facts.late if not item.get("too_late")]
    attempt = facts.last_attempt
    if attempt is not None and not is_retried(facts):
        known |= attempt.claim or {}
        events = [*attempt.data, *events]
    for item in events:
        event = item.get("event")
        if isinstance(event, dict):
            given_up = {**known.get(ABANDONED_ARMS, {}), **event.get(ABANDONED_ARMS, {})}
            known |= event
            if given_up:
                known[ABANDONED_ARMS] = given_up
    return known


def domain_status(facts: TrialFacts) -> str:
    """The name of the `TrialStatus` that the trial has."""
    if is_retried(facts):
        return "CANDIDATE"
    if facts.status == "running":
        status: str = known_run(facts).get("status", {}).get("name", "RUNNING")
        return status
    return _END_STATUS.get(facts.status, "FAILED")


def trial_json(facts: TrialFacts, config: Mapping[str, Any]) -> Json:
    """A readable trial's part of an experiment's document.

    Args:
        facts: Of the trial.
        config: The version of the configuration under which it was made.
    """
    assert facts.arm is not None  # noqa: S101 - a readable trial has one
    arms, made = facts.arm["arms"], dict(facts.arm["trial"])
    known, attempt = known_run(facts), facts.last_attempt
    if "generator_run_structs" in made:
        made["generator_run_structs"] = [
            {
                "generator_run": _whole_run(item["generator_run"], arms, config),
                "weight": item["weight"],
            }
            for item in made["generator_run_structs"]
        ]
        made[ABANDONED_ARMS] = known.get(ABANDONED_ARMS, {})
    elif made["generator_run"] is not None:
        made["generator_run"] = _whole_run(made["generator_run"], arms, config)
    end = (attempt.end if attempt is not None and not is_retried(facts) else None) or {}
    return {
        **made,
        **{key: known.get(key) for key in RUN_KEYS},
        **{key: end.get(key) for key in END_KEYS},
        "index": facts.number,
        "status": {"__type": "TrialStatus", "name": domain_status(facts)},
    }


def _whole_run(run: Mapping[str, Any], arms: list[Json], config: Mapping[str, Any]) -> Json:
    whole = dict.fromkeys(("type", "fit_time", "gen_time", "model_key", "index", "time_created"))
    return {
        **whole,
        **{key: config[key] for key in _RUN_CONTEXT},
        **run,
        "arms": [{"__type": "Arm", **arms[position]} for position in run["arms"]],
    }


def data_json(document: Mapping[str, Any]) -> Json:
    """A data document's part of an experiment's document."""
    names: dict[str, None] = {"arm_name": None, "metric_name": None, "mean": None}
    for row in document["rows"]:
        names |= dict.fromkeys(row)
    columns = {
        name: {str(at): row.get(name) for at, row in enumerate(document["rows"])} for name in names
    }
    return {
        "__type": "Data",
        "df": {"__type": "DataFrame", "value": json.dumps(columns)},
        "description": document.get("description"),
    }

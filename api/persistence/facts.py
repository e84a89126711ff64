"""An experiment's JSON object taken apart into the facts of a store folder, and back together.

    config          everything but name, trials and data; budget and seed of the experiment
    trial N         what it was made with: its arms once, and the generator runs that refer to them
    claim           when it left CANDIDATE: status, times, runner, what the runner said
    data            one entry of the data attached to it: timestamp and rows
    end             how it ended, with the data in it
    late            what came after the end

Pure functions of JSON values: no file and no domain object.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from armwright.persistence.experiment_json import FORMAT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from armwright.store import State, TrialFacts

__all__ = [
    "END_STATUS",
    "MAX_LOST",
    "claim_document",
    "config_document",
    "data_document",
    "end_document",
    "experiment_document",
    "is_retried",
    "stored_data",
    "trial_document",
]

Json = dict[str, Any]

# An attempt that was lost is repeated, but not for ever: an arm may be what kills its worker.
MAX_LOST = 3

_CONFIG_KEYS = (
    *("__type", "description", "experiment_type", "is_test", "search_space"),
    *("optimization_config", "tracking_metrics", "runner", "status_quo"),
)
_CLAIM_KEYS = ("status", "time_staged", "time_run_started", "run_metadata", "runner")
_END_KEYS = ("time_completed", "abandoned_reason")
_MADE_KEYS = (
    *("__type", "trial_type", "time_created", "num_arms_created"),
    "generation_step_index",
)
_BATCH_KEYS = ("status_quo", "status_quo_weight_override", "optimize_for_power")
_RUN_CONTEXT = ("search_space", "optimization_config")

END_STATUS = {
    "completed": "COMPLETED",
    "failed": "FAILED",
    "abandoned": "ABANDONED",
    "cancelled": "ABANDONED",
}


def config_document(document: Mapping[str, Any]) -> Json:
    """The part of an experiment's document that is its configuration."""
    return {key: document[key] for key in _CONFIG_KEYS}


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


def _whole_run(run: Mapping[str, Any], arms: list[Json], config: Mapping[str, Any]) -> Json:
    whole = dict.fromkeys(("type", "fit_time", "gen_time", "model_key", "index", "time_created"))
    return {
        **whole,
        **{key: config[key] for key in _RUN_CONTEXT},
        **run,
        "arms": [{"__type": "Arm", **arms[position]} for position in run["arms"]],
    }


def claim_document(trial: Mapping[str, Any]) -> Json | None:
    """What is known of the trial's run since it left CANDIDATE; None if it did not."""
    if trial["status"]["name"] == "CANDIDATE":
        return None
    claim = {key: trial[key] for key in _CLAIM_KEYS if trial[key] is not None}
    if trial["status"]["name"] != "STAGED":
        claim["status"] = {"__type": "TrialStatus", "name": "RUNNING"}
    return claim


def end_document(trial: Mapping[str, Any], data: Iterable[Json]) -> Json | None:
    """How the trial ended, with all its data; None if it has not."""
    for state, status in END_STATUS.items():
        if trial["status"]["name"] == status:
            end = {key: trial[key] for key in _END_KEYS if trial[key] is not None}
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


def _data(document: Mapping[str, Any]) -> Json:
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


def stored_data(facts: TrialFacts) -> list[Json]:
    """All data documents of a trial, oldest timestamp first: reported, in an end, and late ones."""
    found: dict[int, Json] = {}
    for attempt in facts.attempts.values():
        if attempt.end is not None and attempt.end["state"] in ("preempted", "lost"):
            continue
        for document in (*attempt.data, *((attempt.end or {}).get("data", ()))):
            if "timestamp" in document:
                found[document["timestamp"]] = document
    for document in facts.late:
        if "timestamp" in document and not document.get("too_late"):
            found[document["timestamp"]] = document
    return [found[timestamp] for timestamp in sorted(found)]


def is_retried(facts: TrialFacts) -> bool:
    """Whether somebody may claim the trial now: it waits, or its last attempt came to nothing."""
    if facts.status in ("waiting", "preempted"):
        return True
    lost = sum((attempt.end or {}).get("state") == "lost" for attempt in facts.attempts.values())
    return facts.status == "lost" and lost < MAX_LOST


def experiment_document(state: State) -> Json:
    """Puts an experiment's document together from the facts."""
    config = state.configs[state.version]
    trials, data = {}, {}
    for number in sorted(state.trials):
        facts = state.trials[number]
        if facts.void or facts.arm is None:
            continue
        trials[str(number)] = _trial(facts, state)
        stored = stored_data(facts)
        if stored:
            data[str(number)] = [[item["timestamp"], _data(item)] for item in stored]
    return {
        **{key: config[key] for key in _CONFIG_KEYS},
        "format": FORMAT,
        "name": state.experiment["name"],
        "time_created": state.experiment["time_created"],
        "trials": trials,
        "data_by_trial": data,
    }


def _trial(facts: TrialFacts, state: State) -> Json:
    assert facts.arm is not None  # noqa: S101 - the caller left those out
    config = state.configs[facts.arm["config"]]
    arms, made = facts.arm["arms"], dict(facts.arm["trial"])
    if "generator_run_structs" in made:
        made["generator_run_structs"] = [
            {
                "generator_run": _whole_run(item["generator_run"], arms, config),
                "weight": item["weight"],
            }
            for item in made["generator_run_structs"]
        ]
        made["abandoned_arms_metadata"] = {}
    elif made["generator_run"] is not None:
        made["generator_run"] = _whole_run(made["generator_run"], arms, config)
    document: Json = {
        **dict.fromkeys((*_CLAIM_KEYS, *_END_KEYS)),
        **made,
        "index": facts.number,
        "status": {"__type": "TrialStatus", "name": _status(facts)},
    }
    attempt = facts.last_attempt
    if attempt is not None and not is_retried(facts):
        document |= {key: item for key, item in (attempt.claim or {}).items() if key in _CLAIM_KEYS}
        document |= {key: item for key, item in (attempt.end or {}).items() if key in _END_KEYS}
        for event in (*attempt.data, *facts.late):
            document |= {
                key: item for key, item in event.get("event", {}).items() if key in document
            }
    document["status"] = {"__type": "TrialStatus", "name": _status(facts)}
    return document


def _status(facts: TrialFacts) -> str:
    if facts.status == "running":
        attempt = facts.last_attempt
        assert attempt is not None  # noqa: S101 - it runs
        known = [attempt.claim or {}, *(item.get("event", {}) for item in attempt.data)]
        names = [item["status"]["name"] for item in known if "status" in item]
        return names[-1] if names else "RUNNING"
    if is_retried(facts):
        return "CANDIDATE"
    return END_STATUS.get(facts.status, "FAILED")

"""An experiment with its trials and data as one JSON object, and back.

The one description of an experiment's state: a `.json` document is this object, and a store folder
holds the same parts as facts (`armwright.persistence.facts`).
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from armwright.experiment import (
    AbandonedArm,
    Arm,
    BatchTrial,
    Experiment,
    GeneratorRunStruct,
    OptimizationConfig,
    Runner,
    SearchSpace,
    SimpleExperiment,
    Trial,
)
from armwright.persistence.json_codec import (
    WRONG_DOCUMENT,
    JSONDecodeError,
    JSONEncodeError,
    data_from_json,
    object_from_json,
    object_to_json,
)
from armwright.persistence.unknown_metrics import (
    warn_of_unknown,
    with_known_metrics,
    with_unknown_metrics,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from armwright.experiment import BaseTrial, GeneratorRun

__all__ = [
    "FORMAT",
    "add_trial",
    "definition_to_json",
    "experiment_from_json",
    "experiment_to_json",
    "register_arms",
    "set_trial_state",
    "trial_to_json",
    "without_trials",
]

FORMAT = 1  # of the document; a later one keeps a reader for this one

# Key in the document -> attribute; in the order in which a person reads them.
_TRIAL_STATE = {
    "trial_type": "_trial_type",
    "status": "_status",
    "time_created": "_time_created",
    "time_completed": "_time_completed",
    "time_staged": "_time_staged",
    "time_run_started": "_time_run_started",
    "abandoned_reason": "_abandoned_reason",
    "run_metadata": "_run_metadata",
    "runner": "_runner",
    "num_arms_created": "_num_arms_created",
    "generation_step_index": "_generation_step_index",
}


def experiment_to_json(experiment: Experiment) -> dict[str, Any]:
    """The document of an experiment.

    Raises:
        JSONEncodeError: It is of a class of the user's own, or holds a metric or runner of a class
            that is not registered.
    """
    return {
        **definition_to_json(experiment),
        "trials": {str(index): trial_to_json(trial) for index, trial in experiment.trials.items()},
        "data_by_trial": {
            str(index): [[timestamp, object_to_json(data)] for timestamp, data in stored.items()]
            for index, stored in experiment.data_by_trial.items()
        },
    }


def definition_to_json(experiment: Experiment) -> dict[str, Any]:
    """The same without trials and data."""
    if type(experiment) not in (Experiment, SimpleExperiment):
        raise JSONEncodeError(
            f"{type(experiment).__name__} has no form in our documents, only Experiment and "
            "SimpleExperiment have"
        )
    document = {
        "__type": type(experiment).__name__,
        "format": FORMAT,
        "name": experiment._name,
        "description": experiment.description,
        "experiment_type": experiment.experiment_type,
        "is_test": experiment.is_test,
        "time_created": object_to_json(experiment.time_created),
        "search_space": object_to_json(experiment.search_space),
        "optimization_config": object_to_json(experiment.optimization_config),
        "tracking_metrics": object_to_json(list(experiment._tracking_metrics.values())),
        "runner": object_to_json(experiment.runner),
        "status_quo": object_to_json(experiment.status_quo),
    }
    return dict(with_unknown_metrics(document, experiment._unknown_metrics))


def trial_to_json(trial: BaseTrial) -> dict[str, Any]:
    """The document of one trial."""
    document: dict[str, Any] = {"__type": type(trial).__name__, "index": trial.index}
    document |= {key: object_to_json(getattr(trial, name)) for key, name in _TRIAL_STATE.items()}
    if isinstance(trial, BatchTrial):
        document |= {
            "generator_run_structs": [
                object_to_json(struct) for struct in trial.generator_run_structs
            ],
            "status_quo": object_to_json(trial.status_quo),
            "status_quo_weight_override": trial._status_quo_weight_override,
            "optimize_for_power": trial.optimize_for_power,
            "abandoned_arms_metadata": {
                name: object_to_json(arm) for name, arm in trial._abandoned_arms_metadata.items()
            },
        }
    elif isinstance(trial, Trial):
        document["generator_run"] = object_to_json(trial.generator_run)
    return dict(with_unknown_metrics(document, trial.experiment._unknown_metrics))


def experiment_from_json(document: Mapping[str, Any], *, strict: bool = False) -> Experiment:
    """The experiment a document describes; a SimpleExperiment comes without its function.

    Args:
        document: What `experiment_to_json` returned.
        strict: Whether to refuse metrics of classes that are not known here, rather than to warn
            and put plain metrics in their place.

    Raises:
        JSONDecodeError: The document is of another kind, or of a later format, or incomplete, or
            names a class that is not known here.
    """
    kind, version = document.get("__type"), document.get("format", FORMAT)
    if kind not in ("Experiment", "SimpleExperiment"):
        raise JSONDecodeError(f"expected the document of an experiment, got one of {kind!r}")
    if type(version) is not int or version < 1:
        raise JSONDecodeError(f"the document's format should be 1 to {FORMAT}, got {version!r}")
    if version > FORMAT:
        raise JSONDecodeError(
            f"the document is of format {version}, this armwright reads up to {FORMAT}",
            hint="upgrade armwright",
        )
    try:
        unknown: dict[str, Any] = {}
        if not strict:
            document, unknown = with_known_metrics(document)
        experiment = without_trials(document)
        experiment._unknown_metrics = unknown
        trials = {int(index): trial for index, trial in document["trials"].items()}
        for index in sorted(trials):
            add_trial(experiment, index, trials[index], document)
        _add_data(experiment, document["data_by_trial"])
    except KeyError as error:
        raise JSONDecodeError(f"the {kind} in this document lacks {error}") from error
    except WRONG_DOCUMENT as error:
        raise JSONDecodeError(f"the {kind} in this document cannot be: {error}") from error
    warn_of_unknown(unknown)
    return experiment


_PARTS: dict[str, Any] = {
    "time_created": datetime,
    "search_space": SearchSpace,
    "optimization_config": OptimizationConfig | None,
    "tracking_metrics": list,
    "runner": Runner | None,
    "status_quo": Arm | None,
}


def without_trials(document: Mapping[str, Any]) -> Experiment:
    """The experiment that a document describes, before there was any trial."""
    part = {key: object_from_json(document[key]) for key in _PARTS}
    for key, kind in _PARTS.items():
        if not isinstance(part[key], kind):
            raise TypeError(f"{key} is {part[key]!r}")
    definition = {key: part[key] for key in ("search_space", "status_quo")}
    experiment: Experiment
    if document["__type"] == "SimpleExperiment":
        experiment = SimpleExperiment(name=document["name"], **definition)
    else:
        experiment = Experiment(name=document["name"], **definition)
    experiment.description = document["description"]
    experiment.is_test = document["is_test"]
    experiment.runner = part["runner"]
    experiment._experiment_type = document["experiment_type"]
    experiment._time_created = part["time_created"]
    experiment._tracking_metrics = {metric.name: metric for metric in part["tracking_metrics"]}
    experiment._optimization_config = part["optimization_config"]
    return experiment


def add_trial(
    experiment: Experiment, index: int, document: Mapping[str, Any], whole: Mapping[str, Any]
) -> BaseTrial:
    """Adds a trial that a document describes to an experiment that has none of its index.

    Args:
        experiment: What is added to.
        index: Of the trial; any that is free.
        document: What `trial_to_json` returned.
        whole: The experiment's own document; its search space and optimization config are shared
            by generator runs that have equal ones.
    """
    trial: BaseTrial
    if document["__type"] == "BatchTrial":
        trial = _batch_trial(experiment, document, whole)
    else:
        trial = Trial(experiment)
        trial._generator_run = _run(experiment, document["generator_run"], whole)
    trials = experiment._trials
    del trials[trial._index]
    is_last = index > next(reversed(trials), -1)
    trial._index, trials[index] = index, trial
    if not is_last:
        in_order = dict(sorted(trials.items()))
        trials.clear()
        trials.update(in_order)
    set_trial_state(trial, document)
    register_arms(experiment, trial)
    return trial


def set_trial_state(trial: BaseTrial, document: Mapping[str, Any]) -> None:
    """Sets what may change about a trial once it is made: status, times, runner, arms given up."""
    for key, name in _TRIAL_STATE.items():
        setattr(trial, name, object_from_json(document.get(key)))
    trial._run_metadata = trial._run_metadata or {}
    if isinstance(trial, BatchTrial):
        trial._abandoned_arms_metadata = {
            name: AbandonedArm(
                name=name, time=object_from_json(item["time"]), reason=item["reason"]
            )
            for name, item in document["abandoned_arms_metadata"].items()
        }


def register_arms(experiment: Experiment, trial: BaseTrial) -> None:
    """Lets the experiment know the arms of a trial that came from a document."""
    for arm in trial._arms_used:
        # Two workers may have made the same arm at once: each keeps its name, which data refer to.
        experiment._arms.by_name.setdefault(arm.name, arm)
        experiment._arms.by_signature.setdefault(arm.signature, arm)


def _add_data(experiment: Experiment, by_trial: Mapping[str, Any]) -> None:
    places = [
        (int(index), int(timestamp), data)
        for index, stored in by_trial.items()
        for timestamp, data in stored
    ]
    plain = [place for place in places if place[2].get("__type") == "Data"]
    found = dict(zip(map(id, plain), data_from_json([data for *_, data in plain]), strict=True))
    for place in places:
        index, timestamp, document = place
        data = found[id(place)] if id(place) in found else object_from_json(document)
        experiment._data_by_trial.setdefault(index, OrderedDict())[timestamp] = data


def _run(
    experiment: Experiment, document: Mapping[str, Any] | None, whole: Mapping[str, Any]
) -> GeneratorRun | None:
    """A generator run; it shares the experiment's search space and config where they are equal."""
    if document is None:
        return None
    short = {key: item for key, item in document.items() if key not in _RUN_CONTEXT}
    run: GeneratorRun = object_from_json(short)
    for key in _RUN_CONTEXT:
        is_own = document.get(key) == whole[key]
        value = getattr(experiment, key) if is_own else object_from_json(document.get(key))
        setattr(run, f"_{key}", value)
    return run


_RUN_CONTEXT = ("search_space", "optimization_config")


def _batch_trial(
    experiment: Experiment, document: Mapping[str, Any], whole: Mapping[str, Any]
) -> BatchTrial:
    trial = BatchTrial(experiment, optimize_for_power=False)
    trial._generator_run_structs = [
        GeneratorRunStruct(generator_run=run, weight=item["weight"])
        for item in document["generator_run_structs"]
        if (run := _run(experiment, item["generator_run"], whole)) is not None
    ]
    trial._status_quo = object_from_json(document["status_quo"])
    trial._status_quo_weight_override = document["status_quo_weight_override"]
    trial.optimize_for_power = document["optimize_for_power"]
    return trial

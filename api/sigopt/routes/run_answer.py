"""A run as the routes answer it: a JSON object with the fields of a TrainingRun."""

from __future__ import annotations

from typing import Any

from armwright.sigopt.place import CLIENT_ID
from armwright.sigopt.training_run import training_run

__all__ = ["checkpoint_answer", "run_answer"]

Json = dict[str, Any]

_OURS = (
    *("checkpoints", "made_as", "withdrawn", "task", "observation_metadata", "arm"),
    *("has_metadata", "of_suggestion", "moved"),
)


def run_answer(run: Json) -> Json:
    """What is answered of a run's document."""
    shown = {key: item for key, item in training_run(run).to_json().items() if key not in _OURS}
    return {
        "object": "training_run",
        **shown,
        "client": CLIENT_ID,
        "datasets": {name: {} for name in run["datasets"]},
        "logs": {name: {"content": text} for name, text in run["logs"].items()},
        "values": {
            name: {"object": "metric_evaluation", **value} for name, value in run["values"].items()
        },
    }


def checkpoint_answer(run: Json, place: int) -> Json:
    """What is answered of one of a run's checkpoints; they count from 0."""
    said = run["checkpoints"][place]
    return {
        "object": "checkpoint",
        "id": f"{run['id']}-{place}",
        "training_run": run["id"],
        "created": said["created"],
        "metadata": said.get("metadata") or {},
        "should_stop": False,
        "stopping_reasons": {},
        "values": list(said["values"].values()),
    }

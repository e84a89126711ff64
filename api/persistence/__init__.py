"""Domain objects as documents and files: save, load, and experiments bound to a store."""

from armwright.persistence.asked_trials import AskedTrial, BestTrial, EndedTrial
from armwright.persistence.definition import Definition, definition_from_dict, definition_from_text
from armwright.persistence.json_codec import (
    JSONDecodeError,
    JSONEncodeError,
    object_from_json,
    object_to_json,
    register_metric,
    register_runner,
)
from armwright.persistence.progress import Progress
from armwright.persistence.save import load, save
from armwright.persistence.stored_experiment import StoredExperiment

__all__ = [
    "AskedTrial",
    "BestTrial",
    "Definition",
    "EndedTrial",
    "JSONDecodeError",
    "JSONEncodeError",
    "Progress",
    "StoredExperiment",
    "definition_from_dict",
    "definition_from_text",
    "load",
    "object_from_json",
    "object_to_json",
    "register_metric",
    "register_runner",
    "save",
]

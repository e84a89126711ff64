"""`save` and `load`: an experiment in a `.json` document, or in a store folder."""

from __future__ import annotations

import json
import os

from armwright.errors import UsageError
from armwright.experiment import Experiment
from armwright.persistence.experiment_json import experiment_from_json, experiment_to_json
from armwright.persistence.folder_view import FolderView
from armwright.persistence.json_codec import JSONDecodeError
from armwright.persistence.live_journal import LiveJournal
from armwright.persistence.publish import publish
from armwright.store import ExperimentFolder, read_document, write_document
from armwright.store.address import shown

__all__ = ["load", "save"]

# Of files of other formats, which nobody wants a store folder to be called like.
_FILE_ENDINGS = (
    *(".json", ".jsn", ".jsonl", ".txt", ".csv", ".tsv", ".xml", ".yaml", ".yml", ".toml", ".ini"),
    *(".pkl", ".pickle", ".npz", ".npy", ".h5", ".db", ".sqlite", ".parquet", ".gz", ".zip"),
)


def save(experiment: Experiment, filepath: str | os.PathLike[str]) -> None:
    """Saves an experiment. Source: the flat Ax API; store folders are ours.

    Args:
        experiment: With its trials and data.
        filepath: A path or fsspec URL. One that ends in `.json` is one document, replaced as a
            whole; any other is a store folder, to which is added what it does not hold yet.

    Raises:
        ValueError: It is not an experiment, or the path is empty or that of another kind of file.
        JSONEncodeError: It holds a Metric or Runner of a class that is not registered.
        ConflictError: The store folder holds a different fact; nothing was changed.
        StoreError: It cannot be written there.
    """
    if not isinstance(experiment, Experiment):
        raise UsageError(f"save takes an Experiment, got {experiment!r}")
    url = _path(filepath)
    if not url:
        raise UsageError("save needs a path, got an empty one")
    if not url.endswith(".json") and url.lower().endswith(_FILE_ENDINGS):
        raise UsageError(
            f"a document's path ends in .json, got {shown(url)!r}",
            hint="or name a folder, which becomes a store",
        )
    if url.endswith(".json"):
        text = json.dumps(experiment_to_json(experiment), allow_nan=False, indent=1)
        write_document(url, text.encode())
        return
    from armwright.generation.seed import base_seed

    publish(experiment, url, plan={"budget": None, "seed": base_seed(), "initial_trials": None})


def load(
    filepath: str | os.PathLike[str], *, strict: bool = False, live: bool = False
) -> Experiment:
    """Loads an experiment that `save` or the `armwright` command wrote; either form.

    A metric of a class that is not known here does not keep the experiment from being opened: a
    plain Metric comes in its place, with a warning.

    Args:
        filepath: The path or fsspec URL.
        strict: Whether to refuse such metrics.
        live: Whether the experiment stays bound to its store folder: what its trials do and the
            data attached to it are written at once, and `refresh()` brings in what others wrote.
            Otherwise it is a copy in memory, of which `save` publishes what is new.

    Raises:
        ExperimentNotFoundError: There is none at that path.
        JSONDecodeError: The document is not an experiment's, or holds a class that is not known.
        StoreError: It cannot be read.
        UsageError: `live`, and the path is that of a document.
    """
    url = _path(filepath)
    if live and url.endswith(".json"):
        raise UsageError(
            f"a document cannot be live: {shown(url)!r} is one file, replaced as a whole",
            hint="save the experiment to a path without .json, which becomes a store folder",
        )
    if not url.endswith(".json"):
        folder = ExperimentFolder.open(url)
        view = FolderView(folder, folder.state, strict=strict)
        return LiveJournal(folder, view).experiment if live else view.experiment
    try:
        document = json.loads(read_document(url))
    except (ValueError, RecursionError) as error:
        raise JSONDecodeError(f"{shown(url)!r} is not JSON: {error}") from error
    if not isinstance(document, dict):
        kind = type(document).__name__
        raise JSONDecodeError(
            f"{shown(url)!r} is not an experiment: expected an object, got a {kind}"
        )
    return experiment_from_json(document, strict=strict)


def _path(filepath: str | os.PathLike[str]) -> str:
    url = os.fspath(filepath)
    if not isinstance(url, str):
        raise UsageError(f"a path should be text, got {filepath!r}")
    return url

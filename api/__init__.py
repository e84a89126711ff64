"""Experiments as plain files, and arms for them from Bayesian optimization.

    from armwright import ax                       the flat Ax API
    experiment = armwright.open("runs/digits")     an experiment in a folder, shared by processes

Importing this loads neither JAX, SciPy, pandas nor pyarrow; each comes when something needs it.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from armwright.keepers import Keeper, register
from armwright.version import __version__

if TYPE_CHECKING:
    import os

    from armwright import ax, errors
    from armwright.experiment import Experiment
    from armwright.persistence import StoredExperiment
    from armwright.persistence.care import collect_garbage, compact
    from armwright.persistence.editing import edit
    from armwright.persistence.export import export
    from armwright.persistence.fork import fork
    from armwright.persistence.merge import merge
    from armwright.persistence.steering import archive, delete, resume, stop
    from armwright.sigopt.replaying import replay
    from armwright.store.archive import import_archive
    from armwright.store.doctor import doctor
    from armwright.store.migration import migrate
    from armwright.store.verify import verify

__all__ = [
    "__version__",
    "archive",
    "ax",
    "collect_garbage",
    "compact",
    "create",
    "delete",
    "doctor",
    "edit",
    "errors",
    "export",
    "fork",
    "import_archive",
    "merge",
    "migrate",
    "open",
    "replay",
    "resume",
    "sigopt",
    "stop",
    "verify",
]

# Where each is defined; loaded when it is asked for.
_PLACES = {
    "collect_garbage": "persistence.care",
    "archive": "persistence.steering",
    "compact": "persistence.care",
    "delete": "persistence.steering",
    "doctor": "store.doctor",
    "edit": "persistence.editing",
    "export": "persistence.export",
    "fork": "persistence.fork",
    "import_archive": "store.archive",
    "merge": "persistence.merge",
    "migrate": "store.migration",
    "replay": "sigopt.replaying",
    "resume": "persistence.steering",
    "stop": "persistence.steering",
    "verify": "store.verify",
}


def _sigopt() -> Keeper:
    from armwright.sigopt import arm_maker

    return arm_maker


register("sigopt", _sigopt)


def __getattr__(name: str) -> Any:
    if name in ("ax", "errors", "sigopt"):
        return importlib.import_module(f"armwright.{name}")
    if name in _PLACES:
        return getattr(importlib.import_module(f"armwright.{_PLACES[name]}"), name)
    raise AttributeError(f"module 'armwright' has no attribute {name!r}")


def create(
    url: str | os.PathLike[str],
    definition: Experiment | Mapping[str, Any] | str | os.PathLike[str],
    *,
    budget: int | None = None,
    seed: int | None = None,
    generation: Mapping[str, Any] | None = None,
) -> StoredExperiment:
    """Makes an experiment in a folder.

    Args:
        url: `<root>/<name>`: a path or an fsspec URL.
        definition: An experiment, the path of an experiment file (YAML, TOML or JSON), or a dict as
            in one; its own budget, seed and generation count where none is given here.
        budget: How many trials to make; None for no end.
        seed: Decides every arm; `ARMWRIGHT_SEED` or fresh entropy when left out.
        generation: What there is to say of the model that makes arms, such as
            {"output_warp": "likeliest"}; see `armwright.generation_options`.

    Raises:
        ExperimentExistsError: There is an experiment already.
        UsageError: The definition has a fault; says which key, what was expected, what came.
        StoreError: It cannot be made there.
    """
    from armwright.errors import UsageError
    from armwright.experiment import Experiment
    from armwright.persistence import StoredExperiment, definition_from_dict

    if isinstance(definition, Experiment):
        return StoredExperiment.create(
            url, definition, budget=budget, seed=seed, generation=generation
        )
    if isinstance(definition, Mapping):
        made = definition_from_dict(definition)
    else:
        from armwright.experiment_file import read_experiment_file

        made = read_experiment_file(definition)
    if made.parts and budget not in (None, made.budget):
        raise UsageError(
            f"the budget of SigOpt's fields is {made.budget}, got {budget} beside them",
            hint="write it into the file, where the rules of the other fields are checked with it",
        )
    return StoredExperiment.create(
        url,
        made.experiment,
        budget=made.budget if budget is None else budget,
        seed=made.seed if seed is None else seed,
        generation=made.generation if generation is None else generation,
        parts=made.parts,
    )


def open(url: str | os.PathLike[str]) -> StoredExperiment:  # noqa: A001 - as fsspec.open, h5py.File
    """Opens the experiment in a folder, to ask and tell.

    Raises:
        ExperimentNotFoundError: There is none; says what is there instead.
        StoreError: It cannot be read.
    """
    from armwright.persistence import StoredExperiment

    return StoredExperiment.open(url)

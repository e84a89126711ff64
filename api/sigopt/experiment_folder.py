"""From an experiment's id to its folder, and what is said where there is none."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from armwright.errors import ArmwrightError
from armwright.sigopt.exception import refused
from armwright.sigopt.folders import opened
from armwright.sigopt.place import store
from armwright.store import ExperimentFolder
from armwright.store.location import experiment_url

if TYPE_CHECKING:
    from armwright.sigopt.exception import ApiException
    from armwright.sigopt.run_folder import RunFolder

__all__ = ["experiment_folder", "missing_experiment"]


def experiment_folder(ident: str) -> RunFolder | None:
    """The folder of an experiment, as it is now; None where there is none of this id."""
    if not (ident.isascii() and ident.isdigit()):
        return None
    try:
        folder = opened(ident)
    except LookupError:
        return None
    return folder if "parameters" in folder.definition else None


def missing_experiment(ident: Any) -> ApiException:
    """What is raised where there is no experiment of an id, status 404; says what there is."""
    said = f"there is no experiment {ident!r}"
    if isinstance(ident, str) and not ident.isdigit():
        with contextlib.suppress(ArmwrightError, OSError, ValueError):
            url = experiment_url(store(), ident)
            ExperimentFolder.open(url)
            said += (
                f" that SigOpt code can run: {url} has a name, and ids are of digits; work on it "
                f"with armwright.open({url!r}), or make one with armwright sigopt create experiment"
            )
    return refused(said, 404)

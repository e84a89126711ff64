"""From an experiment's id to its folder, and what is said where there is none."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from armwright.errors import ArmwrightError
from armwright.sigopt.exception import refused
from armwright.sigopt.folders import opened, opened_by_name
from armwright.sigopt.place import experiment_id, is_id, store
from armwright.store import ExperimentFolder
from armwright.store.location import experiment_url, locate, locate_root

if TYPE_CHECKING:
    from armwright.sigopt.exception import ApiException
    from armwright.sigopt.run_folder import RunFolder

__all__ = ["experiment_folder", "id_in_store", "missing_experiment"]


def experiment_folder(ident: str) -> RunFolder | None:
    """The folder of an experiment, as it is now; None where there is none.

    Args:
        ident: Its id, or the name of its folder.
    """
    try:
        folder = opened(ident) if is_id(ident) else opened_by_name(ident)
    except LookupError:
        return None
    return folder if "parameters" in folder.definition else None


def id_in_store(url: str) -> str | None:
    """The id by which SigOpt code finds an experiment; None where it is in another store.

    Args:
        url: Of an experiment of SigOpt's fields.
    """
    place = locate(url)
    return experiment_id(place.name) if place.root.url == locate_root(store()).url else None


def missing_experiment(ident: Any) -> ApiException:
    """What is raised where there is no experiment of an id, status 404; says what there is."""
    said = f"there is no experiment {ident!r}"
    if isinstance(ident, str) and not ident.isdigit():
        with contextlib.suppress(ArmwrightError, OSError, ValueError):
            url = experiment_url(store(), ident)
            ExperimentFolder.open(url)
            said += (
                f" that SigOpt code can run: {url} was not made of SigOpt's fields; work on it "
                f"with armwright.open({url!r}), or make one of an experiment.yml in SigOpt's words"
            )
    return refused(said, 404)

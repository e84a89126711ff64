"""What to tell someone who looked for an experiment where there is none; which ones there are."""

import os

from armwright.store.errors import ExperimentNotFoundError
from armwright.store.files import Listing
from armwright.store.layout import EXPERIMENT_FILE, MARKER_FILE
from armwright.store.location import Location, locate_root

__all__ = ["experiments", "experiments_in", "not_found"]

_SHOWN = 5


def experiments(url: str | os.PathLike[str]) -> tuple[str, ...]:
    """Names the experiments in a root, sorted; those still being made included.

    Raises:
        StoreError: The root cannot be read.
    """
    root = locate_root(url)
    return experiments_in(root, root.files.list(root.path))


def not_found(location: Location) -> ExperimentNotFoundError:
    """Returns the error for a folder without an experiment: what was looked for, what is there."""
    listing = location.files.list(location.path)
    url = location.url
    looked = f"no experiment at {url!r}: looked for {EXPERIMENT_FILE}"
    found = experiments_in(location, listing)
    if found:
        names = ", ".join(repr(name) for name in found[:_SHOWN])
        more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
        return ExperimentNotFoundError(
            f"{looked}; the folder is a store and holds the experiments {names}{more}",
            hint=f"name one of them: {url.rstrip('/')}/{found[0]}",
        )
    hint = f"make one: armwright create {url} --from experiment.yml"
    above = location.root
    if EXPERIMENT_FILE in above.files.list(above.path).files:
        hint = f"the experiment is the folder above: {above.url}"
    files = [name for name in listing.files if not name.startswith(".")]
    folders = [name for name in listing.folders if not name.startswith(".")]
    if MARKER_FILE in files:
        return ExperimentNotFoundError(
            f"{looked}; the folder is a store and holds no experiment yet",
            hint=f"make one: armwright create {url.rstrip('/')}/NAME --from experiment.yml",
        )
    if not files and not folders:
        return ExperimentNotFoundError(f"{looked}; nothing is there", hint=hint)
    parts = [_count(files, "other file"), _count(folders, "folder")]
    holds = " and ".join(part for part in parts if part)
    return ExperimentNotFoundError(f"{looked}; the folder holds {holds}", hint=hint)


def experiments_in(root: Location, listing: Listing) -> tuple[str, ...]:
    """Names the experiments in a root whose listing is known, sorted."""
    folders = sorted(name for name in listing.folders if not name.startswith("."))
    paths = {root.join(f"{name}/{EXPERIMENT_FILE}"): name for name in folders}
    read = root.files.read(list(paths))
    return tuple(paths[path] for path, body in read if isinstance(body, bytes))


def _count(names: list[str], word: str) -> str:
    if not names:
        return ""
    return f"{len(names)} {word}{'' if len(names) == 1 else 's'}"

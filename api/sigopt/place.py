"""Where SigOpt code keeps its experiments: a root of store folders, and the ids of what is in it.

    experiment   16 digits, the folder <root>/<id>; of a folder with another name, as `armwright
                 create` makes them, 8 and 15 digits of its name's digest
    project      a folder too, for runs outside experiments: 9 and 15 digits of its name's digest
    run          the id of its folder, then the number of its trial

So an id says where to look, and no list of all of them is needed.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from typing import TYPE_CHECKING

from armwright.sigopt.exception import refused

if TYPE_CHECKING:
    from typing import Any

__all__ = [
    "CLIENT_ID",
    "DEFAULT_ROOT",
    "USER_ID",
    "experiment_id",
    "fresh_id",
    "is_id",
    "is_id_of_name",
    "project_folder_id",
    "set_store",
    "split_run_id",
    "store",
]

DEFAULT_ROOT = "./armwright-store"
CLIENT_ID = USER_ID = "1"  # a store has one client and one user: whoever can read it

_DIGITS = 16
_OF_NAME = "8"  # what no microsecond since 1970 begins with before 2223, and no project
_lock = threading.Lock()
_chosen: list[str] = []
_last: list[int] = [0]


def set_store(url: str | os.PathLike[str] | None) -> None:
    """Says where experiments are kept from now on, in this process.

    Args:
        url: A path or an fsspec URL; None for `ARMWRIGHT_STORE`, else the folder `armwright-store`
            in the current directory.
    """
    with _lock:
        _chosen[:] = [] if url is None else [os.fspath(url)]


def store() -> str:
    """Where experiments are kept."""
    with _lock:
        if _chosen:
            return _chosen[0]
    return os.environ.get("ARMWRIGHT_STORE") or DEFAULT_ROOT


def fresh_id() -> str:
    """An id that this process has not used: microseconds since 1970, so that ids sort by age."""
    with _lock:
        _last[0] = max(_last[0] + 1, time.time_ns() // 1000)
        return str(_last[0])


def project_folder_id(project: str) -> str:
    """The folder of the runs of a project that belong to no experiment."""
    return f"9{_digits_of(project)}"


def experiment_id(name: str) -> str:
    """The id of an experiment whose folder has this name: the name itself if it is an id.

    It is the same on every machine and after every restart, for nothing but the name comes in; two
    names of a thousand have the same one with a chance of one in two thousand million.
    """
    return name if is_id(name) else f"{_OF_NAME}{_digits_of(name)}"


def is_id(text: str) -> bool:
    """Whether a text has the form of an experiment's id."""
    return len(text) == _DIGITS and text.isascii() and text.isdigit()


def is_id_of_name(ident: str) -> bool:
    """Whether an id may be that of a folder with another name."""
    return is_id(ident) and ident.startswith(_OF_NAME)


def _digits_of(name: str) -> str:
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{int(digest, 16) % 10 ** (_DIGITS - 1):0{_DIGITS - 1}d}"


def split_run_id(run_id: Any) -> tuple[str, int]:
    """The folder's id and the trial's number of a run.

    Raises:
        ApiException: This is no id of a run. Status 404.
    """
    text = str(run_id)
    if not (text.isascii() and text.isdigit()) or len(text) <= _DIGITS:
        raise refused(f"there is no run {run_id!r}", 404)
    return text[:_DIGITS], int(text[_DIGITS:])

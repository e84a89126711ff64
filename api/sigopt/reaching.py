"""What the store says goes wrong, in SigOpt's words."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from armwright.errors import ExperimentNotFoundError, StoreError
from armwright.sigopt.exception import ConnectionException, refused

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["reaching"]


@contextmanager
def reaching(ident: str) -> Iterator[None]:
    """Runs a block that reads or writes a folder.

    Args:
        ident: Of the experiment or project.

    Raises:
        ApiException: The folder has gone. Status 404.
        ConnectionException: It cannot be read or written.
    """
    try:
        yield
    except ExperimentNotFoundError as error:
        raise refused(f"there is no experiment {ident} any more", 404) from error
    except StoreError as error:
        raise ConnectionException(str(error)) from error

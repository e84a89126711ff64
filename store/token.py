"""The token of a write: what proves, after a doubtful answer, whose file it is."""

import os
import re

__all__ = ["check_token", "new_token"]

_TOKEN = re.compile(r"[0-9A-Za-z-]{8,64}")


def new_token() -> str:
    """Returns a fresh token: one for each logical write, the same when that write is repeated."""
    return os.urandom(16).hex()


def check_token(token: str) -> None:
    """Raises ValueError unless `token` is 8 to 64 letters, digits or hyphens."""
    if not _TOKEN.fullmatch(token):
        raise ValueError(f"token: must be 8 to 64 letters, digits or hyphens, got {token!r}")

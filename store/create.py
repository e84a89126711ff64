"""The one primitive everything else stands on: of all who create a name, exactly one wins."""

from typing import Any

from armwright.store.files import Files, Outcome, files_for

__all__ = ["create"]


def create(fs: Any, path: str, body: bytes, token: str) -> Outcome:
    """Makes a file exclusively and durably.

    Whatever the number of processes, threads and machines that create the same name, one of them
    hears "won", and the file has that one's bytes for ever. The content is complete before the name
    exists. Missing folders on the way are made.

    Args:
        fs: An fsspec file system (local or memory), or an object with the calls of `Files`.
        path: Where, absolute in that file system.
        body: The whole content; must hold the token, as text.
        token: Marks this one logical write. Repeating the call with the same token and body is safe
            and says "won" again if the first call did, even if its answer was lost.

    Returns:
        "won", or "lost" if the name exists and is another's.

    Raises:
        StoreError: The file could not be written (full, read-only, no such drive); this call left
            nothing under the name.
        UncertainError: The file system did not say whether the file was written; repeat the call.
        ValueError: The token is missing from the body, or is not a token.
    """
    if token.encode() not in body:
        raise ValueError(f"body: must hold the token {token!r}")
    files: Files = files_for(fs)
    return files.create(path, body, token)

"""From what the operating system says to what the reader needs to hear."""

import errno
import os
import re

from armwright.store.errors import StoreError, UnavailableError, UncertainError

__all__ = ["DOUBTFUL", "printable", "read_failure", "reason", "write_failure"]

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_FULL = {errno.ENOSPC, errno.EDQUOT}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS}
_TOO_LARGE = {errno.EFBIG}
_NOT_A_FOLDER = {errno.ENOTDIR, errno.EEXIST}
# It may pass, and whether a write took place nobody said.
DOUBTFUL = {errno.EIO, errno.ETIMEDOUT, errno.ESTALE}


def write_failure(path: str, error: OSError) -> StoreError:
    """Says that a file was not written, why, and what to do about it."""
    message = f"cannot write {path!r}: {reason(error)}"
    if error.errno in DOUBTFUL:
        return UncertainError(
            f"{message}; it may have been written all the same",
            hint="repeat the call; it does no harm if the first one arrived",
        )
    return StoreError(message, hint=_hint(error.errno))


def read_failure(path: str, error: OSError) -> StoreError:
    """Says that a file or folder could not be read."""
    if error.errno in DOUBTFUL:
        return UnavailableError(f"cannot read {path!r}: {reason(error)}", hint="try again later")
    hint = "check that you may read it" if error.errno in _REFUSED else ""
    return StoreError(f"cannot read {path!r}: {reason(error)}", hint=hint)


def _hint(number: int | None) -> str:
    if number in _FULL:
        return "free some space or raise the quota, then repeat; nothing was changed"
    if number in _TOO_LARGE:
        return "raise the limit on file sizes (ulimit -f), then repeat; nothing was changed"
    if number in _REFUSED:
        return "check that you may write there and that it is not mounted read-only"
    if number in _NOT_A_FOLDER:
        return "a file stands where a folder is needed: move it, or choose another path"
    if number == errno.ENAMETOOLONG:
        return "choose a shorter path"
    return ""


def reason(error: OSError) -> str:
    """Returns what the operating system says, in lower case."""
    text = error.strerror or (os.strerror(error.errno) if error.errno else str(error))
    return text[:1].lower() + text[1:] if text else type(error).__name__


def printable(text: str) -> str:
    r"""Text as it may be shown: a foreign name may be no text at all, or move a terminal's cursor.

    What is no text, and each control character but the ends of lines, becomes what `\x1b` is.
    """
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)

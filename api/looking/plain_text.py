"""Text for terminals that show no more than ASCII."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ascii_only", "shows_unicode"]

_BLOCKS = dict(zip(" ▁▂▃▄▅▆▇█", " .:-=+*%#", strict=True))  # the more ink, the more
_LINES = {"│": "|", "─": "-", "└": "+", "·": ".", "●": "@", "◆": "@", "…": "~", "±": "+/-"}
_EIGHTHS = dict.fromkeys("▏▎▍", "") | dict.fromkeys("▌▋▊▉", "#")
_SHADES = {"░": ".", "▒": "+", "▓": "%"}  # the darker, the more; a block is full
_TABLE = str.maketrans(_BLOCKS | _LINES | _EIGHTHS | _SHADES)


def ascii_only(line: str) -> str:
    """A line of a chart in ASCII; letters of names that are none become question marks."""
    return line.translate(_TABLE).encode("ascii", "replace").decode()


def shows_unicode(encoding: str | None, environ: Mapping[str, str]) -> bool:
    """Whether a terminal shows more than ASCII.

    Args:
        encoding: Of what is written. Python takes UTF-8 in the locale C too, so that it says
            nothing there.
        environ: With LC_ALL, LC_CTYPE and LANG; C or POSIX means ASCII, nothing at all does not.
    """
    try:
        "●─█".encode(encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    # In the locale C, Python itself sets LC_CTYPE to C.UTF-8 for the programs that it starts.
    names = [environ.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG")]
    chosen = next((name for name in names if name and name != "C.UTF-8"), "")
    return chosen not in ("C", "POSIX")

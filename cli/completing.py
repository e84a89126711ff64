"""What a shell is told of experiments and trials: from this machine alone, and at once.

A key that is pressed waits for nobody: folders are looked at for half a second at most, whatever
disk they are on, and what lies behind a URL is not asked at all. Of URLs that were typed in a
terminal a small file remembers which there are and their highest trial number.
"""

from __future__ import annotations

import json
import os
import re
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from click.shell_completion import CompletionItem

__all__ = ["complete", "keep_noted", "note"]

_PATIENCE_S = 0.5
_MOST_NUMBERS = 200  # more are not read by anybody
_MOST_URLS = 50
_FILE = "completion.json"
_NOTED = "armwright.noted"  # in the root context's meta: highest trial by URL
_ENTRY = re.compile(r"([0-9]{1,15})\.")
_SEGMENT = re.compile(r"[0-9]{1,13}")
_T = TypeVar("_T")


def complete(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Folders and known URLs for an experiment, then the numbers of its trials. Raises nothing."""
    from click.shell_completion import CompletionItem

    given = context.params.get(parameter.name or "") or ()
    words = _joined([given] if isinstance(given, str) else list(given))
    if words and words[-1].endswith(":"):  # bash takes s3://team apart: s3 : //team
        begun = words.pop()
        whole = begun + incomplete
    else:
        begun, whole = "", incomplete
    url = words[0] if words else ""
    items = [] if words or begun else [CompletionItem(incomplete, type="dir")]
    known: dict[str, int] = _within(_known, {})
    if not words and whole:
        found = [text for text in known if text.startswith(whole)]
        items += [CompletionItem(text.removeprefix(begun)) for text in found]
    if not words and (not incomplete or incomplete.isdecimal()):
        url = _within(_named, "")
    if not url or (incomplete and not incomplete.isdecimal()):
        return items
    highest = known.get(url, -1) if "://" in url else _within(lambda: _highest(Path(url)), -1)
    return items + [CompletionItem(number) for number in _numbers(highest, incomplete)]


def note(url: str, highest: int = -1) -> None:
    """Notes an experiment behind a URL that was typed, and a trial's number that it has."""
    context = click.get_current_context(silent=True)
    if context is None or "://" not in url:
        return
    from armwright.cli.arguments import public_url

    shown = public_url(url)
    noted: dict[str, int] = context.find_root().meta.setdefault(_NOTED, {})
    noted[shown] = max(highest, noted.get(shown, -1))


def keep_noted(context: click.Context) -> None:
    """Remembers what a verb noted, where somebody sits at a terminal; never fails."""
    noted: dict[str, int] = context.find_root().meta.get(_NOTED, {})
    path = _path()
    if not noted or path is None or not _is_watched():
        return
    before = _known()
    known = {url: max(highest, before.get(url, -1)) for url, highest in noted.items()}
    newest = dict([*known.items(), *((k, v) for k, v in before.items() if k not in known)])
    if list(newest.items()) == list(before.items()):
        return
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{os.getpid()}")
        part.write_text(json.dumps(dict(list(newest.items())[:_MOST_URLS])), encoding="utf-8")
        part.replace(path)


def _is_watched() -> bool:
    """Whether somebody sits at a terminal: a job remembers nothing."""
    return sys.stderr.isatty()


def _joined(words: Sequence[str]) -> list[str]:
    """Words, with URLs that bash has taken apart at their colon put together again."""
    found: list[str] = []
    for word in words:
        if found and (word == ":" or (found[-1].endswith(":") and word.startswith("//"))):
            found[-1] += word
        else:
            found.append(word)
    return found


def _numbers(highest: int, incomplete: str) -> Iterator[str]:
    """The numbers up to the highest that begin so, the first of them."""
    left = _MOST_NUMBERS
    start, width = (int(incomplete), 1) if incomplete else (0, highest + 1)
    if incomplete and str(start) != incomplete:  # no number is written 007
        return
    while start <= highest and left > 0:
        last = min(start + width, highest + 1, start + left)
        yield from map(str, range(start, last))
        left -= last - start
        start, width = start * 10, width * 10
        if start == 0:
            return


def _highest(folder: Path) -> int:
    """The highest trial number of an experiment in a folder; -1 where there is none."""
    segments = [name for name in os.listdir(folder / "t") if _SEGMENT.fullmatch(name)]  # noqa: PTH208
    newest = folder / "t" / max(segments, key=int)
    return max(int(match[1]) for name in os.listdir(newest) if (match := _ENTRY.match(name)))  # noqa: PTH208


def _known() -> dict[str, int]:
    """The URLs that are remembered, the newest first."""
    path = _path()
    try:
        document = None if path is None else json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    items = document.items() if isinstance(document, dict) else ()
    return {str(url): highest for url, highest in items if isinstance(highest, int)}


def _named() -> str:
    """The experiment that the environment or a settings file names."""
    from armwright.settings import Settings

    named = os.environ.get("ARMWRIGHT_EXPERIMENT")
    return named if named is not None else Settings.load().values.get("experiment", ("", ""))[0]


def _path() -> Path | None:
    chosen = os.environ.get("ARMWRIGHT_CACHE", "")
    if chosen.lower() in ("off", "0", "no", "false"):
        return None
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111
    return Path(chosen or f"{base}/armwright").expanduser() / _FILE


def _within(look: Callable[[], _T], otherwise: _T) -> _T:
    """What is found in time; a disk that hangs holds up a thread that nobody waits for."""
    found: list[_T] = []

    def run() -> None:
        with suppress(Exception):
            found.append(look())

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(_PATIENCE_S)
    return found[0] if found else otherwise

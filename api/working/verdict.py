"""How a trial's command ended, as the typed end of its attempt: by exit code, signals and result.

    exit code 0         completed, if it left a result; else failed (no result)
    75                  preempted: it asks to be tried again (EX_TEMPFAIL); failed the third time
    124                 failed (timeout), as timeout(1) says it
    signal 9, or 137    failed (oom): on most systems nobody but the kernel kills a trainer
    any other           failed (crash)

Once it was told to stop, whatever is no result is preempted.
"""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, final

from armwright.running.outcome import outcome_of
from armwright.working.printed_steps import is_step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from armwright.working.work_folder import TrialFolder

__all__ = ["AGAIN", "Verdict", "judged"]

AGAIN = 75  # EX_TEMPFAIL
_TIMEOUT, _KILLED = 124, (-int(signal.SIGKILL), 128 + int(signal.SIGKILL))
_MOST_AGAIN = 3
_LONGEST_NOTE = 300
_TAIL_BYTES = 1 << 20  # of what was printed; a result stands at the end

Pair = tuple[float, float | None]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How an attempt is to end.

    Attributes:
        state: completed, failed or preempted.
        reason: The kind of failure, or who interrupted; empty for a completed one.
        note: For people.
        values: What was measured.
    """

    state: str
    reason: str = ""
    note: str = ""
    values: Mapping[str, Pair] = field(default_factory=dict)


def judged(
    code: int,
    folder: TrialFolder,
    *,
    metrics: Sequence[str],
    needed: Sequence[str],
    kinds: Mapping[int, str],
    told: str = "",
    timed_out: bool = False,
    asked_before: int = 0,
) -> Verdict:
    """How the attempt is to end.

    Args:
        code: Of the command; negative for the signal that ended it.
        folder: What it left.
        metrics: The names whose values are taken.
        needed: Those without which there is no result.
        kinds: Exit codes with a meaning of their own, to kinds of failure.
        told: Why the command was told to stop; empty if it was not.
        timed_out: Whether it was stopped because it ran for too long.
        asked_before: How many attempts at the trial have asked to be tried again.
    """
    if code == 0:
        values = _result(folder, metrics, needed)
        if all(name in values for name in needed) and values:
            return Verdict(state="completed", values=values)
    if told:
        return Verdict(state="preempted", reason=told, note=_how(code))
    if timed_out:
        return Verdict(state="failed", reason="timeout", note=_note(code, folder))
    if code == 0:
        return Verdict(state="failed", reason="no result", note=_missing(values, needed))
    if code in kinds:
        return Verdict(state="failed", reason=kinds[code], note=_note(code, folder))
    if code == AGAIN and asked_before + 1 < _MOST_AGAIN:
        return Verdict(state="preempted", reason="exit 75", note=_note(code, folder))
    reason = "timeout" if code == _TIMEOUT else "oom" if code in _KILLED else "crash"
    return Verdict(state="failed", reason=reason, note=_note(code, folder))


def _result(
    folder: TrialFolder, metrics: Sequence[str], needed: Sequence[str]
) -> Mapping[str, Pair]:
    """The values in the result file, or in the last JSON line that holds all that are needed.

    Lines that say how far a command is come after all others.
    """
    if folder.result.is_file():
        text = _tail(folder.result)
        documents = [_json(text), *map(_json, reversed(text.splitlines()))]
    else:
        documents = [*map(_json, reversed(_tail(folder.stdout).splitlines()))]
    # Of a command that only says how far it is, the last of it is the result.
    last = [] if "step" in metrics else [item for item in documents if is_step(item)]
    first = [item for item in documents if not is_step(item)] if last else documents
    best: dict[str, Pair] = {}
    for document in (*first, *last):
        found = _values(document, metrics, needed)
        if found and all(name in found for name in needed):
            return found
        best = best or found
    return best


def _values(document: Any, metrics: Sequence[str], needed: Sequence[str]) -> dict[str, Pair]:
    if isinstance(document, dict):
        pairs = {name: _pair(document, name) for name in metrics}
        return {name: pair for name, pair in pairs.items() if pair is not None}
    only = needed or metrics
    pair = _pair(document, only[0]) if len(only) == 1 else None
    return {} if pair is None else {only[0]: pair}


def _pair(document: Any, name: str) -> Pair | None:
    try:
        return outcome_of(document, name)
    except OverflowError:  # a whole number that no float holds
        return None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _tail(path: Path) -> str:
    """The end of a file; empty where the command has taken it away."""
    try:
        with path.open("rb") as file:
            file.seek(0, 2)
            file.seek(max(file.tell() - _TAIL_BYTES, 0))
            return file.read().decode("utf-8", errors="replace")
    except OSError:
        return ""


def _missing(values: Mapping[str, Pair], needed: Sequence[str]) -> str:
    wanted = [name for name in needed if name not in values]
    shape = json.dumps(dict.fromkeys(wanted or ["metric"], 0.5))
    return f"exit code 0, and no JSON line with {', '.join(wanted)}; print one such as {shape}"


def _how(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"ended by signal {-code}"


def _note(code: int, folder: TrialFolder) -> str:
    lines = _tail(folder.stderr).splitlines()
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return f"{_how(code)}: {last[:_LONGEST_NOTE]}" if last else _how(code)

"""What a file system really does: measured with a few files of our own, which are removed again."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING, final

from armwright.store.errors import StoreError
from armwright.store.location import Location
from armwright.store.objects import ObjectFiles
from armwright.store.posix import PosixFiles
from armwright.store.token import new_token

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Measured", "measure"]

_RACERS = 8
_RACES = 10
_TRIES = 7
_LONGEST_WAIT = 10.0


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was found; what could not be measured is None or missing, with the reason in `problem`.

    Attributes:
        winners: Of each race of eight for one name, how many won.
        racers: Who raced: processes, or threads where no other process comes to the file system.
        whole: Whether the name of each race held the winner's bytes.
        repeated: Whether who asks again with the same token hears "won" again.
        links: Whether a file gets its name when it is complete; False where it is written in place.
        visible_after: Seconds until a new file was listed, the longest of a few.
        latency: Milliseconds of each call, the median of a few.
        skew: Seconds that the server's clock is ahead of ours.
        problem: Why measuring came to an end; empty if it did not.
    """

    winners: tuple[int, ...] = ()
    racers: str = "threads"
    whole: bool | None = None
    repeated: bool | None = None
    links: bool | None = None
    visible_after: float | None = None
    latency: dict[str, float] = field(default_factory=dict)
    skew: float | None = None
    problem: str = ""


def measure(location: Location) -> Measured:
    """Measures the file system of a folder, in that folder."""
    found: dict[str, object] = {}
    folder = location.join(f".probe-{new_token()}")
    made: set[str] = set()
    try:
        for probe in (_race, _repeat, _links, _visible, _time_calls, _skew):
            found |= probe(location, folder, made)
    except StoreError as error:
        found["problem"] = error.message
    finally:
        try:
            location.files.remove_many(sorted(made))
            if isinstance(location.files, PosixFiles) and Path(folder).is_dir():
                Path(folder).rmdir()
        except (StoreError, OSError) as error:
            found.setdefault("problem", f"probes could not be removed: {error}")
    return Measured(**found)  # type: ignore[arg-type] # its own fields


def _race(location: Location, folder: str, made: set[str]) -> dict[str, object]:
    """Eight at once, by processes of their own where these can come to the file system."""
    paths = [f"{folder}/race-{race}" for race in range(_RACES)]
    tokens = [new_token() for _ in range(_RACERS)]
    made.update(paths)
    racers, outcomes = "processes", _by_processes(location, paths, tokens)
    if outcomes is None:
        racers, outcomes = "threads", _by_threads(location, paths, tokens)
    winners, whole = [], True
    for path, won in zip(paths, outcomes, strict=True):
        winners.append(sum(won))
        body = dict(location.files.read([path]))[path]
        theirs = [f"{token}\n".encode() for token, one in zip(tokens, won, strict=True) if one]
        whole = whole and body in theirs
    return {"winners": tuple(winners), "whole": whole, "racers": racers}


def _by_threads(location: Location, paths: list[str], tokens: list[str]) -> list[list[bool]]:
    start = Barrier(_RACERS)

    def attempt(path: str, token: str) -> bool:
        start.wait()
        return location.files.create(path, f"{token}\n".encode(), token) == "won"

    with ThreadPoolExecutor(_RACERS) as pool:
        return [list(pool.map(attempt, [path] * _RACERS, tokens)) for path in paths]


def _by_processes(
    location: Location, paths: list[str], tokens: list[str]
) -> list[list[bool]] | None:
    """Who won each name; None where no process but this one comes to the file system."""
    if not isinstance(location.files, PosixFiles | ObjectFiles):
        return None
    racers = [
        subprocess.Popen(  # noqa: S603 our own code
            [sys.executable, "-c", _RACER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in tokens
    ]
    try:
        url = location.opening or location.url  # by a pipe, for it may hold a secret
        for racer, token in zip(racers, tokens, strict=True):
            _tell(racer, json.dumps({"url": url, "paths": paths, "token": token}))
        if any(_hear(racer) != "ready" for racer in racers):
            return None
        outcomes = []
        for _ in paths:
            for racer in racers:
                _tell(racer, "go")
            said = [_hear(racer) for racer in racers]
            if problems := sorted(set(said) - {"won", "lost"}):
                raise StoreError(problems[0] or "a process came to an untimely end")
            outcomes.append([word == "won" for word in said])
    except BrokenPipeError:
        return None
    else:
        return outcomes
    finally:
        for racer in racers:
            racer.kill()
            racer.communicate()


_RACER = """
import json, sys
from armwright.store.errors import StoreError
from armwright.store.location import locate_root
order = json.loads(sys.stdin.readline())
files, token = locate_root(order["url"]).files, order["token"]
files.list(order["paths"][0].rpartition("/")[0])
print("ready", flush=True)
for path in order["paths"]:
    sys.stdin.readline()
    try:
        print(files.create(path, (token + chr(10)).encode(), token), flush=True)
    except StoreError as error:
        print(error.message, flush=True)
"""


def _tell(racer: "subprocess.Popen[str]", words: str) -> None:
    assert racer.stdin is not None  # noqa: S101 it is a pipe
    racer.stdin.write(f"{words}\n")
    racer.stdin.flush()


def _hear(racer: "subprocess.Popen[str]") -> str:
    assert racer.stdout is not None  # noqa: S101 it is a pipe
    return racer.stdout.readline().rstrip("\n")


def _repeat(location: Location, folder: str, made: set[str]) -> dict[str, object]:
    path, token = f"{folder}/again", new_token()
    made.add(path)
    outcomes = {location.files.create(path, token.encode(), token) for _ in range(2)}
    return {"repeated": outcomes == {"won"}}


def _links(location: Location, folder: str, made: set[str]) -> dict[str, object]:
    if not isinstance(location.files, PosixFiles):
        return {}
    path = f"{folder}/link"
    made.add(path)
    try:
        os.link(f"{folder}/again", path)
    except OSError:
        return {"links": False}
    return {"links": True}


def _visible(location: Location, folder: str, made: set[str]) -> dict[str, object]:
    waits = []
    for index in range(3):
        name, token = f"seen-{index}", new_token()
        made.add(f"{folder}/{name}")
        location.files.create(f"{folder}/{name}", token.encode(), token)
        start = time.monotonic()
        while name not in location.files.list(folder).files:
            if time.monotonic() - start > _LONGEST_WAIT:
                break
            time.sleep(0.01)
        else:
            # What one listing takes is no delay.
            listed = time.monotonic()
            location.files.list(folder)
            waits.append(max(listed - start - (time.monotonic() - listed), 0.0))
            continue
        return {"visible_after": float("inf")}
    return {"visible_after": max(waits)}


def _time_calls(location: Location, folder: str, made: set[str]) -> dict[str, object]:
    files = location.files
    paths = [f"{folder}/timed-{index}" for index in range(_TRIES)]
    tokens = [new_token() for _ in paths]
    made.update(paths)
    body = b"x" * 500
    calls: dict[str, Callable[[int], object]] = {
        "create": lambda i: files.create(paths[i], tokens[i].encode() + body, tokens[i]),
        "list": lambda _: files.list(folder),
        "read": lambda i: list(files.read([paths[i]])),
        "overwrite": lambda i: files.overwrite(paths[i], body),
        "modified": lambda i: files.modified(paths[i]),
        "remove": lambda i: files.remove(paths[i]),
    }
    latency = {}
    for name, call in calls.items():
        taken = []
        for index in range(_TRIES):
            start = time.perf_counter()
            call(index)
            taken.append(time.perf_counter() - start)
        latency[name] = round(1000 * sorted(taken)[_TRIES // 2], 3)
    return {"latency": latency}


def _skew(location: Location, folder: str, made: set[str]) -> dict[str, object]:
    path = f"{folder}/clock"
    made.add(path)
    before = time.time()
    location.files.overwrite(path, b"how late is it?\n")
    ours = (before + time.time()) / 2
    stamp = location.files.modified(path)
    return {} if stamp is None else {"skew": stamp - ours}

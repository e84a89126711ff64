"""The owner's side of a lease: a small file, overwritten now and then, that says "I live".

`hb/N.k` holds a counter. Only the owner of attempt k of trial N writes it; nothing but how often it
changes means anything. It is no fact: losing it loses no result.
"""

import json
import threading
from types import TracebackType
from typing import Any, Self, final

from armwright.store.errors import StoreError
from armwright.store.folder import ExperimentFolder
from armwright.store.layout import beat_path
from armwright.store.location import Location
from armwright.store.promise import Promise
from armwright.store.surroundings import Surroundings

__all__ = ["Beat", "Heartbeat", "read_beat"]

# After a beat that failed the next one comes sooner.
_SOON = 5.0
_REAL = Surroundings()


@final
class Heartbeat:
    """Beats for an attempt while a `with` block runs, from a thread that dies with the process.

        promise = Promise(place=this_place())
        folder.claim(number, 1, promise=promise)
        with Heartbeat(folder, number, 1, promise):
            train()
        folder.end(number, 1, {"state": "completed"})

    A beat that cannot be written is tried again soon; the work is never disturbed.

    Attributes:
        beats: How many have been written.
        problem: Why the last one was not; None if it was.
    """

    def __init__(
        self,
        folder: ExperimentFolder,
        number: int,
        attempt: int,
        promise: Promise | None = None,
        *,
        surroundings: Surroundings = _REAL,
    ) -> None:
        self.beats = 0
        self.problem: StoreError | None = None
        self._location = folder.location
        self._path = beat_path(number, attempt)
        self._about = {"v": 1, "kind": "beat", "trial": number, "attempt": attempt}
        self._promise = promise or Promise()
        self._around = surroundings
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begins to beat; the first one comes after the time promised."""
        if self._promise.every is None or self._thread is not None:
            return
        name = f"heartbeat-{self._path}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stops to beat. The file stays; it is cleared away once the attempt has ended."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def beat(self) -> None:
        """Writes one heartbeat now.

        Raises:
            StoreError: It could not be written.
        """
        body = {
            **self._about,
            "beat": self.beats + 1,
            "every": self._promise.every,
            "writer": self._around.writer().document(),
            "at": self._around.clock(),
        }
        self._location.files.overwrite(
            self._location.join(self._path), f"{json.dumps(body, ensure_ascii=False)}\n".encode()
        )
        self.beats += 1

    def _run(self) -> None:
        every = self._promise.every or 0.0
        pause = self._promise.after
        while not self._stop.wait(pause):
            try:
                self.beat()
            except StoreError as error:
                self.problem, pause = error, min(_SOON, every)
            else:
                self.problem, pause = None, every


@final
class Beat:
    """A heartbeat as an observer finds it.

    Attributes:
        count: What the file holds; any change of it is a sign of life.
        every: Seconds between two, as its writer says; None if it does not.
    """

    __slots__ = ("count", "every")

    def __init__(self, body: bytes) -> None:
        try:
            said: Any = json.loads(body)
        except ValueError:
            said = None
        said = said if isinstance(said, dict) else {}
        every = said.get("every")
        self.count: object = said.get("beat", body)
        self.every = float(every) if type(every) in (int, float) else None


def read_beat(location: Location, number: int, attempt: int) -> Beat | None:
    """Reads the heartbeat of an attempt; None if there is none that can be read."""
    path = location.join(beat_path(number, attempt))
    body = dict(location.files.read([path]))[path]
    return Beat(body) if isinstance(body, bytes) else None

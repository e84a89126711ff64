"""The doctor: what a file system can be trusted with, and what is wrong in the folders on it.

It makes a few files of its own and removes them. Repairs are those that are safe while others work:
removing what killed processes left, giving up attempts whose owners are gone by the rules of
`armwright.store.lease`, making unused numbers void.
"""

import math
import os
from collections.abc import Iterable
from pathlib import Path

from armwright.store.absence import experiments_in
from armwright.store.diagnosis import Diagnosis, Guarantee, Patient
from armwright.store.errors import StoreError
from armwright.store.folder import ExperimentFolder
from armwright.store.garbage import Collector
from armwright.store.layout import EXPERIMENT_FILE, Name
from armwright.store.lease import Watcher
from armwright.store.location import Location, locate_root
from armwright.store.posix import PosixFiles
from armwright.store.probes import Measured, measure
from armwright.store.promise import Promise
from armwright.store.state import State, TrialFacts
from armwright.store.stuck import cut_short, is_foreign
from armwright.store.surroundings import Surroundings
from armwright.store.torn import is_torn
from armwright.store.verify import verify

__all__ = ["doctor"]

_A_DAY = 86400.0
# A listing that lags no longer than this is called fresh.
_FRESH = 1.0
_REAL = Surroundings()


def doctor(
    url: str | os.PathLike[str] | Location,
    *,
    repair: bool = False,
    temporaries_older_than: float = _A_DAY,
    surroundings: Surroundings = _REAL,
) -> Diagnosis:
    """Examines an experiment, or a root and all experiments in it.

    Args:
        url: Of an experiment or a root.
        repair: Also do what is safe about what is found; the diagnosis is then of what is left.
        temporaries_older_than: Seconds, by the server's clock, after which a temporary file is one
            that a killed process left.
        surroundings: As for `ExperimentFolder`.

    Raises:
        StoreError: The place cannot be read at all.
    """
    location = url if isinstance(url, Location) else locate_root(url)
    listing = location.files.list(location.path)
    if EXPERIMENT_FILE in listing.files:
        places = [location]
    else:
        if isinstance(location.files, PosixFiles) and not Path(location.path).is_dir():
            raise StoreError(
                f"no folder at {location.url!r}", hint="make it first, or check its name"
            )
        places = [_inside(location, name) for name in experiments_in(location, listing)]
    done: list[str] = []
    if repair:
        for place in places:
            done += _repair(place, temporaries_older_than, surroundings)
    found = measure(location)
    return Diagnosis(
        url=location.url,
        guarantees=tuple(_guarantees(location, found)),
        latency=found.latency,
        visible_after=found.visible_after,
        skew=found.skew,
        patients=tuple(_examine(place, surroundings) for place in places),
        repaired=tuple(done),
    )


def _inside(root: Location, name: str) -> Location:
    url = f"{root.url.rstrip('/')}/{name}"
    return Location(url=url, files=root.files, path=root.join(name))


def _guarantees(location: Location, found: Measured) -> Iterable[Guarantee]:
    """What was measured, as promises that hold or do not."""
    unknown = f"could not be measured: {found.problem}"
    races, bad = len(found.winners), sum(count != 1 for count in found.winners)
    alone = not location.files.exclusive
    if not races:
        yield Guarantee(name="one winner", holds=None, words=unknown)
    else:
        words = f"8 {found.racers} at once made each of {races} names; "
        words += f"{races - bad} names had one winner"
        if bad:
            words += "; let only one process write here at a time"
        elif alone:
            words += ", and yet this kind of file system promises nothing: let only one write"
        yield Guarantee(name="one winner", holds=not bad and not alone, words=words)
        words = "each name held its winner's bytes" if found.whole else "bytes were mixed up"
        yield Guarantee(name="winner's bytes", holds=found.whole, words=words)
    if found.repeated is not None:
        words = "a repeated create knows its own file" + ("" if found.repeated else ": it does not")
        yield Guarantee(name="lost answers", holds=found.repeated, words=words)
    if found.links is not None:
        words = "a file gets its name when it is complete"
        if not found.links:
            words = (
                "hard links are refused: a process killed while it writes can leave a torn file, "
                "which costs that one trial or attempt"
            )
        yield Guarantee(name="whole files", holds=found.links, words=words)
    wait = found.visible_after
    if wait is None:
        yield Guarantee(name="fresh listings", holds=None, words=unknown)
    else:
        lag = "not within 10 s" if math.isinf(wait) else f"after {wait:.2f} s"
        words = f"a new file is listed {lag}; later ones are found later, and nothing is lost"
        yield Guarantee(name="fresh listings", holds=wait <= _FRESH, words=words)
    if found.skew is None:
        words = "files have no time stamps: silent workers are given up by observers' clocks alone"
        yield Guarantee(name="server time", holds=None, words=words)
    else:
        words = "silent workers are given up at first sight, by the server's clock"
        yield Guarantee(name="server time", holds=True, words=words)


def _examine(place: Location, surroundings: Surroundings) -> Patient:
    """Checks one experiment."""
    try:
        folder = ExperimentFolder.open_at(place, surroundings=surroundings)
        folder.compacts = False
        gone = Watcher(folder).gone()
        report = verify(place)
    except StoreError as error:
        return Patient(name=place.name, problem=f"{error.message}; {error.hint}".rstrip("; "))
    silent = {(item.number, item.attempt) for item in gone}
    waited_for = [item for item in cut_short(folder.state) if _key(*item) not in silent]
    half = _waiting(item for item in waited_for if is_torn(place, item[0]))
    taken = _waiting(item for item in waited_for if is_foreign(place, item[0], folder.id))
    unpromised = []
    for trial in folder.state.with_status("running"):
        attempt = trial.last_attempt
        if attempt is None or (trial.number, attempt.number) in silent:
            continue
        promise = Promise.from_document(attempt.promise)
        if promise.every is None and not promise.place:
            unpromised.append(f"{trial.number}.{attempt.number}")
    return Patient(
        name=place.name,
        report=report,
        silent=tuple(f"trial {item.number}, attempt {item.attempt}: {item.note}" for item in gone),
        half_written=half,
        foreign=taken,
        unpromised=tuple(unpromised),
        unused=_unused(folder.state),
    )


def _key(name: Name, trial: TrialFacts) -> tuple[int, int | None]:
    return trial.number, name.attempt


def _waiting(items: Iterable[tuple[Name, TrialFacts]]) -> tuple[str, ...]:
    return tuple(f"{name.path}, for which trial {trial.number} waits" for name, trial in items)


def _unused(state: State) -> tuple[int, ...]:
    highest = max(state.trials, default=-1)
    if highest + 1 == len(state.trials):
        return ()
    return tuple(number for number in range(highest) if number not in state.trials)


def _repair(place: Location, older_than: float, surroundings: Surroundings) -> list[str]:
    """Does what is safe; a repair that fails is told and hinders no other."""
    done: list[str] = []
    try:
        folder = ExperimentFolder.open_at(place, surroundings=surroundings)
        folder.compacts = False
        for item in Watcher(folder).release():
            ended = f"{place.name}: ended attempt {item.attempt} of trial {item.number}"
            done.append(f"{ended} as {item.state}: {item.note}")
        unused = _unused(folder.refresh())
        void = [number for number in unused if folder.fence(number)]
        if void:
            done.append(f"{place.name}: made void: {', '.join(map(str, void))}")
        collector = Collector(
            place,
            folder.ledger,
            surroundings,
            dry_run=False,
            older_than=older_than,
            temporaries_older_than=older_than,
        )
        done += [f"{place.name}: removed {path}" for path in collector.leftovers()]
    except StoreError as error:
        done.append(f"{place.name}: not repaired any further: {error.message}")
    return done

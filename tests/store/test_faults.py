"""Every operation, with the i-th call to the file system going wrong, for every i and each way.

A process that dies is played by an exception that no code of ours catches, and by a file system
that does nothing any more from then on; what is left is what a killed process leaves. (Real kills,
between the calls to the operating system and inside of them, are in test_kill.py.) Then somebody
who knows nothing opens the folder: every promise is kept, all that was acknowledged is there, and
the operation can be done again.
"""

import itertools
import shutil
from dataclasses import dataclass, field

import pytest
from filling import fill

from armwright.store import (
    ConflictError,
    ExperimentExistsError,
    ExperimentFolder,
    StoreError,
    TrialEndedError,
)
from armwright.store.faults import HOWS, Fault, FaultyFiles, Killed
from armwright.store.garbage import Collector
from armwright.store.location import Location, locate
from armwright.store.surroundings import Surroundings
from armwright.store.verdict import Acknowledged
from armwright.store.verify import verify

AROUND = Surroundings(sleep=lambda _seconds: None, choose=lambda _bound: 0)
KINDS = {"document": {"a": 1}, "config": {"c": 1}}


def arm(number, _state):
    return {"n": number}


def prepare(location):
    """Trial 0 is completed, 1 runs, both have data, 2 waits, 3 is unused, 4 was preempted."""
    folder = ExperimentFolder.create_at(location, **KINDS)
    folder.put_trial(0, {"n": 0}, claim={})
    folder.put_trial(1, {"n": 1}, claim={})
    folder.put_trial(2, {"n": 2})
    folder.put_trial(4, {"n": 4}, claim={})
    folder.report(0, 1, {"step": 1})
    folder.report(1, 1, {"step": 1})
    folder.end(0, 1, {"state": "completed", "data": 1})
    folder.end(4, 1, {"state": "preempted"})


def prepare_many(location):
    """A segment to be sealed once its one unused number is void, late facts, garbage, a trial."""
    folder = ExperimentFolder.create_at(location, **KINDS)
    for number in range(97):
        folder.fence(number)
    folder.put_trial(97, {"n": 97}, claim={})
    folder.put_trial(98, {"n": 98}, claim={})
    folder.put_trial(100, {"n": 100})
    for number in (97, 98):
        folder.report(number, 1, {"step": 1})
        folder.end(number, 1, {"state": "completed", "data": 1})
        folder.late(number, {"note": number})
    folder.location.files.overwrite(folder.location.join("hb/98.1"), b"{}")


def prepare_sealed(location):
    """The same, sealed."""
    prepare_many(location)
    ExperimentFolder.open_at(location).compact()


MANY = [
    *(Acknowledged(kind="arm", number=number, document={"n": number}) for number in (97, 98, 100)),
    *(
        Acknowledged(kind=kind, number=number, attempt=1, document=document)
        for number in (97, 98)
        for kind, document in (
            ("data", {"step": 1}),
            ("end", {"state": "completed", "data": 1}),
        )
    ),
    *(Acknowledged(kind="late", number=n, document={"note": n}) for n in (97, 98)),
]

BEFORE = [
    *(Acknowledged(kind="arm", number=number, document={"n": number}) for number in (0, 1, 2, 4)),
    *(
        Acknowledged(kind="data", number=number, attempt=1, document={"step": 1})
        for number in (0, 1)
    ),
    Acknowledged(kind="end", number=0, attempt=1, document={"state": "completed", "data": 1}),
    Acknowledged(kind="end", number=4, attempt=1, document={"state": "preempted"}),
    Acknowledged(kind="config", number=1, document={"c": 1}),
]


def opened(location):
    return ExperimentFolder.open_at(location, surroundings=AROUND)


def behind(location):
    """Opened, and then somebody else did the same things first, so that every race is lost."""
    folder = opened(location)
    rival = ExperimentFolder.open_at(sane(location))
    rival.put_trial(5, {"n": 5})
    rival.claim(2, 1, {"by": "rival"})
    rival.end(1, 1, {"state": "lost"})
    rival.add_config({"c": 7}, base=1)
    rival.fence(3)
    return folder


def sane(location):
    """The same place, without faults."""
    files = location.files
    return Location(url=location.url, files=getattr(files, "_files", files), path=location.path)


def add_trial(folder):
    number = folder.add_trial(arm, claim={"by": "me"})
    return [
        Acknowledged(kind="arm", number=number, document={"n": number}),
        Acknowledged(kind="claim", number=number, attempt=1, document={"by": "me"}),
    ]


def put_trial(folder, number):
    won = folder.put_trial(number, {"n": number}) == "won"
    return [Acknowledged(kind="arm", number=number, document={"n": number})] * won


def claim(folder, number, attempt):
    won = folder.claim(number, attempt, {"by": "me"}) == "won"
    return [Acknowledged(kind="claim", number=number, attempt=attempt, document={"by": "me"})] * won


def report(folder, number):
    try:
        folder.report(number, 1, {"step": 2})
    except TrialEndedError:
        return [kept_late(number, {"step": 2})]
    return [Acknowledged(kind="data", number=number, attempt=1, document={"step": 2})]


def report_table(folder, number):
    import pyarrow

    table = pyarrow.table({"step": [1, 2], "loss": [0.5, 0.25]})
    try:
        path = folder.report_table(number, 1, table, {"rows": 2})
    except TrialEndedError:
        return []
    assert folder.read_table(path).equals(table)
    document = {"rows": 2, "table": path}
    return [Acknowledged(kind="data", number=number, attempt=1, document=document)]


def end(folder, number):
    document = {"state": "completed", "data": 9}
    try:
        folder.end(number, 1, document)
    except TrialEndedError:
        return [kept_late(number, document)]
    return [Acknowledged(kind="end", number=number, attempt=1, document=document)]


def kept_late(number, document):
    document = {**document, "too_late": True, "attempt": 1}
    return Acknowledged(kind="late", number=number, document=document)


def release(folder, number):
    document = {"state": "lost", "reason": "lease"}
    won = folder.release(number, 1, document) == "won"
    return [Acknowledged(kind="end", number=number, attempt=1, document=document)] * won


def compact(folder):
    report = folder.compact()
    assert report.made == ("snap/s1-00000.parquet",) or not report.made
    return []


def collect(folder):
    now = {"older_than": 0.0, "temporaries_older_than": 0.0, "least_late": 1}
    Collector(folder.location, folder._ledger, AROUND, dry_run=False, **now).run()
    return []


def late(folder):
    folder.late(0, {"note": 1})
    return [Acknowledged(kind="late", number=0, document={"note": 1})]


def add_config(folder):
    try:
        version = folder.add_config({"c": 2}, base=1)
    except ConflictError:
        return []
    return [Acknowledged(kind="config", number=version, document={"c": 2})]


def fence(folder, number):
    void = folder.fence(number)
    assert not void or folder.state.trials[number].void
    return []


@dataclass(frozen=True, kw_only=True)
class Operation:
    """What opens the folder, what is done then, and how few calls would be suspicious."""

    does: object
    opens: object = opened
    calls: int = 1
    fresh: bool = False
    template: object = prepare
    known: list = field(default_factory=lambda: BEFORE)


def make(location):
    ExperimentFolder.create_at(location, **KINDS, surroundings=AROUND)
    return [Acknowledged(kind="config", number=1, document={"c": 1})]


OPERATIONS = {
    "create": Operation(opens=None, does=make, calls=11, fresh=True, known=[]),
    "open": Operation(opens=None, does=lambda it: opened(it) and [], calls=6),
    "refresh": Operation(does=lambda it: it.refresh() and [], calls=4),
    "refresh with news": Operation(opens=behind, does=lambda it: it.refresh() and [], calls=5),
    "add_trial": Operation(does=add_trial),
    "add_trial lost": Operation(opens=behind, does=add_trial, calls=5),
    "put_trial": Operation(does=lambda it: put_trial(it, 5)),
    "put_trial in a new segment": Operation(does=lambda it: put_trial(it, 100)),
    "put_trial lost": Operation(opens=behind, does=lambda it: put_trial(it, 5), calls=3),
    "claim": Operation(does=lambda it: claim(it, 2, 1)),
    "claim again": Operation(does=lambda it: claim(it, 4, 2)),
    "claim lost": Operation(opens=behind, does=lambda it: claim(it, 2, 1), calls=3),
    "report": Operation(does=lambda it: report(it, 1)),
    "report too late": Operation(does=lambda it: report(it, 0)),
    "report_table": Operation(does=lambda it: report_table(it, 1), calls=2),
    "report_table too late": Operation(does=lambda it: report_table(it, 0), calls=2),
    "end": Operation(does=lambda it: end(it, 1)),
    "end of a waiting trial": Operation(does=lambda it: end(it, 2)),
    "end too late": Operation(does=lambda it: end(it, 0)),
    "end lost": Operation(opens=behind, does=lambda it: end(it, 1), calls=3),
    "late": Operation(does=late),
    "add_config": Operation(does=add_config),
    "add_config lost": Operation(opens=behind, does=add_config, calls=3),
    "fence": Operation(does=lambda it: fence(it, 3)),
    "fence lost": Operation(opens=behind, does=lambda it: fence(it, 5), calls=3),
    "release": Operation(does=lambda it: release(it, 1), calls=2),
    "release lost": Operation(opens=behind, does=lambda it: release(it, 1), calls=2),
    "compact": Operation(does=compact, calls=8, template=prepare_many, known=MANY),
    "gc": Operation(does=collect, calls=15, template=prepare_sealed, known=MANY),
}

# These may end without having confirmed anything.
MAY_LOSE = {
    *("open", "refresh", "refresh with news", "fence", "fence lost", "compact", "gc"),
    *("report_table too late", "claim lost", "put_trial lost", "add_config lost", "release lost"),
}


@pytest.fixture(scope="module")
def templates(tmp_path_factory):
    """What each kind of preparation leaves, made once."""
    made = {}
    for make in (prepare, prepare_many, prepare_sealed):
        made[make] = tmp_path_factory.mktemp("template")
        make(locate(made[make] / "lr"))
    return made


def strike(operation, templates, root, fault):
    """Does the operation with a fault in it; returns the files, what was confirmed, what came."""
    if not operation.fresh:
        fill(templates[operation.template], root)
    place = locate(f"{root}/lr")
    files = FaultyFiles(place.files)
    location = Location(url=place.url, files=files, path=place.path)
    subject = operation.opens(location) if operation.opens else location
    files.calls.clear()
    files.fault = fault
    try:
        return files, operation.does(subject), None
    except (Killed, StoreError) as came:
        return files, [], came


def look(root, operation, known, came):
    """Looks at what is left as somebody who knows nothing, does it again, and looks again."""
    place = locate(f"{root}/lr")
    first = place.join("config/000001.json")
    if isinstance(dict(place.files.read([first]))[first], FileNotFoundError):
        assert operation.fresh
        assert came is not None
    else:
        report = verify(place, acknowledged=known)
        assert report.ok, str(report)
    try:
        confirmed = operation.does(ExperimentFolder.open_at(place) if operation.opens else place)
    except (ExperimentExistsError, ConflictError):
        confirmed = []
    report = verify(place, acknowledged=[*known, *confirmed])
    assert report.ok, str(report)


def strike_everywhere(name, how, lasting, templates, base):
    """Does an operation again and again, each time with the fault one call later."""
    operation = OPERATIONS[name]
    for call in itertools.count(1):
        root = f"{base}/{call}"
        fault = Fault(call=call, how=how, lasting=lasting)
        files, confirmed, came = strike(operation, templates, root, fault)
        known = [*operation.known, *confirmed]
        if isinstance(came, StoreError):
            assert how in ("reply lost", "not done")
            settled = lasting > 1 or files.calls[call - 1] != "create"
            assert settled, f"one doubtful create was not settled: {came}"
        assert confirmed or came is not None or name in MAY_LOSE
        look(root, operation, known, came)
        if "://" not in root:
            shutil.rmtree(root)
        if not files.struck:
            break
    assert call > operation.calls


def cases():
    """Each operation with each fault; where there are many files, no fault that another implies."""
    for name, operation in OPERATIONS.items():
        many = operation.template is not prepare
        for how in HOWS:
            if not many or how != "killed before":
                yield name, how, 1
            if not many and "killed" not in how:
                yield name, how, 99


@pytest.mark.parametrize(("name", "how", "lasting"), list(cases()))
def test_a_fault_at_any_call_loses_nothing(name, how, lasting, templates, quick_disk):
    strike_everywhere(name, how, lasting, templates, quick_disk)


ELSEWHERE = [
    pytest.param("ceph", marks=pytest.mark.s3),
    pytest.param("quick_nfs", marks=pytest.mark.nfs),
]


# Killed before a call is killed after the one before it; not done at all needs no server.
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("base", ELSEWHERE, indirect=True)
@pytest.mark.parametrize("how", ["killed after", "reply lost"])
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_fault_at_any_call_loses_nothing_there_either(name, how, templates, base):
    strike_everywhere(name, how, 1, templates, base)

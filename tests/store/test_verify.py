"""The checker finds what is wrong, in folders that no code of ours wrote, and nothing else."""

import json
from pathlib import Path

import pytest

from armwright.store import ExperimentFolder, ExperimentNotFoundError
from armwright.store.verdict import Acknowledged
from armwright.store.verify import verify

ULID = "01M80RAWPBHAS77M8JH5MFJFKW"
TOKENS = iter(range(10**6))


def plant(root, path, document, **more):
    """Writes a fact by hand, as docs/format.md says."""
    name = Path(path).name.removesuffix(".json")
    kind = next(
        word
        for word in ("experiment", "config", "arm", "claim", "data", "end", "late")
        if word in (name, *path.split("/"), *name.split("."), *name.split(".")[-1].split("-"))
    )
    body = {
        "v": 1,
        "kind": kind,
        "token": f"{next(TOKENS):032x}",
        "writer": {"host": "h", "pid": 1},
    }
    numbers = [part for part in name.split(".") if part.isdecimal()]
    if kind not in ("experiment", "config"):
        body["trial"] = int(numbers[0])
    if kind in ("claim", "data", "end"):
        body["attempt"] = int(numbers[1])
    body |= {"at": "2026-11-22T04:30:52.619Z", **more, "document": document}
    where = Path(root, path)
    where.parent.mkdir(parents=True, exist_ok=True)
    where.write_text(json.dumps(body), encoding="utf-8")


def sound(root):
    """An experiment with a bit of everything, in which nothing is wrong."""
    plant(root, "experiment.json", {}, id=ULID, name="lr", format=1, features=[])
    plant(root, "config/000001.json", {"c": 1}, base=0)
    plant(root, "config/000002.json", {"c": 2}, base=1)
    plant(root, "t/00000/0.arm.json", {"x": 0}, claim={})
    plant(root, f"t/00000/0.1.data-{ULID}.json", {"step": 1})
    plant(root, "t/00000/0.1.end.json", {"state": "preempted"}, counted=[ULID])
    plant(root, "t/00000/0.2.claim.json", {})
    plant(root, "t/00000/0.2.end.json", {"state": "completed"}, counted=[])
    plant(root, "t/00000/2.arm.json", {"x": 2})
    plant(root, "t/00000/3.arm.json", {}, void=True)
    plant(root, f"late/{ULID}.0.json", {"note": 1})
    for path in ("hb/0.2", "t/00000/.0123456789abcdef.01234567", ".hidden/x"):
        where = Path(root, path)
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_bytes(b"{}")


@pytest.fixture
def root(tmp_path):
    sound(tmp_path / "lr")
    return tmp_path / "lr"


def problems(root, **more):
    return [(item.kind, item.path) for item in verify(root, **more).problems]


def test_a_sound_folder_passes_and_is_counted(root):
    report = verify(root)
    assert report.ok, str(report)
    assert dict(report.counts) == {
        "trials": 3,
        "completed trials": 1,
        "void trials": 1,
        "waiting trials": 1,
        "unused numbers": 1,
        "arm facts": 3,
        "claim facts": 1,
        "config facts": 2,
        "data facts": 1,
        "end facts": 2,
        "experiment facts": 1,
        "late facts": 1,
        "heartbeats": 1,
        "temporaries": 2,
    }
    assert str(report).startswith(f"{root}: every promise is kept: 3 trials, 1 completed trials")
    assert json.loads(json.dumps(report.as_dict())) == report.as_dict()


WRONG = {
    "a torn fact": (
        lambda root: Path(root, "t/00000/2.arm.json").write_bytes(b'{"v": 1,'),
        ("torn", "t/00000/2.arm.json"),
    ),
    "an empty fact": (
        lambda root: Path(root, "t/00000/0.2.claim.json").write_bytes(b""),
        ("torn", "t/00000/0.2.claim.json"),
    ),
    "a fact that is another": (
        lambda root: Path(root, "t/00000/4.arm.json").write_bytes(
            Path(root, "t/00000/2.arm.json").read_bytes()
        ),
        ("torn", "t/00000/4.arm.json"),
    ),
    "a foreign file": (
        lambda root: Path(root, "t/00000/2.arm.json.bak").write_bytes(b"x"),
        ("foreign", "t/00000/2.arm.json.bak"),
    ),
    "a foreign folder": (lambda root: Path(root, "t/00000/2").mkdir(), ("foreign", "t/00000/2")),
    "a number with a leading zero": (
        lambda root: Path(root, "t/00000/01.arm.json").write_bytes(b""),
        ("foreign", "t/00000/01.arm.json"),
    ),
    "a trial in the wrong segment": (
        lambda root: Path(root, "t/00000/100.arm.json").write_bytes(b""),
        ("foreign", "t/00000/100.arm.json"),
    ),
    "a fact without an arm": (
        lambda root: plant(root, "t/00000/1.1.claim.json", {}),
        ("orphan", "t/00000/1.1.claim.json"),
    ),
    "a fact of a void trial": (
        lambda root: plant(root, "t/00000/3.1.claim.json", {}),
        ("number", "t/00000/3.1.claim.json"),
    ),
    "a missing segment": (
        lambda root: plant(root, "t/00002/200.arm.json", {}),
        ("number", "t/00001"),
    ),
    "an attempt that was skipped": (
        lambda root: plant(root, "t/00000/0.4.end.json", {"state": "failed"}, counted=[]),
        ("attempt", "t/00000/0.arm.json"),
    ),
    "an attempt begun before the last had ended": (
        lambda root: Path(root, "t/00000/0.1.end.json").unlink(),
        ("attempt", "t/00000/0.arm.json"),
    ),
    "counted data that are gone": (
        lambda root: Path(root, f"t/00000/0.1.data-{ULID}.json").unlink(),
        ("lost", "t/00000/0.1.end.json"),
    ),
    "a missing configuration": (
        lambda root: plant(root, "config/000004.json", {}, base=3),
        ("config", "config/000004.json"),
    ),
    "a configuration from the wrong one": (
        lambda root: plant(root, "config/000003.json", {}, base=1),
        ("config", "config/000003.json"),
    ),
    "a torn snapshot": (
        lambda root: (
            Path(root, "snap").mkdir(),
            Path(root, "snap/s1-00000.parquet").write_bytes(b"PAR1"),
        ),
        ("torn", "snap/s1-00000.parquet"),
    ),
    "a foreign snapshot": (
        lambda root: (
            Path(root, "snap").mkdir(),
            Path(root, "snap/s3-0.parquet").write_bytes(b"PAR1"),
        ),
        ("foreign", "snap/s3-0.parquet"),
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_found_and_named(root, what):
    damage, expected = WRONG[what]
    damage(root)
    report = verify(root)
    assert expected in problems(root)
    assert f"{expected[0]}: {expected[1]}: " in str(report)
    assert not report.as_dict()["ok"]


NOTES = [
    (Acknowledged(kind="arm", number=0, document={"x": 0}), True),
    (Acknowledged(kind="arm", number=0, document={"x": 1}), False),
    (Acknowledged(kind="arm", number=7), False),
    (Acknowledged(kind="claim", number=0, attempt=2, document={}), True),
    (Acknowledged(kind="claim", number=2, attempt=1, document={}), False),
    (Acknowledged(kind="data", number=0, attempt=1, document={"step": 1}), True),
    (Acknowledged(kind="data", number=0, attempt=2, document={"step": 1}), False),
    (Acknowledged(kind="end", number=0, attempt=2, document={"state": "completed"}), True),
    (Acknowledged(kind="end", number=0, attempt=2, document={"state": "failed"}), False),
    (Acknowledged(kind="late", number=0, document={"note": 1}), True),
    (Acknowledged(kind="late", number=0, document={"note": 2}), False),
    (Acknowledged(kind="config", number=2, document={"c": 2}), True),
    (Acknowledged(kind="config", number=3, document={"c": 2}), False),
]


@pytest.mark.parametrize(("note", "there"), NOTES)
def test_a_confirmed_write_that_is_not_there_is_missed(root, note, there):
    report = verify(root, acknowledged=[note])
    assert report.ok == there
    assert report.counts["confirmed writes"] == 1
    assert {item.kind for item in report.problems} == (set() if there else {"lost"})


def test_a_folder_of_our_own_passes_sealed_and_cleared_away_too(tmp_path):
    folder = ExperimentFolder.create(tmp_path / "lr", document={}, config={})
    notes = []
    for number in range(205):
        folder.put_trial(number, {"x": number}, claim={})
        folder.report(number, 1, {"step": number})
        folder.end(number, 1, {"state": "completed", "data": number})
        notes += [
            Acknowledged(kind="data", number=number, attempt=1, document={"step": number}),
            Acknowledged(
                kind="end",
                number=number,
                attempt=1,
                document={"state": "completed", "data": number},
            ),
        ]
    folder.compact()
    assert verify(folder, acknowledged=notes).ok
    assert verify(folder).counts["snapshots"] == 2
    for path in Path(folder.url, "t/00000").glob("7*.json"):
        path.unlink()
    assert verify(folder, acknowledged=notes).ok


def test_a_snapshot_that_says_otherwise_than_a_file_is_named(tmp_path):
    folder = ExperimentFolder.create(tmp_path / "lr", document={}, config={})
    for number in range(101):
        folder.put_trial(number, {"x": number}, claim={})
        folder.end(number, 1, {"state": "completed"})
    folder.compact()
    plant(folder.url, "t/00000/5.1.end.json", {"state": "failed"}, counted=[])
    assert ("fold", "snap/s1-00000.parquet") in problems(folder.url)


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(ExperimentNotFoundError, match="no experiment at"):
        verify(tmp_path / "lr")

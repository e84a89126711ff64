"""A process killed between any two calls to the operating system, or inside a write, loses nothing.

For each operation a child process runs it with the calls of `os` counted, and kills itself with
SIGKILL at the i-th; then the next i, until the operation comes through. After each kill a fresh
child looks at the folder: every file under a final name is whole, everything acknowledged is there,
and the operation can be repeated.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

# Runs in a process of its own, which forks a child for each kill and one for each look afterwards.
HARNESS = """
import json, os, shutil, signal, sys, tempfile
from pathlib import Path
import armwright.store as store
from armwright.store import *
from armwright.store import posix_create
from armwright.store.removal import remove_experiment

COUNTED = [
    *("open", "write", "fsync", "close", "link", "unlink", "mkdir", "scandir", "stat", "read"),
    *("rmdir", "replace"),
]

def arm(number, state):
    return {"n": number}

def prepare(root):
    # Trial 0 is completed, 1 is running, 2 is waiting.
    folder = ExperimentFolder.create(f"{root}/lr", document={"a": 1}, config={"c": 1})
    for claim in ({}, {}, None):
        folder.add_trial(arm, claim=claim)
    folder.end(0, 1, {"state": "completed"})

def prepare_many(root):
    # Segment 0 can be sealed once 1 and 2 are void; trial 0 is completed, 100 is waiting.
    folder = ExperimentFolder.create(f"{root}/lr", document={"a": 1}, config={"c": 1})
    for number in (0, *range(3, 101)):
        folder.fence(number) if 5 < number < 100 else folder.put_trial(number, {"n": number})
    for number in (0, 3, 4, 5):
        folder.report(number, 1, {"step": number})
        folder.end(number, 1, {"state": "completed"})
    folder.late(0, {"note": 1})

def prepare_sealed(root):
    prepare_many(root)
    ExperimentFolder.open(f"{root}/lr").compact()

def collect(folder):
    return len(folder.collect_garbage(older_than=0.0, temporaries_older_than=0.0).removed)

def lose_a_race(root):
    folder = ExperimentFolder.open(f"{root}/lr")
    ExperimentFolder.open(f"{root}/lr").add_trial(arm)
    return folder

def end_late(folder):
    try:
        folder.end(0, 1, {"state": "failed"})
    except TrialEndedError:
        pass

OPERATIONS = {
    # name: what opens, what is done and returns what it acknowledges, how to find that
    "create": (lambda root: None,
        lambda _, root: ExperimentFolder.create(f"{root}/new/e", document={"b": 1}, config={}).id,
        lambda root, ack: ExperimentFolder.open(f"{root}/new/e").id == ack),
    "add_trial": (lambda root: ExperimentFolder.open(f"{root}/lr"),
        lambda folder, root: folder.add_trial(arm, claim={}),
        lambda root, ack: state(root).trials[ack].status == "running"),
    "add_trial_in_a_new_segment": (lambda root: ExperimentFolder.open(f"{root}/lr"),
        lambda folder, root: folder.put_trial(100, {"n": 100}),
        lambda root, ack: ack == "won" and state(root).trials[100].status == "waiting"),
    "add_trial_after_a_loss": (lose_a_race,
        lambda folder, root: folder.add_trial(arm, claim={}),
        lambda root, ack: state(root).trials[ack].status == "running"),
    "claim": (lambda root: ExperimentFolder.open(f"{root}/lr"),
        lambda folder, root: folder.claim(2, 1),
        lambda root, ack: state(root).trials[2].status == "running"),
    "report": (lambda root: ExperimentFolder.open(f"{root}/lr"),
        lambda folder, root: folder.report(1, 1, {"step": 1}),
        lambda root, ack: {"step": 1} in state(root).trials[1].attempts[1].data),
    "end": (lambda root: ExperimentFolder.open(f"{root}/lr"),
        lambda folder, root: folder.end(1, 1, {"state": "completed", "data": 5}),
        lambda root, ack: state(root).trials[1].attempts[1].end["data"] == 5),
    "end_too_late": (lambda root: ExperimentFolder.open(f"{root}/lr"),
        lambda folder, root: end_late(folder),
        lambda root, ack: state(root).trials[0].late[-1]["too_late"]
            and state(root).trials[0].status == "completed"),
    "late": (lambda root: ExperimentFolder.open(f"{root}/lr"),
        lambda folder, root: folder.late(0, {"note": 1}),
        lambda root, ack: {"note": 1} in state(root).trials[0].late),
    "add_config": (lambda root: ExperimentFolder.open(f"{root}/lr"),
        lambda folder, root: folder.add_config({"c": 2}, base=1),
        lambda root, ack: state(root).configs[2] == {"c": 2}),
    "refresh": (lambda root: ExperimentFolder.open(f"{root}/lr"),
        lambda folder, root: len(folder.refresh().trials),
        lambda root, ack: ack == 3),
}

def write_old(root):
    write_document(f"{root}/document.json", b'"old"')
    return root

def to_be_deleted(root):
    shutil.copytree(f"{root}/lr", f"{root}/gone")
    return f"{root}/gone"

OPERATIONS |= {
    "add_own_trial": (lambda root: ExperimentFolder.open(f"{root}/lr"),
        lambda folder, root: folder.add_trial(arm, claim={}, promise=Promise(place="here")),
        lambda root, ack: state(root).trials[ack].status == "running"),
    "beat": (lambda root: ExperimentFolder.open(f"{root}/lr"),
        lambda folder, root: Heartbeat(folder, 1, 1).beat(),
        lambda root, ack: Path(f"{root}/lr/hb/1.1").exists()),
    "document": (write_old,
        lambda opened, root: write_document(f"{root}/document.json", b'"new"'),
        lambda root, ack: read_document(f"{root}/document.json") == b'"new"'),
    "delete": (to_be_deleted,
        lambda opened, root: remove_experiment(opened).files,
        lambda root, ack: not Path(f"{root}/gone").exists()),
    "fence": (lambda root: ExperimentFolder.open(f"{root}/lr"),
        lambda folder, root: folder.fence(3),
        lambda root, ack: ack and state(root).trials[3].void),
    "release": (lambda root: ExperimentFolder.open(f"{root}/lr"),
        lambda folder, root: folder.release(1, 1, {"state": "lost"}),
        lambda root, ack: ack == "won" and state(root).trials[1].status == "lost"),
    "compact": (lambda root: ExperimentFolder.open(f"{root}/lr"),
        lambda folder, root: folder.compact().made,
        lambda root, ack: ack == ["snap/s1-00000.parquet"] and many(root)),
    "gc": (lambda root: ExperimentFolder.open(f"{root}/lr"),
        lambda folder, root: collect(folder),
        lambda root, ack: ack >= 100 and many(root)),
}
PREPARATIONS = {"compact": prepare_many, "gc": prepare_sealed}

def many(root):
    # All that prepare_many did, whatever was sealed and cleared away since.
    trials = state(root).trials
    return (
        [number for number in trials if trials[number].status == "completed"] == [0, 3, 4, 5]
        and all(trials[n].attempts[1].data == ({"step": n},) for n in (0, 3, 4, 5))
        and trials[0].late == ({"note": 1},)
        and all(trials[number].void for number in range(6, 100))
        and trials[100].arm == {"n": 100}
    )

def state(root):
    return ExperimentFolder.open(f"{root}/lr").state

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def arm_the_trap(index, when):
    calls = 0
    def trapped(name, really):
        def call(*args, **kwargs):
            nonlocal calls
            calls += 1
            if calls == index:
                if when == "inside":
                    really(args[0], bytes(args[1])[: len(args[1]) // 2])
                die()
            return really(*args, **kwargs)
        return call
    for name in COUNTED if when == "before" else ["write"]:
        setattr(os, name, trapped(name, getattr(os, name)))

def in_a_child(work):
    reading, writing = os.pipe()
    write = os.write
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            write(writing, json.dumps(work()).encode())
            code = 0
        except BaseException:
            import traceback
            traceback.print_exc()
        os._exit(code)
    os.close(writing)
    with open(reading, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(pid, 0)
    return said, os.waitstatus_to_exitcode(status)

def check(root, before, found, ack):
    # The invariants, in a process that knows nothing.
    assert no_torn_file(root), "a half-written file under a final name"
    now = state(root)
    assert now.damaged == (), now.damaged
    for number, trial in before.items():
        assert now.trials[int(number)].arm == trial, "an acknowledged arm is gone"
    assert now.trials[0].status == "completed"
    assert len(before) < 50 or many(root)
    if ack is not None:
        assert found(root, json.loads(ack)), "an acknowledged fact is gone"
    return True

def delete_again(url):
    # It is whole, or cannot be opened; nobody makes it anew from what is left.
    try:
        assert len(ExperimentFolder.open(url).state.trials) == 3
    except StoreError:
        try:
            anew = ExperimentFolder.create(url, document={"a": 1}, config={"c": 1})
            assert not anew.state.trials
        except ExperimentNotFoundError:
            pass
    if Path(url, "experiment.json").exists():
        remove_experiment(url)
    assert not Path(url).exists() or not any(Path(url).iterdir())
    return True

def no_torn_file(root):
    for path in Path(root).rglob("*"):
        if path.suffix == ".parquet" and not path.name.startswith("."):
            assert path.read_bytes()[-4:] == b"PAR1"
        elif path.is_file() and not path.name.startswith("."):
            json.loads(path.read_bytes())
    return True

def repeat(root, opens, does, found):
    # What was begun may be done again; it has happened once or is lost to the first.
    if opens is to_be_deleted:
        return delete_again(f"{root}/gone")
    try:
        does(opens(root), root)
    except (ExperimentExistsError, ConflictError, TrialEndedError):
        pass
    now = state(root)
    assert now.damaged == ()
    assert sum(1 for trial in now.trials.values() for a in trial.attempts.values() if a.end) <= 4
    return True

def main():
    name, when, base, every, way = sys.argv[1:]
    if way == "named":
        posix_create._UNNAMED_FILE = 0
    opens, does, found = OPERATIONS[name]
    PREPARATIONS.get(name, prepare)(f"{base}/template")
    index, kills = 0, 0
    while True:
        index += 1 if index < 20 else int(every)
        root = f"{base}/{when}{index}"
        shutil.copytree(f"{base}/template", root)
        before = {number: trial.arm for number, trial in state(root).trials.items()}
        opened = opens(root)
        def work():
            arm_the_trap(index, when)
            return does(opened, root)
        said, code = in_a_child(work)
        assert code in (0, -signal.SIGKILL), code
        for look in (lambda: check(root, before, found, said or None),
                     lambda: repeat(root, opens, does, found)):
            _, looked = in_a_child(look)
            assert looked == 0, f"killed {when} call {index}"
        shutil.rmtree(root)
        if code == 0:
            break
        kills += 1
    print(json.dumps(kills))

main()
"""

# Fewer calls than this would mean that the trap missed them.
LEAST_CALLS = {
    "create": 40,
    "add_trial": 8,
    "add_trial_in_a_new_segment": 12,
    "add_trial_after_a_loss": 16,
    "claim": 8,
    "report": 8,
    "end": 9,
    "end_too_late": 9,
    "late": 8,
    "add_config": 8,
    "refresh": 4,
    "fence": 8,
    "add_own_trial": 4,
    "beat": 6,
    "document": 4,
    "delete": 40,
    "release": 9,
    "compact": 40,
    "gc": 150,
}
# Operations of many calls: after the first twenty only every so manyth.
EVERY = {"compact": 7, "gc": 43}


@pytest.fixture
def quick_disk():
    """A folder in memory if there is one: a kill loses nothing that was written, synced or not."""
    shared = Path("/dev/shm")  # noqa: S108 removed again below
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as folder:
        yield folder


# These take many seconds; the fault file system strikes them at each call by default.
LONG = {"compact", "gc"}


@pytest.mark.parametrize(
    "operation",
    [pytest.param(name, marks=pytest.mark.slow) if name in LONG else name for name in LEAST_CALLS],
)
def test_a_kill_between_any_two_calls_loses_nothing(operation, quick_disk):
    made, every = kills(operation, "before", quick_disk), EVERY.get(operation, 1)
    assert 20 + every * (made - 20) >= LEAST_CALLS[operation]


@pytest.mark.parametrize("operation", ["add_trial", "add_trial_in_a_new_segment", "end"])
@pytest.mark.parametrize("when", ["before", "inside"])
def test_so_it_is_where_files_have_a_name_from_the_first(operation, when, quick_disk):
    assert kills(operation, when, quick_disk, way="named") >= 1


# The mark of a deleted experiment is an empty file: there is nothing to be half way through.
WRITES_NOTHING = {"delete", "document", "refresh"}


@pytest.mark.parametrize("operation", sorted(set(LEAST_CALLS) - WRITES_NOTHING))
def test_a_kill_half_way_through_a_write_loses_nothing(operation, quick_disk):
    assert kills(operation, "inside", quick_disk) >= 1


def kills(operation, when, base, *, way="best"):
    command = [sys.executable, "-c", HARNESS, operation, when, str(base)]
    command += [str(EVERY.get(operation, 1)), way]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)

"""Trials asked for and told about per second, without a model: armwright and Optuna, side by side.

    python scripts/bench/throughput.py --processes 1 --processes 8 --processes 32 --seconds 10

Each process asks for a trial with random parameters, tells a result, and does so again until the
time is up; all start at the same moment and share one experiment on one local disk. Optuna runs on
its JournalFileBackend, the one it offers for many processes without a server, in a virtual
environment of its own. Both keep each result through a loss of power: both fsync. Ours promises, as
the product's own loops do, that the asking process runs the trial: then the arm's name need not be
on disk before the result is. "Bare creates" are two durable files for each trial and nothing else.

The trials have five parameters, as those of the figures that Optuna was first measured with here
(its journal takes one append for each, and two more). No folder is removed before all is measured:
ext4 gives no inode away again for one to five minutes after its file was removed, and looks through
all of them for each new file, which made creates up to three times as dear as on a disk in use.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from peers import peer_python
from rich.console import Console
from rich.table import Table

__all__ = ["Rate", "main", "measure"]

# One worker: says that it is ready, waits for a line, works, prints the number of its trials.
FRAME = """
import json, random, sys, time
place, seconds = sys.argv[1], float(sys.argv[2])
{setup}
print("ready", flush=True)
sys.stdin.readline()
waits, late, start, cpu = [], 0, time.monotonic(), time.process_time()
while (now := time.monotonic()) - start < seconds:
    {step}
    waits.append(time.monotonic() - now)
    late += time.monotonic() - start >= seconds
cpu = time.process_time() - cpu
print(json.dumps({{"trials": len(waits), "late": late, "longest": max(waits), "cpu": cpu}}))
"""

ARMWRIGHT = FRAME.format(
    setup="""
from armwright.store import ExperimentFolder, Promise
from armwright.store.process import this_place
folder = ExperimentFolder.open(place)
promise = Promise(place=this_place())
def make(number, state):
    return {name: random.random() for name in "abcde"}
""",
    step="""number = folder.add_trial(make, claim={}, promise=promise, informed=False)
    folder.end(number, 1, {"state": "completed", "data": {"loss": random.random()}}, alone=True)""",
)

# The same, with a look at all that the others did before each trial, as a model needs it.
INFORMED = ARMWRIGHT.replace("number = ", "folder.refresh()\n    number = ").replace(
    ", informed=False", ""
)

# Nothing but the two durable creates of a trial: what this disk and these processors allow.
BARE = FRAME.format(
    setup="""
import os
from armwright.store.posix import PosixFiles
create = PosixFiles().create
count, body, token = 0, b"x" * 450, os.urandom(16).hex()
""",
    step="""count += 1
    for kind in ("arm", "end"):
        create(f"{place}/{os.getpid()}.{count}.{kind}", body, token)""",
)

OPTUNA = FRAME.format(
    setup="""
import optuna
from optuna.storages.journal import JournalFileBackend
optuna.logging.set_verbosity(optuna.logging.WARNING)
storage = optuna.storages.JournalStorage(JournalFileBackend(place))
study = optuna.load_study(study_name="s", storage=storage, sampler=optuna.samplers.RandomSampler())
""",
    step="""trial = study.ask()
    [trial.suggest_float(name, 0, 1) for name in "abcde"]
    study.tell(trial, random.random())""",
)

MAKE_OPTUNA = """
import sys, optuna
from optuna.storages.journal import JournalFileBackend
optuna.logging.set_verbosity(optuna.logging.WARNING)
storage = optuna.storages.JournalStorage(JournalFileBackend(sys.argv[1]))
optuna.create_study(study_name="s", storage=storage)
"""


SYSTEMS = ("bare creates", "armwright", "armwright, refreshing", "optuna")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What one system did.

    Attributes:
        system: Its name.
        processes: How many worked at once.
        trials: How many they asked for and told about, together.
        per_second: Those that were done when the time was up, for each second.
        cpu_ms: CPU of all processes for each trial.
        longest: Seconds that the slowest single trial took.
        missing: Trials whose worker was told that they are stored, and that are not.
    """

    system: str
    processes: int
    trials: int
    per_second: float
    cpu_ms: float
    longest: float
    missing: int


def measure(system: str, processes: int, seconds: float, folder: Path) -> Rate:
    """Runs one system with a number of processes in an empty folder."""
    if system.startswith("armwright"):
        from armwright.store import ExperimentFolder

        code = ARMWRIGHT if system == "armwright" else INFORMED
        python, place = Path(sys.executable), folder / "experiment"
        ExperimentFolder.create(place, document={"name": "x"}, config={})
    elif system == "bare creates":
        python, code, place = Path(sys.executable), BARE, folder / "facts"
        place.mkdir()
    else:
        python, code, place = peer_python("optuna"), OPTUNA, folder / "journal.log"
        subprocess.run([str(python), "-c", MAKE_OPTUNA, str(place)], check=True)
    workers = [
        subprocess.Popen(
            [str(python), "-c", code, str(place), str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(processes)
    ]
    for worker in workers:
        if worker.stdout:
            worker.stdout.readline()
    for worker in workers:
        if worker.stdin:
            worker.stdin.write("go\n")
            worker.stdin.flush()
    said = [json.loads(worker.communicate()[0]) for worker in workers]
    trials = sum(one["trials"] for one in said)
    return Rate(
        system=system,
        processes=processes,
        trials=trials,
        per_second=(trials - sum(one["late"] for one in said)) / seconds,
        cpu_ms=1000 * sum(one["cpu"] for one in said) / max(trials, 1),
        longest=max(one["longest"] for one in said),
        missing=trials - stored(system, place),
    )


def _speed(rate: Rate) -> float:
    return rate.per_second


def stored(system: str, place: Path) -> int:
    """Counts the completed trials that are there afterwards."""
    if system.startswith("armwright"):
        from armwright.store import ExperimentFolder

        trials = ExperimentFolder.open(place).state.trials.values()
        return sum(trial.status == "completed" for trial in trials)
    if system == "bare creates":
        return len(list(place.glob("*.end")))
    # A told trial is a line of the journal with the state "complete", 1.
    lines = [json.loads(line) for line in place.read_text().splitlines()]
    return sum(line.get("state") == 1 for line in lines)


@click.command()
@click.option("--processes", multiple=True, type=int, default=(1, 8, 32), show_default=True)
@click.option("--seconds", default=10.0, show_default=True)
@click.option("--system", multiple=True, default=SYSTEMS, show_default=True)
@click.option("--rounds", default=3, show_default=True, help="Of all systems; the median counts.")
@click.option("--folder", type=click.Path(path_type=Path), help="On the disk to be measured.")
@click.option("--json", "as_json", is_flag=True, help="One line for each system.")
def main(
    processes: tuple[int, ...],
    seconds: float,
    system: tuple[str, ...],
    rounds: int,
    folder: Path | None,
    *,
    as_json: bool,
) -> None:
    """Measure both systems with each number of processes, one after the other."""
    table = Table("processes", "system", "trials", "per second", "CPU ms", "longest s", "missing")
    with tempfile.TemporaryDirectory(dir=folder) as root:
        for count in processes:
            # In turns, so that what else the machine does meets all of them.
            measured: dict[str, list[Rate]] = {name: [] for name in system}
            for name in system * rounds:
                place = Path(tempfile.mkdtemp(dir=root))
                measured[name].append(measure(name, count, seconds, place))
            rates = [sorted(all_of, key=_speed)[rounds // 2] for all_of in measured.values()]
            for rate in rates:
                if as_json:
                    print(json.dumps(asdict(rate)), flush=True)
                row = (rate.processes, rate.system, rate.trials, f"{rate.per_second:.1f}")
                more = (f"{rate.cpu_ms:.2f}", f"{rate.longest:.2f}", rate.missing)
                table.add_row(*map(str, (*row, *more)))
            for rate in rates[:-1]:
                ratio = rate.per_second / max(rates[-1].per_second, 1e-9)
                table.add_row(
                    "", f"{rate.system} / {rates[-1].system}", "", f"[bold]{ratio:.1f}[/]"
                )
            table.add_section()
    if not as_json:
        Console().print(table)


if __name__ == "__main__":
    main()

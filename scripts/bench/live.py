"""Seconds to ask for a trial and tell its result, in an experiment that has many already.

    python scripts/bench/live.py

No model is fitted: arms are quasi-random ones. Shown for experiments of 100, 1,000 and 10,000
completed trials, compacted as workers do it by and by: opening the folder; the first ask of a
process, which builds the domain view; ask and tell after that; the same where the trial to take
waits already, which builds no view; and a refresh of the live domain experiment after another
process completed a trial. Ratios are to n = 100.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

import armwright
from armwright.persistence import StoredExperiment
from armwright.persistence.facts import config_of
from armwright.store import ExperimentFolder

__all__ = ["main"]

_DEFINITION = {
    "objective": {"metric": "loss", "minimize": True},
    "parameters": [
        {"name": f"x{index}", "type": "range", "bounds": [0.0, 1.0]} for index in range(6)
    ],
}


def filled(url: Path, count: int) -> None:
    """Makes an experiment of `count` completed trials, straight through the store."""
    from armwright.persistence import definition_from_dict

    StoredExperiment.create(
        url, definition_from_dict(_DEFINITION).experiment, seed=7, initial_trials=10**9
    )
    stored = armwright.open(url)
    (first,) = stored.ask()
    stored.tell(first.number, {"loss": 0.0})
    folder = ExperimentFolder.open(url)
    folder.compacts = False
    state = folder.refresh()
    made = state.trials[0].arm
    end = state.trials[0].attempts[1].end
    assert made is not None  # noqa: S101 - it was made just now
    assert end is not None  # noqa: S101 - and ended
    assert config_of(state, 1)  # noqa: S101
    for number in range(1, count):
        name = f"{number}_0"
        parameters = dict.fromkeys(made["arms"][0]["parameters"], number / count)
        run = {**made["trial"]["generator_run"]}
        run["gen_metadata"] = {**run["gen_metadata"], "next_position": number + 1}
        trial = {**made["trial"], "generator_run": run}
        arms = [{"name": name, "parameters": parameters}]
        folder.put_trial(number, {**made, "arms": arms, "trial": trial}, claim={})
        (data,) = end["data"]
        row = {**data["rows"][0], "arm_name": name, "mean": number / count, "trial_index": number}
        folder.end(number, 1, {**end, "data": [{**data, "rows": [row]}]}, alone=True)
    folder.compact()


def seconds(action: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def measured(url: Path, repeats: int) -> dict[str, float]:
    """All cases for one experiment."""
    result = {"open": seconds(lambda: armwright.open(url))}
    stored = armwright.open(url)
    result["first ask"] = seconds(lambda: stored.tell(stored.ask()[0].number, {"loss": 0.5}))
    result["ask + tell"] = statistics.median(
        seconds(lambda: stored.tell(stored.ask()[0].number, {"loss": 0.5})) for _ in range(repeats)
    )
    other = armwright.open(url)
    view = armwright.open(url)
    result["first view"] = seconds(view.refresh)
    times = []
    for _ in range(repeats):
        other.tell(other.ask()[0].number, {"loss": 0.5})
        times.append(seconds(view.refresh))
    result["refresh of the view"] = statistics.median(times)
    for trial in other.ask(repeats):
        other.release(trial)
    fresh = armwright.open(url)
    result["ask + tell, waiting"] = statistics.median(
        seconds(lambda: fresh.tell(fresh.ask()[0].number, {"loss": 0.5})) for _ in range(repeats)
    )
    return result


@click.command()
@click.option("--sizes", default="100,1000,10000", help="Numbers of trials.")
@click.option("--repeats", default=20, help="How often the short ones are measured.")
def main(sizes: str, repeats: int) -> None:
    """Measures, and prints a table."""
    counts = [int(size) for size in sizes.split(",")]
    results = []
    for count in counts:
        with tempfile.TemporaryDirectory() as root:
            url = Path(root) / "e"
            filled(url, count)
            results.append(measured(url, repeats))
    table = Table("milliseconds", *(f"n = {count}" for count in counts), box=None)
    for case in results[0]:
        base = results[0][case]
        cells = [f"{1e3 * item[case]:.1f} ({item[case] / base:.1f} x)" for item in results]
        table.add_row(case, *cells)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()

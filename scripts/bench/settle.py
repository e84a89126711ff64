"""Whether a default that runs of `regret.py` chose would be chosen by others of them, too.

    python scripts/bench/regret.py --problem moved --begin middle --json > middle.jsonl
    python scripts/bench/regret.py --problem moved --begin sobol --json > sobol.jsonl
    python scripts/bench/settle.py middle=middle.jsonl sobol=sobol.jsonl

Each file holds the runs of one setting, of the same problems and seeds. A problem's score under a
setting is the mean over seeds of the log10 of the regret, less the mean over all settings; that of
several problems is their mean. The setting of the lowest score is chosen: by all families of
problems, and leaving out one at a time, which the choice is then tried on. It is stable where every
choice is the same, and sound where each does no worse than the mean on the family it has not seen.
"""

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from classic_problems import CLASSICS
from moved_problems import MOVED
from noisy_problems import NOISY
from problems import BENCHMARKS, ISSUE
from rich.console import Console
from rich.table import Table
from tuning_problems import TUNING
from wide_problems import WIDE

__all__ = ["Choice", "choices", "family_of", "main", "scores"]

_FAMILIES = {
    "issue": ISSUE,
    "own": tuple(name for name in BENCHMARKS if name not in ISSUE),
    "classic": tuple(CLASSICS),
    "moved": MOVED,
    "wide": tuple(WIDE),
    "noisy": NOISY,
    "tuning": tuple(TUNING),
}
_FAR = 10.0  # times the largest regret of a problem: what counts where nothing kept its bounds

Scores = dict[str, np.ndarray]  # of each problem, one number for each setting


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is chosen without one family.

    Attributes:
        without: The family; empty for a choice by all.
        setting: The one chosen.
        score: Its mean score over the problems that chose.
        error: Standard error over these problems.
        problems: How many they are.
        held_out: Its mean score on the family left out; NaN for a choice by all.
        best_there: The setting that family itself would choose; empty for a choice by all.
    """

    without: str
    setting: str
    score: float
    error: float
    problems: int
    held_out: float
    best_there: str


def family_of(problem: str) -> str:
    """The family of a problem; its own name for one that is in none."""
    return next((name for name, members in _FAMILIES.items() if problem in members), problem)


def scores(runs: Sequence[Iterable[Mapping[str, object]]], *, floor: float) -> Scores:
    """Each problem's score under each setting; lower is better.

    Args:
        runs: Of each setting, the lines of `regret.py --json`.
        floor: What smaller regrets count as.

    Raises:
        ValueError: A problem has other seeds or trials under one setting than under another.
    """
    found: dict[str, list[dict[tuple[int, int], float]]] = defaultdict(lambda: [{} for _ in runs])
    for place, lines in enumerate(runs):
        for line in lines:
            regret, key = line["regret"], (int(str(line["seed"])), int(str(line["trials"])))
            value = math.inf if regret is None else float(str(regret))
            found[str(line["problem"])][place][key] = value
    result = {}
    for problem, settings in found.items():
        if any(setting.keys() != settings[0].keys() for setting in settings):
            raise ValueError(f"{problem}: expected the same seeds and trials under each setting")
        keys = sorted(settings[0])
        table = np.array([[setting[key] for key in keys] for setting in settings])
        largest = table[np.isfinite(table)].max(initial=floor)
        logs = np.log10(np.clip(table, floor, _FAR * largest)).mean(axis=1)
        result[problem] = logs - logs.mean()
    return result


def choices(found: Scores, settings: Sequence[str]) -> list[Choice]:
    """The choice by all families, then without each in turn."""
    families = list(dict.fromkeys(map(family_of, found)))
    made = []
    for family in ["", *families] if len(families) > 1 else [""]:
        there = np.array([row for name, row in found.items() if family_of(name) == family])
        here = np.array([row for name, row in found.items() if family_of(name) != family])
        best = int(np.argmin(here.mean(axis=0)))
        spread = here[:, best].std(ddof=1) if len(here) > 1 else math.nan
        made.append(
            Choice(
                without=family,
                setting=settings[best],
                score=float(here[:, best].mean()),
                error=float(spread / math.sqrt(len(here))),
                problems=len(here),
                held_out=float(there[:, best].mean()) if family else math.nan,
                best_there=settings[int(np.argmin(there.mean(axis=0)))] if family else "",
            )
        )
    return made


def table(made: Sequence[Choice]) -> Table:
    """All choices."""
    result = Table(title="Mean log10 regret against the mean of the settings; lower is better")
    for name in ("without", "chosen", "problems", "score", "on the one left out", "best there"):
        result.add_column(name, justify="right" if "score" in name or "out" in name[4:] else "left")
    for one in made:
        result.add_row(
            one.without or "(none)",
            one.setting,
            str(one.problems),
            f"{one.score:+.3f} +- {one.error:.3f}",
            "" if math.isnan(one.held_out) else f"{one.held_out:+.3f}",
            one.best_there,
        )
    return result


def verdict(made: Sequence[Choice]) -> str:
    """Whether the choice is stable and sound, in a line."""
    others = {one.setting for one in made[1:]} - {made[0].setting}
    lost = [one.without for one in made[1:] if one.held_out > 0]
    if len(made) == 1:
        return f"{made[0].setting}; of one family alone nothing can be left out"
    words = f"not stable: {', '.join(sorted(others))} without a family" if others else "stable"
    kept = f"loses on what it has not seen: {', '.join(lost)}" if lost else "no family loses"
    return f"{made[0].setting}: {words}; {kept}"


@click.command()
@click.argument("files", metavar="NAME=FILE NAME=FILE...", nargs=-1, required=True)
@click.option("--floor", default=1e-6, show_default=True, help="What smaller regrets count as.")
def main(files: tuple[str, ...], *, floor: float) -> None:
    """Choose a setting by all families of problems, and leaving one out at a time."""
    names, _, paths = zip(*(given.partition("=") for given in files), strict=True)
    if len(files) < 2 or not all(paths) or len(set(names)) < len(names):
        raise click.UsageError("expected two settings or more, each as NAME=FILE")
    runs = []
    for path in paths:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
        runs.append([json.loads(line) for line in lines if line.strip()])
    try:
        made = choices(scores(runs, floor=floor), names)
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    Console().print(table(made))
    click.echo(verdict(made))


if __name__ == "__main__":
    main()

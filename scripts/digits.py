"""The main job: tunes a support vector machine on scikit-learn's handwritten digits.

The experiment is a folder of plain files. Run again, this script goes on where it stopped, or
starts a fresh experiment when the last one is complete, and says which. Ctrl-C hands the running
trial back, and nothing is lost.
"""

from __future__ import annotations

import os
import sys
import warnings
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

import armwright
from armwright.errors import (
    ArmwrightError,
    ExperimentNotFoundError,
    ExperimentUnfinishedError,
    NothingLeftError,
    exit_code,
)

DEFINITION = {
    "description": "support vector machine on handwritten digits, 5-fold cross-validated accuracy",
    "objective": {"metric": "accuracy", "minimize": False},
    "parameters": [
        {"name": "kernel", "type": "choice", "values": ["rbf", "poly", "sigmoid"]},
        {"name": "C", "type": "range", "bounds": [1e-3, 1e3], "log_scale": True},
        {"name": "gamma", "type": "range", "bounds": [1e-5, 1.0], "log_scale": True},
        {"name": "components", "type": "range", "bounds": [4, 64]},
    ],
}
UNTUNED: dict[str, Any] = {}  # scikit-learn's own defaults, on all 64 pixels
STEPS = 20_000  # of one fit: a polynomial kernel with C=1000 on 4 components never converges

console = Console(stderr=True, highlight=False, soft_wrap=True)


def accuracy(parameters: dict[str, Any]) -> tuple[float, float]:
    """Mean and standard error of the accuracy over five folds; the same folds every time.

    A fit that has not converged after `STEPS` steps is judged as it stands then.
    """
    from sklearn.datasets import load_digits
    from sklearn.decomposition import PCA
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    settings = dict(parameters)
    components = settings.pop("components", None)
    reduce = [PCA(n_components=components, random_state=0)] if components else []
    model = make_pipeline(StandardScaler(), *reduce, SVC(max_iter=STEPS, **settings))
    pixels, digits = load_digits(return_X_y=True)
    folds = StratifiedKFold(n_splits=5, shuffle=True, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # STEPS is meant, see above
        scores = cross_val_score(model, pixels, digits, cv=folds)
    return float(scores.mean()), float(scores.std(ddof=1) / len(scores) ** 0.5)


@click.command()
@click.argument("root", default="runs", type=click.Path(path_type=Path))
@click.option("--trials", default=25, show_default=True, type=click.IntRange(1))
@click.option("--seed", type=int, help="Decides every arm; fresh entropy if left out.")
def main(root: Path, trials: int, seed: int | None) -> None:
    """Tune the model in an experiment folder ROOT/digits (or digits-2, ...) on this disk."""
    try:
        experiment = find_or_create(root, trials, seed)
        run(experiment)
        report(experiment)
    except KeyboardInterrupt:
        console.print("\nstopped; nothing is lost, the same command goes on from here")
        sys.exit(130)
    except ArmwrightError as error:
        console.print(f"error: {error}")
        sys.exit(exit_code(error))


def find_or_create(root: Path, trials: int, seed: int | None) -> Any:
    """Opens the last experiment of this script if it is not complete, else makes the next one."""
    last = None
    for number in range(1, 1_000_000):
        url = root / ("digits" if number == 1 else f"digits-{number}")
        try:
            found = armwright.open(url)
        except (ExperimentNotFoundError, ExperimentUnfinishedError):
            break  # making it finishes one whose maker was killed
        last = found
    if last is not None and not is_complete(last):
        done = sum(facts.status == "completed" for facts in last.state.trials.values())
        again = last.release_dead()
        console.print(f"resuming {last.url}: {done} of {last.budget} trials are completed")
        for trial in again:
            console.print(f"  trial {trial} was running when its process died")
        return last
    if last is not None:
        console.print(f"{last.url} is complete; starting a fresh experiment")
    experiment = armwright.create(url, DEFINITION, budget=trials, seed=seed)
    console.print(f"created {experiment.url}: {trials} trials, seed {experiment.seed}")
    return experiment


def is_complete(experiment: Any) -> bool:
    """Whether every trial of the budget has ended for good."""
    ended = sum(trial.status.is_terminal for trial in experiment.experiment.trials.values())
    return ended >= experiment.budget


def run(experiment: Any) -> None:
    """Asks, evaluates and tells until the budget is used up, and shows how it goes."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        bar = progress.add_task("", total=experiment.budget)
        while True:
            show_progress(experiment, progress, bar)
            try:
                trial = experiment.ask(in_process=True)[0]
            except NothingLeftError:
                return
            try:
                result = accuracy(trial.arm.parameters)
            except KeyboardInterrupt:
                experiment.release(trial)
                raise
            experiment.tell(trial.number, {"accuracy": result}, attempt=trial.attempt)
            line = f"trial {trial.number:2}  accuracy {result[0]:.4f} ± {result[1]:.4f}"
            console.print(line + "  " + in_words(trial.arm.parameters))


def show_progress(experiment: Any, progress: Progress, bar: Any) -> None:
    """Moves the bar to the number of completed trials, with the best value so far."""
    done = sum(facts.status == "completed" for facts in experiment.state.trials.values())
    best = f"best {experiment.best().mean:.4f}" if done else "first trial"
    progress.update(bar, completed=done, description=best)


def report(experiment: Any) -> None:
    """Prints what was found on stdout, and the next three commands."""
    best, (default, _) = experiment.best(), accuracy(UNTUNED)
    out = Console(highlight=False, soft_wrap=True)
    out.print(f"\nbest of {experiment.budget} trials: number {best.number}")
    for name, value in best.arm.parameters.items():
        out.print(f"  {name} = {value}")
    out.print(f"accuracy {best.mean:.4f} ± {best.sem:.4f}; untuned default {default:.4f}")
    out.print(f"errors: {errors(best.mean)} per 1000 digits, untuned {errors(default)}")
    folder = os.path.relpath(experiment.url)
    out.print(f"\nthe experiment is the folder {folder}; next:")
    command = ".venv/bin/armwright" if Path(".venv/bin/armwright").exists() else "armwright"
    out.print(f"  {command} show {folder}")
    out.print(f"  {command} show {folder} {best.number}")
    out.print(f"  {command} best {folder} --json")


def errors(score: float) -> str:
    """Misread digits per thousand."""
    return f"{1000 * (1 - score):.1f}"


def in_words(parameters: dict[str, Any]) -> str:
    """Parameters on one line."""
    return "  ".join(
        f"{name}={value:.3g}" if isinstance(value, float) else f"{name}={value}"
        for name, value in parameters.items()
    )


if __name__ == "__main__":
    main()

"""`armwright worker`: takes trials, runs a command for each, and tells how it ended."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from armwright.cli.arguments import json_option, only_experiment
from armwright.cli.command_words import CommandWithWords, duration_option, words_of
from armwright.errors import EXIT_FAILURE, EXIT_NOTHING_LEFT, EXIT_RETRY, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from armwright.working import Event, WorkDone

__all__ = ["worker"]

_INTERRUPTED = 130


@click.command(
    cls=CommandWithWords,
    short_help="Run a command for one trial after the other.",
    options_metavar="[EXPERIMENT] [OPTIONS] -- COMMAND",
)
@click.argument("words", metavar="", nargs=-1)
@click.option("-p", "--parallel", default=1, type=click.IntRange(1), help="Commands side by side.")
@click.option("-n", "--count", type=click.IntRange(1), help="Trials to run at most.")
@duration_option("--time-limit", help="To be done by then; a Slurm job's is known.")
@duration_option("--timeout", help="A command that runs for longer has failed.")
@duration_option("--grace", default="20s", help="To end when told to, before it is killed.")
@click.option("--exit", "exits", multiple=True, metavar="CODE=KIND", help="3=infeasible, 4=oom.")
@click.option("--folder", type=click.Path(), help="For output, checkpoints; EXPERIMENT.trials.")
@click.option("--crashes", default=5, type=click.IntRange(0), help="In a row, to give up after.")
@click.option("--wait", is_flag=True, help="At the end, for trials that others may lose.")
@click.option("--no-stock", is_flag=True, help="Make no arms ahead of need.")
@click.option("--requeue", is_flag=True, help="The Slurm job, when its time is up.")
@click.option("--callback", "callbacks", multiple=True, metavar="MODULE:OBJECT", help="To be told.")
@json_option
@click.pass_context
def worker(
    ctx: click.Context,
    words: tuple[str, ...],
    parallel: int,
    count: int | None,
    time_limit: str | None,
    timeout: str | None,
    grace: str,
    exits: tuple[str, ...],
    folder: str | None,
    crashes: int,
    callbacks: tuple[str, ...],
    *,
    wait: bool,
    no_stock: bool,
    requeue: bool,
    as_json: bool,
) -> None:
    """Run COMMAND for one trial after the other, until the budget is used up.

    {lr}, {checkpoint} are filled in; its last line is its result: {"loss": 0.3}

    \b
    armwright worker runs/digits -- ./train.sh --lr {lr}
    armwright worker s3://team/lr -p 4 --time-limit 2h -- python train.py {lr}
    """
    from pathlib import Path

    from armwright.callbacks.named import named_callback
    from armwright.cli.worker_display import display
    from armwright.working import Worker, WorkerOptions
    from armwright.working.duration import seconds_of

    url, command = only_experiment(words), words_of(ctx)
    options = WorkerOptions(
        parallel=parallel,
        count=count,
        time_limit=None if time_limit is None else seconds_of(time_limit),
        timeout=None if timeout is None else seconds_of(timeout),
        grace=seconds_of(grace),
        kinds=_kinds(exits),
        most_crashes=crashes,
        folder=None if folder is None else Path(folder),
        tops_up=not no_stock,
        waits=wait,
        requeues=requeue,
    )
    found = ctx.meta.get("armwright.environment", dict(os.environ))
    # Arms that this process has to make itself are made beside a command that may use the GPU.
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    said: list[Callable[[Event], None]] = []
    ready = Worker(
        url,
        command,
        options=options,
        report=lambda event: said[-1](event),
        environment=found,
        callbacks=[named_callback(text) for text in callbacks],
    )
    with display(ready.stored, as_json=as_json) as show:
        said.append(show)
        done = ready.run()
    ctx.exit(_exit_code(done))


def _exit_code(done: WorkDone) -> int:
    if done.why in ("crashes", "no headway"):
        return EXIT_FAILURE
    if done.why == "SIGINT":
        return _INTERRUPTED
    if done.why == "used up" and not done.ran and not done.handed_back:
        return EXIT_NOTHING_LEFT
    if done.why.startswith("SIG") or (done.handed_back and done.why == "time limit"):
        return EXIT_RETRY
    return 0


def _kinds(exits: Sequence[str]) -> dict[int, str]:
    kinds = {}
    for text in exits:
        code, equals, kind = text.partition("=")
        if not equals or not kind or not code.isdecimal() or not 0 < int(code) < 256:
            raise UsageError(f"--exit: expected CODE=KIND such as 3=infeasible, got {text!r}")
        kinds[int(code)] = kind
    return kinds

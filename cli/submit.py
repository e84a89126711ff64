"""`armwright submit`: starts workers, as a job array of Slurm or in the background here."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from armwright.cli.arguments import experiment_and_words, json_option, print_json
from armwright.cli.command_words import CommandWithWords, duration_option, words_of
from armwright.errors import UsageError

if TYPE_CHECKING:
    from armwright.working.submitting import Submitted

__all__ = ["submit"]


@click.command(
    cls=CommandWithWords,
    short_help="Start workers: slurm, or local.",
    options_metavar="slurm|local [EXPERIMENT] [OPTIONS] -- COMMAND",
    context_settings={"ignore_unknown_options": True},
)
@click.argument("words", metavar="", nargs=-1, type=click.UNPROCESSED)
@click.option("--array", metavar="N", help="Workers; 500%50 for 50 at once.")
@click.option("--parallel", default=1, type=click.IntRange(1), help="Commands in each.")
@click.option("--count", type=click.IntRange(1), help="Trials for each at most.")
@duration_option("--timeout", help="As for worker.")
@duration_option("--grace", help="Likewise.")
@click.option("--exit", "exits", multiple=True, metavar="CODE=KIND", help="Likewise.")
@click.option("--folder", type=click.Path(), help="Likewise.")
@click.option("--crashes", type=click.IntRange(0), help="Likewise.")
@click.option("--callback", "callbacks", multiple=True, metavar="MODULE:OBJECT", help="Likewise.")
@click.option("--again", is_flag=True, help="Queue each again when its time is up.")
@click.option("--print", "only_print", is_flag=True, help="Only show the sbatch file.")
@json_option
@click.pass_context
def submit(
    ctx: click.Context,
    words: tuple[str, ...],
    array: str | None,
    parallel: int,
    folder: str | None,
    exits: tuple[str, ...],
    count: int | None,
    timeout: str | None,
    grace: str | None,
    crashes: int | None,
    callbacks: tuple[str, ...],
    *,
    again: bool,
    only_print: bool,
    as_json: bool,
) -> None:
    """Start workers that run COMMAND for one trial after the other.

    Other options, such as --gpus 1 --time 2h -p gpu, are sbatch's. Arms are made beforehand, so
    that all tasks may start at once.

    \b
    armwright submit slurm runs/lr --array 500 --time 2h -- ./train.sh --lr {lr}
    armwright submit local runs/lr --parallel 4 -- ./train.sh --lr {lr}
    """
    from pathlib import Path

    from armwright.callbacks.named import named_callback
    from armwright.working.submitting import Submission

    where, *rest = words or ("",)
    if where not in ("slurm", "local"):
        raise UsageError(f"expected slurm or local, got {where or 'none'}")
    begin = next((at for at, word in enumerate(rest) if word.startswith("-")), len(rest))
    url, more = experiment_and_words(rest[:begin])
    sbatch = [*more, *rest[begin:]]
    options = {"count": count, "timeout": timeout, "grace": grace, "crashes": crashes}
    worker = [f"--{name}={value}" for name, value in options.items() if value is not None]
    worker += [f"--exit={text}" for text in exits]
    for text in callbacks:
        named_callback(text)  # a fault in it is better found before the job waits
        worker.append(f"--callback={text}")
    worker += ["--requeue"] if again else []
    submission = Submission(
        url,
        words_of(ctx),
        parallel=parallel,
        worker=worker,
        folder=None if folder is None else Path(folder),
        environment=ctx.meta.get("armwright.environment", dict(os.environ)),
    )
    if where == "local":
        if sbatch or array or again or only_print:
            ours = [*(["--array"] if array else []), *(["--again"] if again else [])]
            said = " ".join([*sbatch, *ours]) or "--print"
            raise UsageError(
                f"local workers take no option of Slurm, got {said}", hint="--parallel N"
            )
        done = submission.to_this_machine()
        _show(done, f"kill {done.job} ends it; {done.file} is its log", as_json=as_json)
        return
    script = submission.script(array or "1", sbatch)
    if only_print:
        if as_json:
            print_json({"script": script.text()})
        else:
            click.echo(script.text(), nl=False)
        return
    done = submission.to_slurm(script)
    _show(done, f"scancel {done.job} ends it; {done.file} is what was submitted", as_json=as_json)


def _show(done: Submitted, words: str, *, as_json: bool) -> None:
    if as_json:
        print_json(done.as_dict())
    else:
        click.echo(f"{done.job}  {done.experiment}  {done.ready} trials ready")
    click.echo(words, err=True)

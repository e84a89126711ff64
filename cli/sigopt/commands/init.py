"""`armwright sigopt init`: files to begin with, in SigOpt's words."""

from __future__ import annotations

from pathlib import Path

import click

from armwright.errors import UsageError

__all__ = ["init"]

_RUN = """\
# How a run is started: armwright sigopt run, optimize and start-worker read it.
name: my run
run: python train.py
"""
_EXPERIMENT = """\
# What is to be tuned: the fields of sigopt.create_experiment.
name: my experiment
type: offline
parameters:
  - name: hidden_layer_size
    type: int
    bounds: {min: 32, max: 512}
  - name: learning_rate
    type: double
    bounds: {min: 0.0001, max: 0.1}
    transformation: log
metrics:
  - name: accuracy
    strategy: optimize
    objective: maximize
parallel_bandwidth: 1
budget: 30
"""
_DOCKERFILE = """\
# An image in which runs can be started.
FROM python:3.12-slim
RUN pip install 'armwright[yaml]'
WORKDIR /work
COPY . .
"""
_DOCKERIGNORE = """\
.git
.venv
armwright-store
"""
_FILES = {
    "run.yml": _RUN,
    "experiment.yml": _EXPERIMENT,
    "Dockerfile": _DOCKERFILE,
    ".dockerignore": _DOCKERIGNORE,
}


@click.command(short_help="Write run.yml, experiment.yml and a Dockerfile.")
def init() -> None:
    """Write files to begin with into the current folder; asks before it replaces one.

    Then write train.py, and armwright sigopt optimize tunes it.

    \b
    armwright sigopt init
    armwright sigopt optimize
    """
    for name, text in _FILES.items():
        path = Path(name)
        if path.exists() and not path.is_file():
            raise UsageError(f"{name} is there and is no file")
        if path.exists() and not click.confirm(f"{name} is there. Replace it?", err=True):
            click.echo(f"left {name} as it was")
            continue
        path.write_text(text, encoding="utf-8")
        click.echo(f"Wrote file contents for {name}")  # as scripts know it

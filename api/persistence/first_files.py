"""The files that a new experiment begins with: its definition, an objective script, a batch script.

They work as they are, so that the first minute shows the whole way; each says what to change.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Final

from armwright.errors import UsageError

__all__ = ["LANGUAGES", "first_files", "write_first_files"]

LANGUAGES: Final = ("yml", "toml")

_YML = """\
# An experiment of armwright. Check it:       armwright check experiment.yml
# Make it:                                    armwright create runs/first --from experiment.yml

# name: first                # the folder's name if left out
# description: what this is for
budget: 20                   # trials to make; leave it out for no end
seed: 7                      # decides every arm; leave it out for fresh entropy

objective:
  metric: loss
  minimize: true
# several objectives instead, for `armwright best --pareto`:
# objectives:
#   - {metric: loss, minimize: true}
#   - {metric: size, minimize: true}

parameters:
  - name: lr
    type: range              # range: bounds; choice: values; fixed: value
    bounds: [1e-5, 1.0]
    log_scale: true
  - name: layers
    type: range
    bounds: [1, 8]           # whole numbers make it an integer
  - name: activation
    type: choice
    values: [relu, tanh]

# parameter_constraints: ["lr + 0.1*layers <= 1.0"]  # sums of terms, with blanks between them
# outcome_constraints: ["size <= 6000"]              # on metrics that are not the objective
# outcome_constraints: ["size <= 10%"]               # above what the status quo has, run first:
# status_quo: {lr: 1e-3, layers: 4, activation: relu}
tracking_metrics: [size]     # recorded, neither optimized nor bounded

# What the model is to be that makes arms, where the usual one will not do:
# generation:
#   hyperparameter_draws: 8  # averaged over; where one arm measured twice differs much
#   output_warp: none        # turns is usual; likeliest; none beside draws
#   input_warp: true         # where the metric changes faster at one end of a range
"""

_TOML = """\
# An experiment of armwright. Check it:       armwright check experiment.toml
# Make it:                                    armwright create runs/first --from experiment.toml

# name = "first"             # the folder's name if left out
# description = "what this is for"
budget = 20                  # trials to make; leave it out for no end
seed = 7                     # decides every arm; leave it out for fresh entropy

# parameter_constraints = ["lr + 0.1*layers <= 1.0"]  # sums of terms, with blanks between them
# outcome_constraints = ["size <= 6000"]              # on metrics that are not the objective
# outcome_constraints = ["size <= 10%"]               # above what the status quo has, run first:
# status_quo = {lr = 1e-3, layers = 4, activation = "relu"}
tracking_metrics = ["size"]  # recorded, neither optimized nor bounded

# What the model is to be that makes arms, where the usual one will not do:
# generation.hyperparameter_draws = 8  # averaged over; where one arm measured twice differs much
# generation.output_warp = "none"      # turns is usual; likeliest; none beside draws
# generation.input_warp = true         # where the metric changes faster at one end of a range

[objective]                  # or several, for `armwright best --pareto`: [[objectives]]
metric = "loss"
minimize = true

[[parameters]]
name = "lr"
type = "range"               # range: bounds; choice: values; fixed: value
bounds = [1e-5, 1.0]
log_scale = true

[[parameters]]
name = "layers"
type = "range"
bounds = [1, 8]              # whole numbers make it an integer

[[parameters]]
name = "activation"
type = "choice"
values = ["relu", "tanh"]
"""

_OBJECTIVE = '''\
#!/usr/bin/env python3
"""What is tuned. Takes the parameters as words; its last line on stdout is the result, as JSON.

Any program in any language will do. This one only plays: a bowl whose lowest point is near
lr = 0.01, layers = 4, activation = tanh. Put your own training in its place.
"""

import argparse
import json
import math

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, required=True)
parser.add_argument("--layers", type=int, required=True)
parser.add_argument("--activation", choices=["relu", "tanh"], required=True)
given = parser.parse_args()

loss = (math.log10(given.lr) + 2) ** 2 / 4 + (given.layers - 4) ** 2 / 16
loss += 0.2 if given.activation == "relu" else 0.0
print(json.dumps({"loss": round(loss, 6), "size": 1024 * given.layers}))
'''

_SBATCH = """\
#!/bin/bash
# Workers of the experiment runs/first as a Slurm array: sbatch job.sbatch
# (armwright submit slurm writes and submits such a file for you.)
# Each task takes one trial after the other until the budget is used up, its time is nearly over, or
# it is preempted; then the trial goes back and another task takes it up again.
#SBATCH --job-name=armwright
#SBATCH --array=0-7
#SBATCH --time=01:00:00
#SBATCH --cpus-per-task=1
#SBATCH --requeue
#SBATCH --signal=B:USR1@120
#SBATCH --output=%x-%A_%a.log
# What many clusters ask for besides; take away one # each:
##SBATCH --partition=main
##SBATCH --mem=4G

# Where it was submitted from; put `module load` and `source .venv/bin/activate` here.
cd "${SLURM_SUBMIT_DIR:-$(dirname "$0")}" || exit 1

# exec, so that the worker itself gets the signal that Slurm sends 120 s before the end
exec armwright worker "${1:-runs/first}" -- \\
    python3 objective.py --lr {lr} --layers {layers} --activation {activation}
"""


def first_files(language: str | None = None) -> dict[str, str]:
    """The files' content by name.

    Args:
        language: Of the definition, "yml" or "toml"; YAML if left out, where it can be read here.
    """
    if language is None:
        language = "yml" if importlib.util.find_spec("yaml") is not None else "toml"
    if language not in LANGUAGES:
        raise UsageError(f"expected one of {', '.join(LANGUAGES)}, got {language!r}")
    text = _YML if language == "yml" else _TOML
    return {
        f"experiment.{language}": text,
        "objective.py": _OBJECTIVE,
        "job.sbatch": _SBATCH,
    }


def write_first_files(
    folder: str | os.PathLike[str] = ".", *, language: str | None = None
) -> list[str]:
    """Writes the files into a folder, which is made if there is none; replaces nothing.

    Args:
        folder: A local folder.
        language: See `first_files`.

    Returns:
        Their paths.

    Raises:
        UsageError: One of them is there already; then none is written. Or they cannot be.
    """
    files = first_files(language)
    place = Path(folder)
    there = [name for name in files if (place / name).exists()]
    if there:
        raise UsageError(
            f"{os.fspath(place / there[0])!r} is there already, and nothing was written",
            hint="armwright init FOLDER writes into another folder",
        )
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            with (place / name).open("x", encoding="utf-8") as file:
                file.write(text)
            if text.startswith("#!"):
                (place / name).chmod(0o755)
    except OSError as error:
        words = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot write into {os.fspath(place)!r}: {words}") from error
    return [os.fspath(place / name) for name in files]

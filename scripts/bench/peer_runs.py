"""Runs of other optimizers on our problems, each in a process and an environment of its own.

The peer asks, a line of JSON for each arm of a batch, and then hears of them, a line for each; the
function is computed here.
"""

import json
import os
import subprocess
from dataclasses import asdict
from pathlib import Path

import numpy as np
from peers import peer_python
from problems import Benchmark

from armwright.optimizer import initial_points

__all__ = ["PEERS", "peer_run"]

SIDES = Path(__file__).parent / "peer_sides"

# Name on the command line: what is installed, and what is run.
PEERS = {
    "ax": (("ax-platform",), ("ax_side.py",)),
    "optuna-gp": (("optuna", "torch", "scipy"), ("optuna_side.py", "gp")),
    "optuna-tpe": (("optuna",), ("optuna_side.py", "tpe")),
    "random": (("optuna",), ("optuna_side.py", "random")),
}


def peer_run(
    benchmark: Benchmark, peer: str, seed: int, budget: int, batch: int = 1
) -> tuple[np.ndarray, np.ndarray, float, str]:
    """Runs a peer on a problem, so many arms at a time.

    Returns:
        The arms [n, d] and their outcomes [n, o], n the budget unless the peer ended before it was
        used up; the peer's CPU seconds for each arm after the first few, which every one of them
        draws at random; and why it ended early, empty where it did not.

    Raises:
        RuntimeError: The peer ended without an arm.
        ValueError: The problem has linear constraints on its parameters.
    """
    problem = benchmark.problem
    if problem.constrained:
        raise ValueError(f"{benchmark.name}: peers are run without linear constraints")
    packages, arguments = PEERS[peer]
    command = [str(peer_python(*packages)), str(SIDES / arguments[0]), *arguments[1:]]
    objectives = benchmark.goal.objectives
    task = {
        "columns": [asdict(column) for column in problem.columns],
        "conditions": [asdict(condition) for condition in problem.conditions],
        "objectives": objectives,
        "bounded": len(benchmark.bounded),
        "seed": seed,
        "budget": budget,
        "batch": batch,
    }
    begin = min(budget - 1, initial_points(len(problem.columns)))
    values, y, seconds, why = [], [], [], ""
    # One thread each: with more on shared cores they wait for one another, ten times as long.
    with subprocess.Popen(
        command,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        if not (process.stdin and process.stdout and process.stderr):
            raise RuntimeError(f"{peer}: no pipes")
        print(json.dumps(task), file=process.stdin, flush=True)
        while len(y) < budget:
            many = min(batch, budget - len(y))
            for _ in range(many):
                line = process.stdout.readline()
                if not line:
                    why = process.stderr.read().strip()[-2000:] or "it said nothing"
                    break
                asked = json.loads(line)
                values.append(np.array(asked["values"], float))
                seconds.append(asked["cpu_s"])
                y.append(benchmark.outcomes(values[-1]))
            if why:
                break
            for heard in benchmark.heard(np.array(y), seed)[-many:].tolist():
                losses = [-item for item in heard[:objectives]]
                told = {"losses": losses, "bounded": heard[objectives:]}
                print(json.dumps(told), file=process.stdin, flush=True)
    if not y:
        raise RuntimeError(f"{peer} ended without an arm of {benchmark.name}:\n{why}")
    return np.array(values), np.array(y), float(np.mean(seconds[min(begin, len(y) - 1) :])), why

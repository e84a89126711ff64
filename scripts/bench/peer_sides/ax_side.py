"""Ax's side of `peer_runs.py`: asks its client, hears what came out.

Runs in a virtual environment of its own: ax_side.py
"""

import json
import logging
import sys
import time
import warnings

from ax.api.client import Client
from ax.api.configs import ChoiceParameterConfig, RangeParameterConfig


def parameter(index, column):
    """A column as Ax's configuration."""
    name = f"x{index}"
    if column["kind"] == "choice":
        levels = list(range(column["levels"]))
        return ChoiceParameterConfig(
            name=name, values=levels, parameter_type="int", is_ordered=False
        )
    whole = column["step"] == 1.0
    bounds = (column["lower"], column["upper"])
    return RangeParameterConfig(
        name=name,
        bounds=tuple(map(int, bounds)) if whole else bounds,
        parameter_type="int" if whole else "float",
        scaling="log" if column["log"] else None,
    )


def main():
    """Asks and is told, a line each, until there is no more to read."""
    warnings.simplefilter("ignore")  # its own
    logging.disable(logging.CRITICAL)
    task = json.loads(sys.stdin.readline())
    client = Client(random_seed=task["seed"])
    client.configure_experiment(
        parameters=[parameter(index, column) for index, column in enumerate(task["columns"])]
    )
    losses = [f"loss{index}" for index in range(task["objectives"])]
    bounded = [f"bounded{index}" for index in range(task["bounded"])]
    client.configure_optimization(
        objective=", ".join(f"-{name}" for name in losses),
        outcome_constraints=[f"{name} <= 0" for name in bounded],
    )
    left = task["budget"]
    while left:
        begun = time.process_time()
        arms, wanted = {}, min(task["batch"], left)
        while len(arms) < wanted:  # it gives fewer where its first design ends
            more = client.get_next_trials(max_trials=wanted - len(arms))
            if not more:
                raise RuntimeError(f"asked for {wanted} arms, got {len(arms)}")
            arms |= more
        seconds = (time.process_time() - begun) / len(arms)
        for arm in arms.values():
            values = [arm[f"x{place}"] for place in range(len(task["columns"]))]
            print(json.dumps({"values": values, "cpu_s": seconds}), flush=True)
        for index in arms:
            told = json.loads(sys.stdin.readline())
            data = dict(zip(losses + bounded, told["losses"] + told["bounded"], strict=True))
            client.complete_trial(trial_index=index, raw_data=data)
        left -= len(arms)


main()

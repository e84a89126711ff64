"""Optuna's side of `peer_runs.py`: asks its sampler, hears what came out.

Runs in a virtual environment of its own: optuna_side.py SAMPLER
"""

import json
import sys
import time
import warnings

import optuna
from optuna.samplers import GPSampler, RandomSampler, TPESampler

SAMPLERS = {"gp": GPSampler, "tpe": TPESampler, "random": RandomSampler}


def constraints(trial):
    """What Optuna asks for when a trial has ended: at most 0 is kept."""
    return trial.user_attrs["bounded"]


def ask(trial, columns, conditions):
    """The values of a trial's parameters, in the order of the columns.

    One that does not count, by the parents before it, is not asked for.
    """
    values = []
    for index, column in enumerate(columns):
        name = f"x{index}"
        mine = [one for one in conditions if one["column"] == index]
        if any(values[one["parent"]] not in one["values"] for one in mine):
            values.append(column["lower"])
        elif column["kind"] == "choice":
            values.append(trial.suggest_categorical(name, list(range(column["levels"]))))
        elif column["step"] == 1.0:
            low, high = int(column["lower"]), int(column["upper"])
            values.append(trial.suggest_int(name, low, high, log=column["log"]))
        else:
            low, high = column["lower"], column["upper"]
            values.append(trial.suggest_float(name, low, high, log=column["log"]))
    return values


def main():
    """Asks and is told, a line each, until there is no more to read."""
    warnings.simplefilter("ignore")  # its own, about what is experimental
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    task = json.loads(sys.stdin.readline())
    options = {"seed": task["seed"]}
    if task["bounded"]:
        options["constraints_func"] = constraints
    study = optuna.create_study(
        directions=["minimize"] * task["objectives"], sampler=SAMPLERS[sys.argv[1]](**options)
    )
    left = task["budget"]
    while left:
        trials = []
        for _ in range(min(task["batch"], left)):
            begun = time.process_time()
            trials.append(study.ask())
            values = ask(trials[-1], task["columns"], task["conditions"])
            print(json.dumps({"values": values, "cpu_s": time.process_time() - begun}), flush=True)
        for trial in trials:
            told = json.loads(sys.stdin.readline())
            trial.set_user_attr("bounded", told["bounded"])
            study.tell(trial, told["losses"])
        left -= len(trials)


main()

"""A peer's side of `one_more.py`: told what is known, asked for a few more arms in turn.

Runs in a virtual environment of its own: one_more.py ax|optuna-gp
"""

import json
import logging
import sys
import time
import warnings


def ax_client(task):
    """Functions that tell Ax a point and ask it for one."""
    from ax.api.client import Client
    from ax.api.configs import RangeParameterConfig

    logging.disable(logging.CRITICAL)
    names = [f"x{place}" for place in range(len(task["points"][0]))]
    client = Client(random_seed=0)
    client.configure_experiment(
        parameters=[
            RangeParameterConfig(name=name, bounds=(0.0, 1.0), parameter_type="float")
            for name in names
        ]
    )
    client.configure_optimization(objective="-loss")
    open_trials = []

    def tell(point, loss):
        number = open_trials.pop() if open_trials else None
        if number is None:
            number = client.attach_trial(dict(zip(names, point, strict=True)))
        client.complete_trial(trial_index=number, raw_data={"loss": loss})

    def ask():
        ((number, arm),) = client.get_next_trials(max_trials=1).items()
        open_trials.append(number)
        return [arm[name] for name in names]

    return tell, ask


def optuna_study(task):
    """Functions that tell Optuna a point and ask it for one."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    names = [f"x{place}" for place in range(len(task["points"][0]))]
    space = {name: optuna.distributions.FloatDistribution(0.0, 1.0) for name in names}
    study = optuna.create_study(sampler=optuna.samplers.GPSampler(seed=0))
    open_trials = []

    def tell(point, loss):
        if open_trials:
            study.tell(open_trials.pop(), loss)
            return
        params = dict(zip(names, point, strict=True))
        study.add_trial(optuna.create_trial(params=params, distributions=space, value=loss))

    def ask():
        open_trials.append(study.ask(space))
        return [open_trials[-1].params[name] for name in names]

    return tell, ask


def main():
    """Is told, asks, and prints a line for each arm."""
    warnings.simplefilter("ignore")  # its own
    task = json.loads(sys.stdin.readline())
    tell, ask = {"ax": ax_client, "optuna-gp": optuna_study}[sys.argv[1]](task)
    for point, loss in zip(task["points"], task["losses"], strict=True):
        tell(point, loss)
    for _ in range(task["arms"]):
        begun, wall = time.process_time(), time.perf_counter()
        point = ask()
        spent = {"cpu_s": time.process_time() - begun, "wall_s": time.perf_counter() - wall}
        print(json.dumps({"point": point, **spent}), flush=True)
        tell(point, json.loads(sys.stdin.readline()))


main()

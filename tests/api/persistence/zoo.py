"""Domain objects of every kind, and experiments in every condition, made anew at each call."""

import json
import subprocess
import sys

import numpy as np
import pandas as pd

from armwright import ax
from armwright.experiment import (
    BraninMetric,
    GeneratorRunType,
    Hartmann6Metric,
    L2NormMetric,
    NoisyFunctionMetric,
    SyntheticRunner,
)

__all__ = [
    "DEFINITION",
    "EXPERIMENTS",
    "OBJECTS",
    "arm",
    "batches",
    "config",
    "every_status",
    "files_of",
    "in_another_process",
    "one_row",
    "plane",
    "space",
]

# A small experiment.
DEFINITION = {
    "objective": {"metric": "loss", "minimize": True},
    "parameters": [
        {"name": "x", "type": "range", "bounds": [0.0, 1.0]},
        {"name": "kind", "type": "choice", "values": ["a", "b c"]},
    ],
    "tracking_metrics": ["seconds"],
}


def space():
    """A search space with every kind of parameter and constraint."""
    x = ax.RangeParameter("x", ax.ParameterType.FLOAT, -1.0, 1e308)
    y = ax.RangeParameter("y", ax.ParameterType.FLOAT, -0.0, 1.0, digits=3)
    n = ax.RangeParameter("n", ax.ParameterType.INT, 1, 9)
    return ax.SearchSpace(
        parameters=[
            x,
            y,
            n,
            ax.RangeParameter("lr", ax.ParameterType.FLOAT, 1e-6, 1.0, log_scale=True),
            ax.ChoiceParameter("näme = 1", ax.ParameterType.STRING, ["a b", "ü", "c=d"]),
            ax.ChoiceParameter("flag", ax.ParameterType.BOOL, [True, False], is_ordered=True),
            ax.ChoiceParameter("size", ax.ParameterType.INT, [1, 2, 4], is_task=True),
            ax.FixedParameter("fixed", ax.ParameterType.STRING, "v"),
            ax.RangeParameter(
                "epochs", ax.ParameterType.INT, 1, 100, is_fidelity=True, target_value=100
            ),
        ],
        parameter_constraints=[
            ax.OrderConstraint(y, n),
            ax.SumConstraint([x, y], is_upper_bound=False, bound=-0.5),
            ax.SumConstraint([y, n], is_upper_bound=True, bound=9.5),
            ax.ParameterConstraint({"x": 1.0, "n": -2.5}, 1e-9),
        ],
    )


def arm(name=None, **values):
    return ax.Arm({"x": 0.1, "y": 0.5, **values}, name)


def plane():
    """A small search space that a batch of arms fits into."""
    return ax.SearchSpace(
        [
            ax.RangeParameter("x", ax.ParameterType.FLOAT, 0.0, 1.0),
            ax.RangeParameter("y", ax.ParameterType.FLOAT, 0.0, 1.0),
        ]
    )


def config():
    return ax.OptimizationConfig(
        ax.Objective(ax.Metric("loss", lower_is_better=True), minimize=True),
        [ax.OutcomeConstraint(ax.Metric("latency"), ax.ComparisonOp.LEQ, 4.0, relative=False)],
    )


def run():
    """A generator run with every field set."""
    return ax.GeneratorRun(
        arms=[arm(), arm(x=0.2)],
        weights=[1.0, 2.5],
        optimization_config=config(),
        search_space=plane(),
        model_predictions=({"loss": [1.0, 2.0]}, {"loss": {"loss": [0.1, 0.2]}}),
        best_arm_predictions=(arm(x=0.3), ({"loss": 0.5}, {"loss": {"loss": 0.01}})),
        fit_time=0.1,
        gen_time=0.2,
        model_key="GPEI",
        model_kwargs={"seed": 7, "pair": (1, 2), "counts": {1: "one"}},
        bridge_kwargs={},
        gen_metadata={"notes": ["n"], "nan": float("nan"), "array": np.array([[1, 2], [3, 4]])},
        model_state_after_gen={"__type": "mine"},
        generation_step_index=1,
    )


def data(trial=0, **columns):
    """Two arms' results, with every column unless columns are given."""
    whole = {
        "sem": [0.1, None],
        "trial_index": [trial] * 2,
        "start_time": ["2020-01-01", "2020-01-01 00:00:00.000001"],
        "end_time": ["2020-01-02 12:30:00.123456789", None],
        "n": [10, 20],
        "frac_nonnull": [1.0, 0.5],
        "random_split": [0, 1],
        "fidelities": ['{"epochs": 1}', None],
    }
    frame = pd.DataFrame(
        {
            "arm_name": [f"{trial}_0", f"{trial}_1"],
            "metric_name": ["loss", "loss"],
            "mean": [1.0 / 3.0, 1e300],
            **(columns or whole),
        }
    )
    for name in {"start_time", "end_time"} & set(frame.columns):
        frame[name] = [pd.NaT if item is None else pd.Timestamp(item) for item in frame[name]]
    return ax.Data(frame, description="measured")


OBJECTS = {
    "arm": lambda: arm("0_0", flag=True, none=None, ü="ß", big=1e308, zero=-0.0, n=10**20),
    "unnamed arm": arm,
    "search space": space,
    "metric": lambda: ax.Metric("m=1", lower_is_better=False),
    "noisy metric": lambda: NoisyFunctionMetric("f", ["x", "y"], 0.1, True),
    "branin": lambda: BraninMetric("branin", ["x", "y"], None),
    "length": lambda: L2NormMetric("l", list("abc"), noise_sd=0.1),
    "hartmann": lambda: Hartmann6Metric("h", list("abcdef"), lower_is_better=True),
    "objective": lambda: ax.Objective(ax.Metric("m"), minimize=True),
    "several objectives": lambda: ax.MultiObjective([ax.Metric("a", True), ax.Metric("b", False)]),
    "weighted sum": lambda: ax.ScalarizedObjective(
        [ax.Metric("a"), ax.Metric("b")], [1.0, -2.0], minimize=True
    ),
    "relative constraint": lambda: ax.OutcomeConstraint(ax.Metric("m"), ax.ComparisonOp.GEQ, 1.5),
    "config": config,
    "runner": lambda: SyntheticRunner(dummy_metadata={"tags": ("a", "b")}),
    "run": run,
    "run of hand-made arms": lambda: ax.GeneratorRun([arm()], type=GeneratorRunType.MANUAL.name),
    "data with every column": data,
    "data of the required columns": lambda: data(sem=[0.5, 0.25]),
    "data without sem": lambda: data(trial_index=[0, 0]),
    "data with gaps in integers": lambda: data(n=[10, None]),
    "infinite data": lambda: ax.Data(
        pd.DataFrame(
            {
                "arm_name": ["inf", "nan", "0_0"],
                "metric_name": ["m"] * 3,
                "mean": [float("inf"), float("nan"), 1.0],
                "sem": [float("-inf"), 0.0, None],
            }
        )
    ),
    "only an infinite mean": lambda: ax.Data(
        pd.DataFrame({"arm_name": ["a"], "metric_name": ["m"], "mean": [float("-inf")]})
    ),
    "data of milliseconds": lambda: ax.Data.from_evaluations(
        {"0_0": {"m": (1.0, None)}}, 0, {"0_0": 3}, start_time=1, end_time=1_600_000_000_001
    ),
    "no data": ax.Data,
}


def empty():
    return ax.Experiment(space(), name="empty", description="ü", experiment_type="t", is_test=True)


def unnamed():
    return ax.Experiment(plane(), tracking_metrics=[ax.Metric("tracked"), BraninMetric("b", ["x"])])


def every_status():
    """A trial in every status, each with its times, runners and data where it may have them."""
    experiment = ax.Experiment(plane(), "statuses", config(), runner=SyntheticRunner("dummy"))
    trials = [experiment.new_trial() for _ in range(8)]
    for number, trial in enumerate(trials[1:]):
        trial.add_arm(arm(x=number / 10))
    trials[2].runner = SyntheticRunner("own")
    trials[3].mark_staged()
    trials[4].run()
    trials[5].run().complete()
    trials[6].run().mark_failed()
    trials[7].mark_abandoned("too slow")
    experiment.attach_data(one_row(5))
    experiment.attach_data(one_row(5, mean=2.0))
    experiment.attach_data(one_row(4, mean=float("nan")))
    experiment.attach_data(one_row(1))
    return experiment


def one_row(trial_index, mean=1.0):
    return ax.Data(
        pd.DataFrame(
            {
                "arm_name": [f"{trial_index}_0"],
                "metric_name": ["loss"],
                "mean": [mean],
                "sem": [0.0],
                "trial_index": [trial_index],
            }
        )
    )


def batches():
    """Batches with weights, several runs, a status quo, power, and arms given up."""
    status_quo = ax.Arm({"x": 0.0, "y": 0.0})
    experiment = ax.Experiment(plane(), "batches", config(), status_quo=status_quo)
    first = experiment.new_batch_trial(generator_run=run())
    first.add_arms_and_weights([arm(x=0.7), arm(x=0.8)], [0.25, 4.0], multiplier=2.0)
    first.set_status_quo_with_weight(status_quo, 0.5)
    experiment.new_batch_trial(optimize_for_power=True).add_arm(arm(x=0.1), weight=3.0)
    first.mark_running(no_runner_required=True)
    first.mark_arm_abandoned("0_1", "broken")
    waiting = experiment.new_batch_trial()
    waiting.add_arms_and_weights([arm(x=0.31), arm(x=0.32)])
    waiting.mark_arm_abandoned("2_0")
    ended = experiment.new_batch_trial().add_arm(arm(x=0.41))
    ended.mark_running(no_runner_required=True).mark_arm_abandoned("3_0").mark_completed()
    ended.mark_arm_abandoned("3_0", "again")
    experiment.attach_data(data())
    return experiment


def no_measurement(parameters):
    return {"loss": (parameters["x"], 0.1), "latency": (1.0, None)}


def simple():
    experiment = ax.SimpleExperiment(
        plane(),
        name="simple",
        objective_name="loss",
        evaluation_function=no_measurement,
        minimize=True,
        outcome_constraints=config().outcome_constraints,
        status_quo=ax.Arm({"x": 0.5, "y": 0.5}, "reference"),
    )
    for value in (0.1, 0.2):
        experiment.new_trial().add_arm(arm(x=value))
    experiment.new_batch_trial().add_arms_and_weights([arm(x=0.3), arm(x=0.1)])
    experiment.eval()
    experiment.new_trial()
    return experiment


def trained():
    """What a Sobol start of `optimize` leaves."""
    _, _, experiment, _ = ax.optimize(
        [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}],
        lambda parameters: parameters["x"] ** 2,
        experiment_name="trained",
        total_trials=4,
        random_seed=3,
    )
    return experiment


def several_objectives():
    both = ax.MultiObjective([ax.Metric("a", True), ax.Metric("b", False)])
    return ax.Experiment(plane(), "several", ax.OptimizationConfig(both))


EXPERIMENTS = {
    "empty": empty,
    "unnamed": unnamed,
    "every status": every_status,
    "batches": batches,
    "simple": simple,
    "trained": trained,
    "several objectives": several_objectives,
}


def files_of(folder):
    """Every file under a folder, with its bytes."""
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def in_another_process(url, code):
    """Runs code with `experiment`, opened there; returns what it prints as JSON."""
    program = f"import json, os, armwright\nexperiment = armwright.open({str(url)!r})\n{code}"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False)
    assert done.returncode in (0, 9), done.stderr.decode()
    return json.loads(done.stdout) if done.stdout else None

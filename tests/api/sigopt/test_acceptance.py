"""Whole programs: the documentation's example on a real model; workers, one of them killed."""

# ruff: noqa: C408 - written as in the documentation

import os
import subprocess
import sys
import time
import uuid

import pytest

from armwright import sigopt

WORKER = """
import sys, time
from armwright import sigopt
sigopt.set_store(sys.argv[1])
for run in sigopt.get_experiment(sys.argv[2]).loop():
    with run:
        print(run.id, flush=True)
        time.sleep(0.2)
        run.log_metric("y", -(run.params.x - 0.3) ** 2)
"""


def share(root):
    """Four processes work on one experiment, one of them is killed, and its run is done again."""
    sigopt.set_store(root)
    experiment = sigopt.create_experiment(
        name="four",
        parameters=[{"name": "x", "type": "double", "bounds": {"min": 0, "max": 1}}],
        metrics=[{"name": "y"}],
        budget=16,
        parallel_bandwidth=4,
    )
    command = [sys.executable, "-c", WORKER, str(root), experiment.id]
    victim = subprocess.Popen([*command], stdout=subprocess.PIPE, text=True)
    others = [subprocess.Popen(command, stdout=subprocess.DEVNULL) for _ in range(3)]
    assert victim.stdout is not None
    orphan = victim.stdout.readline().strip()
    victim.kill()
    victim.wait()
    victim.stdout.close()
    assert [worker.wait() for worker in others] == [0, 0, 0]
    for run in experiment.loop():  # where the others had looked just before the kill
        with run:
            run.log_metric("y", -((run.params.x - 0.3) ** 2))
    runs = list(experiment.get_runs())
    assert 16 <= len(runs) <= 19  # as many too many as there are other workers
    assert {run.state for run in runs} == {"completed"}  # the orphan was taken up
    assert orphan in {run.id for run in runs}
    assert len({run.assignments["x"] for run in runs}) == len(runs)


@pytest.mark.slow
def test_four_processes_share_a_folder_and_one_of_them_is_killed(tmp_path):
    share(tmp_path)


@pytest.mark.s3
@pytest.mark.timeout(600)
def test_four_processes_share_a_real_object_store_and_one_of_them_is_killed(monkeypatch):
    variable = "ARMWRIGHT_TEST_S3_ENDPOINT"
    if variable not in os.environ:
        pytest.skip(f"{variable} is not set: no real S3 server; scripts/test-stores starts one")
    monkeypatch.setenv("AWS_ENDPOINT_URL", os.environ[variable])
    bucket = os.environ.get("ARMWRIGHT_TEST_S3_BUCKET", "armwright")
    share(f"s3://{bucket}/{uuid.uuid4().hex}")


@pytest.mark.slow
def test_the_documentations_example_tunes_a_real_model():
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split
    from sklearn.neural_network import MLPClassifier

    x, y = load_digits(return_X_y=True)
    split = train_test_split(x[:600] / 16, y[:600], random_state=0)
    experiment = sigopt.create_experiment(
        name="Keras Model Optimization (Python)",
        type="offline",
        parameters=[
            dict(name="hidden_layer_size", type="int", bounds=dict(min=32, max=128)),
            dict(name="activation_fn", type="categorical", categorical_values=["relu", "tanh"]),
        ],
        metrics=[dict(name="holdout_accuracy", objective="maximize")],
        parallel_bandwidth=1,
        budget=10,
    )
    began = time.monotonic()
    for run in experiment.loop():
        with run:
            model = MLPClassifier(
                hidden_layer_sizes=(run.params.hidden_layer_size,),
                activation=run.params.activation_fn,
                max_iter=300,
                n_iter_no_change=5,
                tol=1e-2,
                early_stopping=True,
                random_state=0,
            )
            model.fit(split[0], split[2])
            run.log_metric("holdout_accuracy", model.score(split[1], split[3]))
            run.log_metadata("seconds", time.monotonic() - began)
    (best,) = experiment.get_best_runs()
    assert best.values["holdout_accuracy"].value > 0.8
    assert experiment.is_finished()

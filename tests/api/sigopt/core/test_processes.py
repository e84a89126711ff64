"""Several processes at one experiment of the core API, on one folder."""

import os
import subprocess
import sys
import textwrap
import uuid

import pytest

from armwright import sigopt

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}

WORKER = """
import sys
from armwright import sigopt
sigopt.set_store(sys.argv[1])
resource = sigopt.Connection().experiments(sys.argv[2])
experiment = resource.fetch()
while experiment.progress.observation_count < experiment.observation_budget:
    suggestion = resource.suggestions().create()
    value = -(suggestion.assignments["x"] - 0.3) ** 2
    resource.observations().create(suggestion=suggestion.id, values=[{"name": "y", "value": value}])
    experiment = resource.fetch()
"""


@pytest.fixture
def folder(tmp_path):
    sigopt.set_store(tmp_path / "store")
    return tmp_path


def share(root, program):
    """Four workers of their own processes work on one experiment on a store."""
    sigopt.set_store(root)
    experiment = (
        sigopt.Connection()
        .experiments()
        .create(name="e", parameters=[X], metrics=["y"], observation_budget=12, type="offline")
    )
    program.write_text(WORKER)
    command = [sys.executable, str(program), str(root), experiment.id]
    workers = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    for worker in workers:
        _, said = worker.communicate()
        assert worker.returncode == 0, said
    resource = sigopt.Connection().experiments(experiment.id)
    observations = list(resource.observations().fetch().iterate_pages())
    assert 12 <= len(observations) <= 15
    assert len({item.suggestion for item in observations}) == len(observations)
    assert len({item.assignments["x"] for item in observations}) == len(observations)
    (best,) = resource.best_assignments().fetch().iterate_pages()
    assert best.value > -0.01


@pytest.mark.slow
def test_four_workers_share_an_experiment(folder):
    share(folder / "store", folder / "worker.py")


@pytest.mark.s3
@pytest.mark.timeout(600)
def test_four_workers_share_an_experiment_on_a_real_object_store(monkeypatch, tmp_path):
    variable = "ARMWRIGHT_TEST_S3_ENDPOINT"
    if variable not in os.environ:
        pytest.skip(f"{variable} is not set: no real S3 server; scripts/test-stores starts one")
    monkeypatch.setenv("AWS_ENDPOINT_URL", os.environ[variable])
    bucket = os.environ.get("ARMWRIGHT_TEST_S3_BUCKET", "armwright")
    share(f"s3://{bucket}/{uuid.uuid4().hex}", tmp_path / "worker.py")


@pytest.mark.slow
def test_a_suggestion_of_a_killed_process_can_be_observed_by_another(folder):
    experiment = (
        sigopt.Connection()
        .experiments()
        .create(name="e", parameters=[X], metrics=["y"], observation_budget=2, type="random")
    )
    code = textwrap.dedent("""
        import os, signal, sys
        from armwright import sigopt
        sigopt.set_store(sys.argv[1])
        suggestion = sigopt.Connection().experiments(sys.argv[2]).suggestions().create()
        print(suggestion.id, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    command = [sys.executable, "-c", code, str(folder / "store"), experiment.id]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    resource = sigopt.Connection().experiments(experiment.id)
    suggestion = resource.suggestions(done.stdout.strip()).fetch()
    assert suggestion.state == "open"
    made = resource.observations().create(suggestion=suggestion.id, value=1.0)
    assert made.assignments == suggestion.assignments
    assert resource.fetch().progress.observation_count == 1

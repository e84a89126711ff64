"""Workers on a real object store."""

import json
import os
import subprocess
import sys
import uuid

import pytest

import armwright
from armwright.store import ExperimentFolder

pytestmark = [pytest.mark.s3, pytest.mark.timeout(500)]

DEFINITION = {
    "objective": {"metric": "loss", "minimize": True},
    "parameters": [{"name": "x", "type": "range", "bounds": [0.0, 1.0]}],
}
TRAIN = 'echo $$ >> "$ARMWRIGHT_CHECKPOINT/ran"; sleep 0.2; echo "{\\"loss\\": $0}"'


@pytest.fixture
def url(monkeypatch):
    variable = "ARMWRIGHT_TEST_S3_ENDPOINT"
    if variable not in os.environ:
        pytest.skip(f"{variable} is not set: no real S3 server; scripts/test-stores starts one")
    monkeypatch.setenv("AWS_ENDPOINT_URL", os.environ[variable])
    bucket = os.environ.get("ARMWRIGHT_TEST_S3_BUCKET", "armwright")
    url = f"s3://{bucket}/{uuid.uuid4().hex}/lr"
    armwright.create(url, DEFINITION, budget=24, seed=2)
    return url


def test_workers_share_a_bucket_and_end_every_trial_once_though_one_is_killed(url, tmp_path):
    def worker(*words):
        command = [sys.executable, "-m", "armwright.cli", "worker", url, "--json", *words]
        return subprocess.Popen(
            [*command, "--parallel", "2", "--wait", "--", "sh", "-c", TRAIN, "{x}"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
        )

    victim, others = worker(), [worker(), worker()]
    assert victim.stdout is not None
    assert json.loads(victim.stdout.readline())["event"] == "started"
    victim.kill()
    victim.communicate()
    said = [line for other in others for line in other.communicate()[0].splitlines()]
    assert [other.returncode for other in others] == [0, 0]
    state = ExperimentFolder.open(url).state
    assert (state.counts["completed"], state.counts["running"]) == (24, 0)
    assert state.damaged == ()
    states = [
        [attempt.end["state"] for attempt in trial.attempts.values()]
        for trial in state.with_status("completed")
    ]
    assert all(ends.count("completed") == 1 for ends in states)
    assert ["lost", "completed"] in states
    ended = [json.loads(line) for line in said if b'"ended"' in line]
    assert len([event for event in ended if event["state"] == "completed"]) <= 24
    assert (tmp_path / "lr.trials").is_dir()

"""What `armwright init` writes, submitted to a real Slurm as it is."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from armwright.store import ExperimentFolder

pytestmark = pytest.mark.slurm

BIN = Path(sys.executable).parent


def run(folder, *words):
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_batch_script_of_init_runs_all_trials_as_it_is(tmp_path):
    if "ARMWRIGHT_TEST_SLURM" not in os.environ:
        pytest.skip("ARMWRIGHT_TEST_SLURM is not set: no Slurm; scripts/test-stores starts one")
    run(tmp_path, "armwright", "init")
    run(tmp_path, "armwright", "create", "runs/first", "--from", "experiment.yml")
    job = run(tmp_path, "sbatch", "--parsable", "--array=0-2", "job.sbatch")
    deadline = time.monotonic() + 280
    while run(tmp_path, "squeue", "--noheader", "--jobs", job, "--format", "%T"):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    logs = "".join(path.read_text() for path in sorted(tmp_path.glob("armwright-*.log")))
    state = ExperimentFolder.open(tmp_path / "runs" / "first").state
    counts = {status: count for status, count in state.counts.items() if count}
    counts.pop("cancelled", None)  # stock that was replaced by better informed arms
    assert counts == {"completed": 20}, logs
    assert run(tmp_path, "armwright", "status", "runs/first").startswith("first  done\n20 of 20")


def test_status_asks_the_queue_whether_a_job_still_runs(tmp_path):
    if "ARMWRIGHT_TEST_SLURM" not in os.environ:
        pytest.skip("ARMWRIGHT_TEST_SLURM is not set: no Slurm; scripts/test-stores starts one")
    run(tmp_path, "armwright", "init")
    run(tmp_path, "armwright", "create", "runs/first", "--from", "experiment.yml")

    def asked_in_job(then):
        wrap = f"armwright ask runs/first; {then}"
        return run(tmp_path, "sbatch", "--parsable", "--output=/dev/null", f"--wrap={wrap}")

    gone, alive = asked_in_job("true"), asked_in_job("sleep 300")
    try:
        deadline = time.monotonic() + 200
        while True:
            status = json.loads(run(tmp_path, "armwright", "status", "runs/first", "--json"))
            found = {item["job"]: item["gone"] for item in status["running"]}
            if found.get(gone) and alive in found:
                break
            assert time.monotonic() < deadline
        assert found == {gone: f"Slurm job {gone} runs no more", alive: None}
    finally:
        run(tmp_path, "scancel", alive)

"""Many processes at one experiment, killed at random: see scripts/bench/storm.py, which counts."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

STORM = Path(__file__).parents[2] / "scripts" / "bench" / "storm.py"


def storm(root, *, processes, trials, kills, **more):
    """Runs a storm; returns what it counted."""
    numbers = {"processes": processes, "trials": trials, "kills": kills, **more}
    options = [f"--{name}={value}" for name, value in numbers.items()]
    command = [sys.executable, str(STORM), f"--root={root}", "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    counts = json.loads(done.stdout)
    assert counts["problems"] == []
    assert counts["completed"] >= trials
    # Who kills may come too late for the last ones, where the machine does other things.
    assert 0 < counts["killed"] <= kills
    assert counts["started"] == processes + counts["killed"]
    return counts


def test_a_small_storm_loses_nothing(tmp_path):
    storm(tmp_path, processes=4, trials=60, kills=4, silent=0, seconds=250)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_a_storm_loses_nothing(tmp_path):
    counts = storm(tmp_path, processes=32, trials=2000, kills=32, seconds=1100)
    assert counts["confirmed"] > 4000


@pytest.mark.s3
@pytest.mark.timeout(1200)
def test_a_storm_on_a_real_object_store_loses_nothing(ceph):
    storm(ceph, processes=8, trials=200, kills=8, seconds=1100)

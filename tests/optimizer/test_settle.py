"""scripts/bench/settle.py: which setting is chosen, and whether families agree."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

SETTLE = Path(__file__).parents[2] / "scripts" / "bench" / "settle.py"


def settle(tmp_path, **runs):
    """Runs the script on regrets: {setting: {problem: [one for each seed]}}."""
    words = []
    for name, problems in runs.items():
        file = tmp_path / f"{name}.jsonl"
        lines = [
            {"problem": problem, "seed": seed, "trials": 30, "regret": regret}
            for problem, regrets in problems.items()
            for seed, regret in enumerate(regrets)
        ]
        file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
        words.append(f"{name}={file}")
    command = [sys.executable, str(SETTLE), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_setting_that_every_family_prefers_is_stable(tmp_path):
    done = settle(
        tmp_path,
        old={"branin": [0.1, 0.1], "camel": [0.1, 0.1], "moved-levy8": [1.0, 1.0]},
        new={"branin": [0.01, 0.1], "camel": [0.1, 0.02], "moved-levy8": [0.5, 0.1]},
    )
    assert done.stdout.splitlines()[-1] == "new: stable; no family loses"


def test_a_setting_that_one_family_alone_prefers_is_not_stable(tmp_path):
    done = settle(
        tmp_path,
        old={"branin": [0.1], "camel": [0.1], "moved-levy8": [1.0]},
        new={"branin": [0.2], "camel": [0.2], "moved-levy8": [0.01]},
    )
    said, _, lost = done.stdout.splitlines()[-1].partition("; loses on what it has not seen: ")
    assert said == "new: not stable: old without a family"
    assert lost == "issue, classic, moved"


def test_a_run_that_kept_no_bounds_counts_as_far_off(tmp_path):
    done = settle(tmp_path, old={"gramacy": [None, 0.1]}, new={"gramacy": [0.2, 0.1]})
    assert done.stdout.splitlines()[-1].startswith("new; of one family alone")


@pytest.mark.parametrize(
    ("other", "problem"),
    [({"branin": [0.1, 0.2]}, "branin: expected the same seeds"), ({}, "the same seeds")],
    ids=["other seeds", "other problems"],
)
def test_settings_that_cannot_be_compared_are_refused(tmp_path, other, problem):
    done = settle(tmp_path, old={"branin": [0.1]}, new=other)
    assert done.returncode == 1
    assert problem in done.stderr


def test_one_setting_alone_is_refused(tmp_path):
    done = settle(tmp_path, old={"branin": [0.1]})
    assert done.returncode == 2
    assert "two settings or more" in done.stderr

"""Format 1 as it was first published: a folder that is never edited, and what it adds up to."""

import json
from dataclasses import asdict
from pathlib import Path

from armwright.store import ExperimentFolder, data_table, trials_table

GOLDEN = Path(__file__).parent / "golden" / "v1"


def as_json(state):
    """All that a state says; of the ten thousand plain trials, the first and the last."""
    trials = {
        number: {**asdict(state.trials[number]), "status": state.trials[number].status}
        for number in state.trials
        if number in (0, 9_999) or number >= 10_000
    }
    whole = {
        "experiment": state.experiment,
        "configs": state.configs,
        "bases": state.bases,
        "created": asdict(state.created),
        "damaged": [asdict(damage) for damage in state.damaged],
        "unknown": state.unknown,
        "counts": dict(state.counts),
        "trials": trials,
    }
    return json.loads(json.dumps(whole))


def known_part(now, then):
    """What was said then, as it is said now: later versions may say more."""
    if isinstance(then, dict) and isinstance(now, dict):
        return {key: known_part(now[key], then[key]) for key in then if key in now}
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        return [known_part(new, old) for new, old in zip(now, then, strict=True)]
    return now


def test_the_golden_folder_still_means_what_it_meant():
    folder = ExperimentFolder.open(GOLDEN / "lr")
    expected = json.loads((GOLDEN / "expected.json").read_text("utf-8"))
    assert known_part(as_json(folder.state), expected) == expected


def test_its_tables_can_be_read():
    folder = ExperimentFolder.open(GOLDEN / "lr")
    [document] = (item for item in folder.state.trials[10_100].attempts[1].data if "table" in item)
    assert folder.read_table(document["table"]).column_names == ["metric_name", "mean", "step"]
    assert trials_table(folder.state).num_rows == len(folder.state.trials)
    assert data_table(folder.state, folder.read_table).num_rows > 100

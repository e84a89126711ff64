"""Large data: kept as tables beside the facts, read as ever."""

import math
import shutil

import numpy as np
import pandas as pd
import pytest
from zoo import one_row, plane

import armwright
from armwright import ax
from armwright.persistence.merge import merge
from armwright.store.verify import verify


def large(trial, count=2000):
    """Results of many fidelities, with everything that a table may get wrong."""
    mean = np.linspace(0.0, 1.0, count)
    mean[:3] = [math.inf, -math.inf, 1e-300]
    sem = np.full(count, 0.25)
    sem[5] = math.nan
    return ax.Data(
        pd.DataFrame(
            {
                "arm_name": [f"{trial}_0"] * count,
                "metric_name": ["loss"] * count,
                "mean": mean,
                "sem": sem,
                "trial_index": [trial] * count,
                "start_time": [
                    pd.Timestamp("2026-01-01") + pd.Timedelta(i, "s") for i in range(count)
                ],
                "fidelities": [f'{{"epochs": {epoch}}}' for epoch in range(count)],
            }
        ),
        description="learning curve",
    )


@pytest.fixture
def experiment():
    config = ax.OptimizationConfig(ax.Objective(ax.Metric("loss"), minimize=True))
    experiment = ax.Experiment(plane(), "e", config)
    experiment.new_trial().add_arm(ax.Arm({"x": 0.5, "y": 0.5})).mark_running(
        no_runner_required=True
    )
    return experiment


def tables(url):
    return sorted(path.name for path in url.rglob("*.parquet"))


def test_large_data_become_a_table_and_come_back_whole(experiment, tmp_path):
    experiment.attach_data(large(0))
    experiment.attach_data(one_row(0))
    experiment.trials[0].mark_completed()
    url = tmp_path / "e"
    ax.save(experiment, url)
    assert len(tables(url)) == 1
    assert ax.load(url) == experiment
    assert max(path.stat().st_size for path in url.rglob("*.json")) < 8192
    assert verify(url).ok


def test_saving_again_writes_nothing(experiment, tmp_path):
    experiment.attach_data(large(0))
    ax.save(experiment, tmp_path / "e")
    before = sorted(tmp_path.rglob("*"))
    ax.save(experiment, tmp_path / "e")
    ax.save(ax.load(tmp_path / "e"), tmp_path / "e")
    assert sorted(tmp_path.rglob("*")) == before


def test_a_live_experiment_writes_and_reads_tables(experiment, tmp_path):
    ax.save(experiment, tmp_path / "e")
    live = ax.load(tmp_path / "e", live=True)
    other = ax.load(tmp_path / "e", live=True)
    live.attach_data(large(0))
    assert len(tables(tmp_path / "e")) == 1
    assert other.refresh().lookup_data_for_trial(0)[0] == large(0)
    assert live.fetch_data() == other.fetch_data()
    live.trials[0].mark_completed()
    assert ax.load(tmp_path / "e") == live == other.refresh()


def test_small_data_stay_in_the_facts(experiment, tmp_path):
    experiment.attach_data(large(0, count=20))
    ax.save(experiment, tmp_path / "e")
    assert not tables(tmp_path / "e")


def test_best_counts_what_is_in_a_table(experiment, tmp_path):
    experiment.attach_data(ax.Data(large(0).df.iloc[3:].assign(mean=0.125)))
    experiment.trials[0].mark_completed()
    ax.save(experiment, tmp_path / "e")
    assert armwright.open(tmp_path / "e").best().mean == 0.125


def test_late_data_stay_in_their_fact(experiment, tmp_path):
    experiment.trials[0].mark_completed()
    ax.save(experiment, tmp_path / "e")
    experiment.attach_data(large(0))
    ax.save(experiment, tmp_path / "e")
    assert not tables(tmp_path / "e")
    assert ax.load(tmp_path / "e") == experiment


def test_a_damaged_table_costs_its_own_data_only(experiment, tmp_path):
    experiment.attach_data(large(0))
    experiment.attach_data(one_row(0))
    ax.save(experiment, tmp_path / "e")
    (path,) = (tmp_path / "e").rglob("*.parquet")
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.warns(UserWarning, match=r"data are left out: .* is damaged"):
        loaded = ax.load(tmp_path / "e")
    assert loaded.lookup_data_for_trial(0)[0] == one_row(0)


def test_tables_travel_in_an_exported_file(experiment, tmp_path):
    experiment.attach_data(large(0))
    ax.save(experiment, tmp_path / "e")
    manifest = armwright.export(tmp_path / "e", tmp_path / "e.zip")
    assert len(manifest["tables"]) == 1
    armwright.import_archive(tmp_path / "e.zip", tmp_path / "copy")
    assert ax.load(tmp_path / "copy") == experiment
    assert verify(tmp_path / "copy").ok


def test_tables_are_merged_and_forked(experiment, tmp_path):
    ax.save(experiment, tmp_path / "here")
    shutil.copytree(tmp_path / "here", tmp_path / "there")
    for place in ("here", "there"):
        live = ax.load(tmp_path / place, live=True)
        trial = live.new_trial().add_arm(ax.Arm({"x": 0.25, "y": 0.5}))
        trial.mark_running(no_runner_required=True)
        live.attach_data(large(1))
        trial.mark_completed()
    live = ax.load(tmp_path / "there", live=True)
    live.attach_data(large(0))
    assert merge(tmp_path / "here", tmp_path / "there").renumbered == {1: 2}
    merged = ax.load(tmp_path / "here")
    assert merged.lookup_data_for_trial(0)[0] == large(0)
    assert merged.lookup_data_for_trial(2)[0] == large(2)
    assert len(tables(tmp_path / "here")) == 3
    forked = armwright.fork(tmp_path / "here", tmp_path / "fork").refresh()
    assert forked.lookup_data_for_trial(2)[0] == large(2)

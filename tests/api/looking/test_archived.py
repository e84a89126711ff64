"""Archived runs of SigOpt code are left out of charts and counts, and said at the page's foot."""

import pytest

from armwright import sigopt
from armwright.looking import Charts, summary_page
from armwright.persistence import StoredExperiment


@pytest.fixture
def charts(tmp_path, monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_STORE", str(tmp_path / "store"))
    experiment = sigopt.create_experiment(
        name="digits",
        parameters=[{"name": "x", "type": "double", "bounds": {"min": 0, "max": 1}}],
        metrics=[{"name": "loss", "objective": "minimize"}],
        budget=6,
    )
    runs = []
    for value in (3.0, 1.0, 2.0):
        with experiment.create_run() as run:
            run.log_metric("loss", value)
            runs.append(run.id)
    archive(runs[1])
    (folder,) = (tmp_path / "store").rglob("experiment.json")
    return Charts(StoredExperiment.open(str(folder.parent)))


def archive(run):
    from armwright.cli import main

    with pytest.raises(SystemExit, match="0"):
        main(["sigopt", "archive", "run", run])


def test_an_archived_run_is_in_no_chart_and_is_not_the_best(charts):
    trace = charts.trace()
    assert [point.value for point in trace.points] == [3.0, 2.0]
    assert trace.incumbent.value == 2.0
    assert len(charts.seen.trials) == 2


def test_the_foot_of_the_page_says_how_many_were_archived(charts):
    assert "1 run was archived, and left out here." in summary_page(charts)

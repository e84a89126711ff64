"""MLflow and TensorBoard: what is written is read back with their own readers."""

import math
import sys

import pytest

from armwright.callbacks import MLflowExporter, TensorBoardExporter, TrialEnd
from armwright.callbacks.aims import Aims
from armwright.callbacks.telling import Teller
from armwright.errors import UsageError
from armwright.experiment.aimed_at import AimedAt

AIMS = Aims(objectives=(AimedAt(name="loss", factors={"loss": 1.0}, minimize=True),))


def run(exporter):
    """Three trials: a good one, a better one at its second attempt, one that fails."""
    teller = Teller([exporter], experiment="digits", aims=AIMS)
    with teller:
        arms = {"0_0": {"lr": 0.1, "kind": "adam", "deep": True}}
        teller.started(0, arms)
        results = {"0_0": {"loss": (0.5, 0.25), "size, MB": (7.0, math.nan)}}
        teller.ended(0, arms, state="completed", results=results)
        arms = {"1_0": {"lr": 0.2, "kind": "sgd", "deep": False}}
        teller.started(1, arms)
        teller.ended(1, arms, state="preempted", reason="scheduler")
        teller.started(1, arms, attempt=2)
        results = {"1_0": {"loss": (0.25, math.nan)}}
        teller.ended(1, arms, state="completed", attempt=2, results=results)
        arms = {"2_0": {"lr": 0.3, "kind": "sgd", "deep": False}}
        teller.started(2, arms)
        teller.ended(2, arms, state="failed", reason="oom")
        teller.started(3, {"3_0": {"lr": 0.4}})


@pytest.fixture(scope="module")
def mlflow_runs(tmp_path_factory):
    tracking = pytest.importorskip("mlflow.tracking")
    place = tmp_path_factory.mktemp("mlflow").as_uri()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")  # MLflow asks for it from 3.7 on
        run(MLflowExporter(tracking_uri=place, tags={"team": "vision"}))
        client = tracking.MlflowClient(tracking_uri=place)
        found = client.get_experiment_by_name("digits")
        runs = client.search_runs([found.experiment_id])
        history = client.get_metric_history(
            next(
                r for r in runs if r.data.tags["armwright.trial"] == "1" and r.data.metrics
            ).info.run_id,
            "loss",
        )
    by_name = {item.info.run_name: item for item in runs}
    return by_name, history


@pytest.mark.slow
def test_mlflow_has_a_run_for_each_attempt_with_how_it_ended(mlflow_runs):
    assert {name: item.info.status for name, item in mlflow_runs[0].items()} == {
        "digits 0_0": "FINISHED",
        "digits 1_0": "KILLED",
        "digits 1_0 again (2)": "FINISHED",
        "digits 2_0": "FAILED",
        "digits 3_0": "KILLED",
    }
    tags = mlflow_runs[0]["digits 2_0"].data.tags
    assert (tags["armwright.state"], tags["armwright.reason"]) == ("failed", "oom")
    assert tags["team"] == "vision"


@pytest.mark.slow
def test_mlflow_has_parameters_means_and_standard_errors(mlflow_runs):
    data = mlflow_runs[0]["digits 0_0"].data
    assert data.params == {"lr": "0.1", "kind": "adam", "deep": "True"}
    assert data.metrics == {"loss": 0.5, "loss.sem": 0.25, "size_ MB": 7.0}
    ((point,),) = [mlflow_runs[1]]
    assert (point.value, point.step) == (0.25, 1)


@pytest.mark.slow
def test_mlflow_knows_which_runs_were_the_best_so_far(mlflow_runs):
    best = {n for n, item in mlflow_runs[0].items() if "armwright.incumbent" in item.data.tags}
    assert best == {"digits 0_0", "digits 1_0 again (2)"}


@pytest.fixture(scope="module")
def event_folder(tmp_path_factory):
    pytest.importorskip("tensorboardX")
    folder = tmp_path_factory.mktemp("board")
    run(TensorBoardExporter(folder))
    return folder


def scalars(folder):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    found = accumulator.EventAccumulator(str(folder))
    found.Reload()
    return {
        tag: [(event.step, event.value) for event in found.Scalars(tag)]
        for tag in found.Tags()["scalars"]
    }, found


def test_tensorboard_reads_metrics_by_trial_and_the_best_so_far(event_folder):
    assert scalars(event_folder)[0] == {
        "loss": [(0, 0.5), (1, 0.25)],
        "loss/sem": [(0, 0.25)],
        "size__MB": [(0, 7.0)],  # as its library writes what it does not allow
        "best/loss": [(0, 0.5), (1, 0.25)],
    }


def test_tensorboard_reads_a_row_of_its_table_for_each_completed_arm(event_folder):
    plugin = pytest.importorskip("tensorboard.plugins.hparams.plugin_data_pb2")
    assert sorted(item.name for item in event_folder.iterdir() if item.is_dir()) == ["0_0", "1_0"]
    found, reader = scalars(event_folder / "0_0")
    assert found["loss"] == [(0, 0.5)]
    content = reader.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
    row = plugin.HParamsPluginData.FromString(content).session_start_info.hparams
    assert row["lr"].number_value == 0.1
    assert row["kind"].string_value == "adam"
    assert row["deep"].bool_value


@pytest.mark.parametrize(
    ("make", "library"),
    [(MLflowExporter, "mlflow"), (lambda: TensorBoardExporter("x"), "tensorboardX")],
)
def test_an_exporter_without_its_library_says_what_to_install(make, library, monkeypatch):
    for name in (library, "mlflow.tracking"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(UsageError, match=f"needs {library}, which is not installed") as caught:
        make()
    assert "pip install 'armwright[" in caught.value.hint


def test_an_end_gives_the_values_of_its_first_arm():
    end = TrialEnd(
        experiment="e",
        trial=3,
        state="completed",
        arms={"3_0": {"x": 1}, "3_1": {"x": 2}},
        results={"3_0": {"loss": (0.5, 0.1)}, "3_1": {"loss": (0.1, 0.1)}},
    )
    assert end.parameters == {"x": 1}
    assert end.values == {"loss": 0.5}

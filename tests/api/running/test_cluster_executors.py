"""Functions run by Dask and by submitit, as docs/workers.md shows."""

import pytest

from armwright.experiment import TrialStatus
from armwright.running import ExecutorMetric, ExecutorRunner, TrialWatch

pytestmark = pytest.mark.slow


def train(parameters):
    if parameters["x"] > 5:
        raise ValueError("too large")
    return {"loss": (parameters["x"] - 3) ** 2}


def outcomes(executor, make, trial_of):
    experiment = make(ExecutorRunner(executor, train), ExecutorMetric("loss"))
    with TrialWatch(experiment) as watch:
        for x in (1.0, 9.0):
            watch.start(trial_of(experiment, x))
        while watch.running:
            watch.wait()
    good, bad = experiment.trials.values()
    assert (good.status, bad.status) == (TrialStatus.COMPLETED, TrialStatus.FAILED)
    assert experiment.lookup_data_for_trial(0)[0].df["mean"][0] == 4.0
    return str(bad.run_metadata["failure_reason"])


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # of Dask's own sockets
def test_dask_runs_trials(make, trial_of):
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=1, processes=False, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
        client.get_executor() as executor,
    ):
        assert "too large" in outcomes(executor, make, trial_of)


def test_submitit_runs_trials(make, trial_of, tmp_path):
    submitit = pytest.importorskip("submitit")
    executor = submitit.AutoExecutor(folder=tmp_path, cluster="local")
    assert "too large" in outcomes(executor, make, trial_of)

"""Hyperopt's trials as runs, made by Hyperopt itself."""

import hyperopt
import numpy as np
import pytest

import armwright.sigopt.hyperopt as kept
from armwright import sigopt
from armwright.sigopt.folders import project_runs

SPACE = {
    "x": hyperopt.hp.uniform("x", 0, 1),
    "kind": hyperopt.hp.choice("kind", [{"a": hyperopt.hp.uniform("a", 0, 1)}, {}]),
}


def good(point):
    return {"loss": point["x"], "status": "ok", "other": 2}


def minimize(trials, objective=good):
    hyperopt.fmin(
        objective,
        SPACE,
        hyperopt.rand.suggest,
        3,
        trials=trials,
        rstate=np.random.default_rng(0),
        show_progressbar=False,
    )


def runs():
    return project_runs("hyper").runs()


def test_trials_become_runs_while_they_are_made():
    trials = kept.SigOptTrials("hyper")
    minimize(trials)
    assert len(trials) == len(runs()) == len(trials.uploaded_tids) == 3
    newest = runs()[0]
    assert newest["values"]["loss"]["value"] == trials.losses()[-1]
    assert newest["values"]["other"]["value"] == 2
    assert newest["assignments"] == trials.parameters[-1]
    assert newest["metadata"] == {"optimizer": "hyperopt"}
    assert newest["parameters_meta"]["x"] == {"source": "Hyperopt"}


def test_a_trial_that_fails_is_a_failed_run():
    trials = kept.SigOptTrials("hyper", online=False)
    space = {"tid": 0, "result": {"status": "fail"}, "misc": {"vals": {"x": [1]}}}
    trials.upload([space])
    assert [run["state"] for run in runs()] == ["failed"]


def test_a_trial_without_a_metric_is_refused():
    trials = kept.SigOptTrials("hyper", online=False)
    with pytest.raises(ValueError, match="trial 7 has no metric"):
        trials.upload([{"tid": 7, "result": {"status": "ok"}}])


def test_trials_are_written_later_and_once():
    trials = hyperopt.Trials()
    minimize(trials)
    later = kept.SigOptTrials("hyper", trials, online=False)
    assert len(later.upload()) == 3
    assert later.upload() == {}


def test_trials_are_written_without_an_object():
    trials = hyperopt.Trials()
    minimize(trials)
    ids = kept.upload_trials("hyper", trials.trials)
    assert sigopt.get_run(ids[0]).values["loss"].value == trials.losses()[0]

"""`armwright replay` makes suggestions again, bit for bit."""

import pytest

from armwright import sigopt
from armwright.sigopt.folders import opened
from armwright.sigopt.place import split_run_id
from armwright.sigopt.replaying import replay

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}
A = {"name": "a", "values": ["p", "q"]}
PRIOR = {**X, "prior": {"name": "normal", "mean": 0.5, "scale": 0.1}}
IF_P = {**X, "name": "w", "conditions": {"a": "p"}}


def again(experiment, number):
    url = opened(experiment.id).url
    return replay(url, number)


KINDS = {
    "random": {"type": "random"},
    "grid": {"type": "grid", "parameters": [{**X, "bounds": None, "grid": [0.1, 0.2, 0.3]}]},
    "prior and conditions": {"parameters": [PRIOR, IF_P], "conditionals": [A]},
}


@pytest.mark.parametrize("fields", KINDS.values(), ids=KINDS)
def test_a_suggestion_comes_out_again(ended, fields):
    experiment = ended([{"y": 1}, {"y": 2}, {}], **{"type": "offline", **fields})
    for number in range(3):
        found = again(experiment, number)
        assert found.equal, str(found)
        assert found.recomputed is not None


@pytest.mark.slow
def test_a_models_suggestion_comes_out_again_whatever_came_later(make):
    experiment = make(budget=20)
    runs = []
    for _ in range(8):
        with experiment.create_run() as run:
            run.log_metric("y", -((run.params.x - 0.4) ** 2))
        runs.append(run)
    sigopt.archive_run(runs[6].id)
    late = experiment.create_run()
    late.end()
    sigopt.archive_run(runs[5].id)
    for run in (runs[-1], late):
        found = again(experiment, split_run_id(run.id)[1])
        assert found.equal, str(found)
        assert found.model not in ("Sobol", "Uniform")


def test_the_command_knows_suggestions(ended):
    from click.testing import CliRunner

    from armwright.cli import main

    experiment = ended([{"y": 1}])
    done = CliRunner().invoke(main, ["replay", opened(experiment.id).url, "0"])
    assert done.exit_code == 0, done.output

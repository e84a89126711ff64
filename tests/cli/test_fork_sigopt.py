"""`fork` of experiments with SigOpt's fields, and with files in SigOpt's words."""

import pytest
from results import document, refused

from armwright import sigopt
from armwright.sigopt.place import fresh_id
from armwright.store import ExperimentFolder

PLAIN = """
parameters: [{name: x, type: range, bounds: [0.0, 1.0]}]
objective: {metric: m}
budget: 5
"""
SOLUTIONS = """
parameters: [{name: x, type: double, bounds: {min: 0, max: 1}}]
metrics: [{name: m, objective: maximize}]
num_solutions: 2
budget: 5
"""
PRIOR = """
parameters:
  - {name: x, type: double, bounds: {min: 0, max: 1}, prior: {name: normal, mean: 0.5, scale: 0.01}}
metrics: [{name: m, objective: maximize}]
budget: 5
"""
CONDITIONAL = """
parameters:
  - {name: x, type: double, bounds: {min: 0, max: 1}}
  - {name: z, type: double, bounds: {min: 0, max: 1}, conditions: {k: [b]}}
conditionals: [{name: k, values: [a, b]}]
metrics: [{name: m, objective: maximize}]
budget: 8
"""


@pytest.fixture
def made(run, tmp_path):
    """Makes an experiment of a text with two trials, the first of which is told; its URL."""

    def made(text):
        url = tmp_path / "runs" / fresh_id()
        assert run("create", url, "--from", "-", stdin=text).exit_code == 0
        run("ask", url, "-n", 2)
        assert run("tell", url, 0, "m=0.5").exit_code == 0
        return url

    return made


def fork(run, url, text):
    """A fork with another definition; its URL."""
    target = url.parent / fresh_id()
    result = run("fork", url, target, "--from", "-", stdin=text)
    assert result.exit_code == 0, result.output
    return target


def kept(url):
    state = ExperimentFolder.open(url).state
    return state.configs[state.version]["sigopt"]


@pytest.mark.parametrize("source", [PLAIN, SOLUTIONS], ids=["plain", "sigopt"])
def test_a_fork_goes_on_by_the_rules_of_its_new_file(source, run, made):
    target = fork(run, made(source), PRIOR)
    drawn = [
        it["parameters"]["x"] for it in document(run("ask", target, "-n", 3, "--json"))["trials"]
    ]
    assert all(0.45 < x < 0.55 for x in drawn)
    assert kept(target)["budget"] == 6  # one given
    assert document(run("best", target, "--json"))["trial"] == 0


def test_a_fork_is_an_experiment_of_the_facade_with_the_given_runs(run, made, monkeypatch):
    url = made(PLAIN)
    target = fork(run, url, SOLUTIONS)
    monkeypatch.setenv("ARMWRIGHT_STORE", str(target.parent))
    shown = document(run("show", target, 0, "--json"))
    assert shown["arms"][0]["values"]["m"]["mean"] == 0.5
    found = sigopt.get_experiment(target.name)
    (best,) = found.get_best_runs()
    assert best.values["m"].value == 0.5
    assert found.num_solutions == 2


def test_rules_are_not_lost_to_a_file_in_other_words(run, made, tmp_path):
    url = made(SOLUTIONS)
    words = ("fork", url, tmp_path / "f", "--from", "-")
    refused(run(*words, stdin=PLAIN), 2, "has SigOpt's fields, and a definition in other words")
    assert not (tmp_path / "f").exists()


def test_what_is_switched_off_stays_so_in_a_fork(run, made):
    url = made(CONDITIONAL)
    run("ask", url, "-n", 4)
    for number in range(1, 6):
        run("tell", url, number, "m=1")
    run("fork", url, url.parent / "g")
    for number in range(6):
        before, after = (
            document(run("show", place, number, "--json"))["arms"][0]["parameters"]
            for place in (url, url.parent / "g")
        )
        assert before == after


def test_archived_runs_stay_behind(run, made, monkeypatch):
    url = made(PRIOR)
    monkeypatch.setenv("ARMWRIGHT_STORE", str(url.parent))
    run("tell", url, 1, "m=9")
    sigopt.archive_run(f"{url.name}1")
    run("fork", url, url.parent / "f")
    assert document(run("best", url.parent / "f", "--json"))["trial"] == 0
    assert document(run("show", url.parent / "f", "--json"))["statuses"] == {"completed": 1}

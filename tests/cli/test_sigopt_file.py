"""SigOpt's experiment.yml at the command line: what ask, worker, tell and best make of it."""

import json
import sys

import pytest
from results import document, refused

import armwright
from armwright import sigopt
from armwright.persistence import StoredExperiment

CONDITIONAL = """
name: solvers
parameters:
  - {name: lr, type: double, bounds: {min: 1e-5, max: 1.0}, transformation: log}
  - {name: beta, type: double, bounds: {min: 0.0, max: 1.0}, default_value: 0.25,
     conditions: {solver: adam}}
conditionals: [{name: solver, values: [sgd, adam]}]
metrics: [{name: loss, objective: minimize}, {name: size, strategy: store}]
metadata: {team: vision}
budget: 40
"""
GRID = """
type: grid
parameters:
  - {name: a, type: int, grid: [1, 10]}
  - {name: k, type: categorical, categorical_values: [x, y, z]}
metrics: [{name: m}]
"""
PRIOR = """
parameters:
  - {name: x, type: double, bounds: {min: 0, max: 1}, prior: {name: normal, mean: 0.5, scale: 0.01}}
metrics: [{name: m}]
budget: 30
"""
THRESHOLDS = """
parameters: [{name: x, type: double, bounds: {min: 0, max: 1}}]
metrics: [{name: a, threshold: 0.5}, {name: b, objective: minimize, threshold: 4}]
budget: 30
"""
SOLUTIONS = """
parameters: [{name: x, type: double, bounds: {min: 0, max: 1}}]
metrics: [{name: m}]
num_solutions: 2
budget: 30
"""
BOUNDED = """
parameters: [{name: x, type: double, bounds: {min: 0, max: 1}}]
metrics: [{name: m, strategy: constraint, threshold: 0.5}]
budget: 30
"""
LINEAR = """
parameters:
  - {name: x, type: double, bounds: {min: 0, max: 1}}
  - {name: y, type: double, bounds: {min: 0, max: 1}}
linear_constraints:
  - {type: less_than, threshold: 0.5, terms: [{name: x, weight: 1}, {name: y, weight: 1}]}
metrics: [{name: m}]
"""


@pytest.fixture
def made(run, tmp_path):
    """Makes an experiment from a text; returns its URL."""

    def made(text):
        url = tmp_path / "runs" / "e"
        result = run("create", url, "--from", "-", stdin=text)
        assert result.exit_code == 0, result.output
        return url

    return made


def asked(run, url, count):
    return document(run("ask", url, "-n", count, "--json"))["trials"]


def tell(run, url, number, *words):
    assert run("tell", url, number, *words).exit_code == 0


def test_ask_gives_a_parameter_only_where_its_condition_holds(run, made):
    trials = asked(run, made(CONDITIONAL), 6)
    seen = {(it["parameters"]["solver"], "beta" in it["parameters"]) for it in trials}
    assert seen == {("sgd", False), ("adam", True)}


def test_what_is_switched_off_is_not_in_the_environment_either(run, made):
    url = made(CONDITIONAL)
    texts = [run("ask", url, "--env").stdout for _ in range(5)]
    assert {("=sgd" in it, "PARAM_beta" in it) for it in texts} == {(True, False), (False, True)}


@pytest.mark.slow  # starts four commands
def test_worker_gives_words_a_default_and_json_what_is_there(run, made):
    url = made(CONDITIONAL)
    code = (
        "import json, os, sys; found = json.loads(os.environ['ARMWRIGHT_PARAMETERS']);"
        "assert ('beta' in found) == (sys.argv[1] == 'adam') and float(sys.argv[2]) >= 0;"
        "print(json.dumps({'loss': float(sys.argv[2]), 'size': 1}))"
    )
    words = ("worker", url, "--no-stock", "-n", 4, "--json", "--", sys.executable, "-c", code)
    result = run(*words, "{solver}", "{beta}")
    ends = [it for it in map(json.loads, result.stdout.splitlines()) if it["event"] == "ended"]
    assert [it["state"] for it in ends] == ["completed"] * 4
    trials = document(run("show", url, "--json"))["trials"]
    off = [it for it in trials if it["arms"][0]["parameters"]["solver"] == "sgd"]
    assert off
    assert all(it["arms"][0]["values"]["loss"]["mean"] == 0.25 for it in off)
    assert all("beta" not in it["arms"][0]["parameters"] for it in off)


def test_a_result_needs_every_metric_as_sigopt_wants_it(run, made):
    url = made(CONDITIONAL)
    asked(run, url, 1)
    refused(run("tell", url, 0, "loss=1"), 2, "trial 0: no value for 'size', got loss")


def test_best_names_what_was_given(run, made):
    url = made(CONDITIONAL)
    for trial in asked(run, url, 6):
        loss = 0 if trial["parameters"]["solver"] == "sgd" else 1
        tell(run, url, trial["trial"], f"loss={loss}", "size=1")
    found = document(run("best", url, "--json"))
    assert found["parameters"].keys() == {"lr", "solver"}


@pytest.mark.slow  # fits models
def test_modelled_arms_keep_to_the_conditions_and_come_out_again(run, made):
    url = made(CONDITIONAL)
    for _ in range(9):
        (trial,) = asked(run, url, 1)
        off = trial["parameters"]["solver"] == "sgd"
        assert ("beta" in trial["parameters"]) != off
        tell(run, url, trial["trial"], f"loss={trial['parameters']['lr']}", "size=1")
    assert document(run("explain", url, 8, "--json"))["model"] == "GPEI"
    assert document(run("replay", url, 8, "--json"))["equal"]


def test_the_facade_sees_the_trials_as_runs(run, tmp_path, monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_STORE", str(tmp_path))
    url = tmp_path / "1795354800000000"
    assert run("create", url, "--from", "-", stdin=CONDITIONAL).exit_code == 0
    (trial,) = asked(run, url, 1)
    tell(run, url, 0, "loss=0.5", "size=2")
    experiment = sigopt.get_experiment("1795354800000000")
    assert dict(experiment.metadata) == {"team": "vision"}
    (best,) = experiment.get_best_runs()
    assert dict(best.assignments) == trial["parameters"]
    assert best.values["loss"].value == 0.5


def test_ask_takes_what_the_facade_made_and_goes_on_by_its_rules(run, tmp_path, monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_STORE", str(tmp_path))
    made = sigopt.create_experiment(
        name="grid",
        type="grid",
        parameters=[{"name": "a", "type": "int", "grid": [1, 10, 100]}],
        metrics=[{"name": "m"}],
    )
    with made.create_run() as first:
        first.log_metric("m", 1)
    trials = asked(run, tmp_path / made.id, 2)
    assert [it["parameters"]["a"] for it in trials] == [10, 100]
    made.refresh()
    assert made.progress.remaining_budget == 0


def test_an_archived_run_uses_no_budget_and_is_not_best(run, tmp_path, monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_STORE", str(tmp_path))
    url = tmp_path / "1795354800000000"
    run("create", url, "--from", "-", stdin=PRIOR.replace("30", "2"))
    for trial in asked(run, url, 2):
        tell(run, url, trial["trial"], f"m={trial['trial']}")
    sigopt.archive_run("17953548000000001")
    assert document(run("best", url, "--json"))["trial"] == 0
    assert len(asked(run, url, 1)) == 1


def test_a_grid_is_walked_once(run, made):
    url = made(GRID)
    assert StoredExperiment.open(url).budget == 6
    points = [tuple(it["parameters"].values()) for it in asked(run, url, 6)]
    assert sorted(points) == [(a, k) for a in (1, 10) for k in "xyz"]
    assert run("ask", url).exit_code == 3


def test_a_prior_shapes_what_is_drawn(run, made):
    drawn = [it["parameters"]["x"] for it in asked(run, made(PRIOR), 5)]
    assert all(0.45 < x < 0.55 for x in drawn)


def test_random_arms_are_drawn(run, made):
    url = made(f"type: random\n{SOLUTIONS.replace('num_solutions: 2', '')}")
    asked(run, url, 7)
    assert document(run("explain", url, 6, "--json"))["model"] == "Uniform"


def test_linear_constraints_are_kept(run, made):
    for trial in asked(run, made(LINEAR), 5):
        assert sum(trial["parameters"].values()) <= 0.5


def test_trade_offs_are_those_within_the_thresholds(run, made):
    url = made(THRESHOLDS)
    for trial, (a, b) in zip(asked(run, url, 3), [(0.6, 3), (0.9, 5), (0.4, 1)], strict=True):
        tell(run, url, trial["trial"], f"a={a}", f"b={b}")
    front = document(run("best", url, "--pareto", "--json"))["front"]
    assert [it["trial"] for it in front] == [0]


def test_explain_says_what_an_arm_for_one_of_several_solutions_was_chosen_for(run, made):
    url = made(SOLUTIONS)
    for trial in asked(run, url, 6):
        tell(run, url, trial["trial"], f"m={trial['parameters']['x']}")
    (trial,) = asked(run, url, 1)
    found = document(run("explain", url, trial["trial"], "--json"))
    assert (found["model"], found["made_by"]) == ("Diverse", "Gaussian process, Matern-5/2")
    assert found["acquisition"].startswith("log expected improvement")
    assert found["observations"] == 6
    assert isinstance(found["log_acquisition"], float)
    assert "a Gaussian process of 6 results (Diverse) found" in found["why"]
    assert [item["metric"] for item in found["expected"]] == ["m"]
    assert abs(found["expected"][0]["mean"] - trial["parameters"]["x"]) < 0.2  # in its direction
    assert any(note.startswith("for solution ") for note in found["notes"])


def test_best_prints_all_solutions(run, made):
    url = made(SOLUTIONS)
    for trial in asked(run, url, 5):
        tell(run, url, trial["trial"], f"m={trial['parameters']['x']}")
    lines = run("best", url).stdout.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("trial ") for line in lines)


def test_where_there_are_constraints_alone_best_are_all_that_keep_them(run, made):
    url = made(BOUNDED)
    asked(run, url, 3)
    refused(run("best", url), 3, "has no best trials yet")
    for number, m in enumerate((0.4, 0.6, 0.8)):
        tell(run, url, number, f"m={m}")
    front = document(run("best", url, "--json"))["front"]
    assert sorted(it["trial"] for it in front) == [1, 2]


def test_add_takes_what_the_conditions_leave(run, made):
    url = made(CONDITIONAL)
    assert run("add", url, "lr=0.1", "solver=sgd").exit_code == 0
    (trial,) = asked(run, url, 1)
    assert trial["parameters"] == {"lr": 0.1, "solver": "sgd"}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (CONDITIONAL, "beta is there where solver is adam"),
        (GRID, "type grid"),
        (PRIOR, "x has a normal prior: mean 0.5, scale 0.01"),
        (THRESHOLDS, "wanted: b <= 4"),
        (SOLUTIONS, "2 solutions that lie apart"),
    ],
)
def test_check_says_the_rules_and_keeps_to_them(text, rule, run):
    found = document(run("check", "-", "--json", "-n", "4", stdin=text))
    assert rule in found["rules"]
    assert len(found["arms"]) == 4
    for arm in found["arms"]:
        assert ("beta" in arm) == (arm.get("solver") == "adam")


def test_python_makes_the_same_of_the_file(tmp_path):
    file = tmp_path / "experiment.yml"
    file.write_text(GRID, encoding="utf-8")
    stored = armwright.create(tmp_path / "e", file)
    arms = [tuple(it.parameters.values()) for it in stored.ask(2)]
    assert arms == [(1, "x"), (10, "x")]


def test_a_budget_beside_the_fields_is_refused(tmp_path):
    file = tmp_path / "experiment.yml"
    file.write_text(GRID, encoding="utf-8")
    with pytest.raises(armwright.errors.UsageError, match="the budget of SigOpt's fields is 6"):
        armwright.create(tmp_path / "e", file, budget=7)


def test_a_fork_goes_on_by_the_same_rules(run, made, tmp_path):
    url = made(CONDITIONAL)
    asked(run, url, 1)
    tell(run, url, 0, "loss=1", "size=1")
    assert run("fork", url, tmp_path / "f").exit_code == 0
    for trial in asked(run, tmp_path / "f", 6):
        assert ("beta" in trial["parameters"]) == (trial["parameters"]["solver"] == "adam")


def test_create_says_by_which_number_sigopt_code_finds_it(run, tmp_path, monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_STORE", str(tmp_path))
    created = run("create", tmp_path / "solvers", "--from", "-", stdin=CONDITIONAL)
    assert created.exit_code == 0
    number = created.stderr.partition("SigOpt code finds it as ")[2].split()[0]
    assert sigopt.get_experiment(number).name == "solvers"
    elsewhere = run("create", tmp_path / "deeper" / "solvers", "--from", "-", stdin=CONDITIONAL)
    assert "SigOpt code" not in elsewhere.stderr

"""What is said of the model, on the command line: create, check, edit, show, fork, warmup."""

import pytest
from results import document, refused

from armwright.store import ExperimentFolder

FILE = """\
objective: {metric: loss, minimize: true}
parameters:
  - {name: x, type: range, bounds: [0.0, 1.0]}
seed: 5
"""
WHY = ("--reason", "because")


@pytest.fixture
def file(tmp_path):
    """Writes an experiment file with some lines more."""

    def file(text):
        path = tmp_path / "e.yml"
        path.write_text(FILE + text, encoding="utf-8")
        return path

    return file


@pytest.fixture
def created(run, file, tmp_path):
    """An experiment that says something of its model."""
    url = tmp_path / "runs" / "g"
    path = file("generation: {hyperparameter_draws: 3, input_warp: true}\n")
    assert run("create", url, "--from", path).exit_code == 0
    return url


def plan(url):
    state = ExperimentFolder.open(url).state
    return state.configs[state.version]["plan"]


def test_create_keeps_what_the_file_says(created):
    assert plan(created)["generation"] == {"hyperparameter_draws": 3, "input_warp": True}


def test_check_shows_it(run, file):
    result = run("check", file("generation: {output_warp: none}\n"), "-n", "0")
    assert "\n  generation.output_warp none\n" in result.stdout


def test_show_tells_it(run, created):
    lines = run("show", created).stdout.splitlines()
    assert lines[3:5] == ["  generation.hyperparameter_draws 3", "  generation.input_warp true"]
    assert document(run("show", created, "--json"))["generation"]["hyperparameter_draws"] == 3


def test_show_of_one_that_says_nothing_has_no_line_of_it(run, url):
    assert "generation" not in run("show", url).stdout
    assert document(run("show", url, "--json"))["generation"] == {}


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "generation:\n  output_warp: log\n",
            ["e.yml: line 6: generation.output_warp should be one of turns,", "hint: turns"],
        ),
        ("generation: {draws: 8}\n", ["line 5: generation: unknown key 'draws'", "the keys are"]),
        ("generation: 8\n", ["line 5: generation should be a table, got 8"]),
    ],
    ids=repr,
)
def test_create_and_check_name_the_line_of_what_cannot_be(text, parts, run, file, tmp_path):
    path = file(text)
    refused(run("create", tmp_path / "c", "--from", path), 2, *parts)
    refused(run("check", path), 2, *parts)
    assert not (tmp_path / "c").exists()


def test_edit_changes_it_for_the_arms_to_come(run, created):
    result = run("edit", created, "generation.hyperparameter_draws=8", *WHY)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "generation.hyperparameter_draws: 3 -> 8\n"
    assert plan(created)["generation"] == {"hyperparameter_draws": 8, "input_warp": True}


def test_edit_dry_run_of_it_only_looks(run, created):
    result = run("edit", created, "generation.input_warp=false", *WHY, "--dry-run")
    assert result.stdout == "generation.input_warp: true -> false\n"
    assert ExperimentFolder.open(created).state.version == 1


@pytest.mark.parametrize(
    ("word", "part"),
    [
        ("generation.input_warp=yes", "generation.input_warp should be true or false, got 'yes'"),
        ("generation.output_warp=turns", "should be none beside 3 hyperparameter_draws"),
        ("generation.warp=none", "unknown key 'generation.warp'; did you mean generation."),
    ],
)
def test_edit_refuses_what_cannot_be(word, part, run, created):
    refused(run("edit", created, word, *WHY), 2, part, "hint: ")
    assert ExperimentFolder.open(created).state.version == 1


def test_fork_keeps_it_or_takes_the_files(run, created, file, tmp_path):
    assert run("fork", created, tmp_path / "same").exit_code == 0
    assert plan(tmp_path / "same")["generation"]["hyperparameter_draws"] == 3
    path = file("generation: {output_warp: likeliest}\n")
    assert run("fork", created, tmp_path / "other", "--from", path).exit_code == 0
    assert plan(tmp_path / "other")["generation"] == {"output_warp": "likeliest"}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_warmup_compiles_what_the_experiment_says(run, created, monkeypatch, tmp_path):
    from armwright.optimizer import compiled

    monkeypatch.setenv("ARMWRIGHT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(compiled, "_programs", {})
    sizes = document(run("warmup", created, "--trials", "32", "--json"))["sizes"]
    # To learn, to draw, to search with draws; from 20 observations on the warp of inputs too.
    assert [(size["rows"], size["programs"]) for size in sizes] == [(16, 3), (32, 4)]
    usual = document(run("warmup", created, "--trials", "16", "--model", "GPEI", "--json"))
    # To learn and to search, and to draw and to search with draws once noise is seen.
    assert [size["programs"] for size in usual["sizes"]] == [4]


@pytest.mark.slow
def test_an_arm_of_such_a_model_says_so_and_comes_out_again(run, created):
    for number in range(6):
        asked = document(run("ask", created, "--json"))["trials"][0]
        run("tell", created, number, f"loss={(asked['parameters']['x'] - 0.4) ** 2}")
    assert run("ask", created).exit_code == 0
    shown = run("show", created, "6").stdout
    assert "\n  generation.hyperparameter_draws 3\n  generation.input_warp true\n" in shown
    assert run("replay", created, "6").stdout == "trial 6  equal  made by GPEI\n"

"""`plot` and `summary`."""

import pytest
from results import document, refused


@pytest.fixture
def told(asked, run):
    assert run("tell", asked, "0", "loss=3").exit_code == 0
    assert run("tell", asked, "1", "loss=1").exit_code == 0
    return asked


def test_a_trace_is_text_on_stdout(told, run):
    result = run("plot", "trace", told)
    assert result.exit_code == 0
    assert result.stdout.startswith("loss by trial, n = 2; lower is better\n")
    assert result.stdout.endswith("best measured 1, trial 1\n")
    assert result.stderr == ""


def test_where_results_lie_is_text_on_stdout(told, run):
    assert "where n = 2 results lie, and the best 1 by loss" in run("plot", "parallel", told).stdout


def test_who_ran_what_is_text_on_stdout(told, run):
    lines = run("plot", "timeline", told).stdout.splitlines()
    assert lines[0].startswith("2 attempts by 1 worker: ")
    assert lines[-1].endswith("= completed")


def test_where_the_locale_is_c_text_is_ascii(told, run, monkeypatch):
    for name in ("LC_ALL", "LC_CTYPE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C")
    assert run("plot", "trace", told).stdout.isascii()
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert "│" in run("plot", "trace", told).stdout


def test_a_chart_goes_into_a_file_by_its_ending(told, run, tmp_path):
    file = tmp_path / "t.svg"
    result = run("plot", "trace", told, "-o", file)
    assert result.stdout.startswith(f"wrote {file}: ")
    assert "<svg" in file.read_text()


def test_json_holds_the_specification_or_says_which_file_has_it(told, run, tmp_path):
    assert document(run("plot", "trace", told, "--json"))["figure"]["title"]["text"]
    file = tmp_path / "t.json"
    found = document(run("plot", "timeline", told, "-o", file, "--json"))
    assert (found["bytes"], found["figure"]) == (file.stat().st_size, None)


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (("pie",), "expected one of the charts trace, slice"),
        (("contour", "--parameter", "x"), "contour: expected two parameters, got x"),
        (("constraints",), "has no outcome constraint"),
        (("failures",), "nothing went wrong in"),
        (("pareto",), "a front needs two objectives"),
        (("trace", "--metric", "zz"), "expected an objective, loss, got 'zz'"),
        (("trace", "--parameter", "x"), "trace: takes no parameters"),
        (("trace", "-o", "t.pdf"), "expected a file that ends in .svg"),
        (("importance",), "it needs 3 results of the objective at least, there are 2"),
    ],
)
def test_what_cannot_be_drawn_is_wrong_usage(told, run, words, part):
    kind, *options = words
    refused(run("plot", kind, told, *options), 2, part)


def test_without_results_there_is_nothing_to_plot(url, run):
    refused(run("plot", "trace", url), 2, "no result of loss yet")


def test_a_place_without_an_experiment_is_refused(run, tmp_path):
    for verb in (("plot", "trace"), ("summary",)):
        refused(run(*verb, tmp_path / "none"), 1, "no experiment")


def test_a_summary_goes_into_a_file(told, run, tmp_path):
    file = tmp_path / "s.html"
    result = run("summary", told, "-o", file)
    assert result.stdout.startswith(f"wrote {file}: 2 trials, ")
    assert result.stderr == ""
    assert file.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_summary_goes_straight_to_a_url(told, run):
    import fsspec

    found = document(run("summary", told, "-o", "memory://s/s.html", "--json"))
    assert (found["file"], found["trials"], found["damaged"]) == ("memory://s/s.html", 2, 0)
    assert fsspec.filesystem("memory").size("/s/s.html") == found["bytes"]


@pytest.mark.parametrize(
    ("options", "part"),
    [(("-o", "s.pdf"), "ends in .html, got 's.pdf'"), (("-o", "-", "--json"), "leave --json out")],
)
def test_a_summary_into_something_else_is_wrong_usage(told, run, options, part):
    refused(run("summary", told, *options), 2, part)

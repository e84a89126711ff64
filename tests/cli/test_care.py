"""The verbs that look after experiments: what they print where, and their exit codes."""

import json
import shutil

import pandas as pd
import pytest
from results import document, refused

from armwright import ax
from armwright.store import ExperimentFolder

SEGMENT = 100


@pytest.fixture
def told(asked, run):
    """Trials 0 (completed) and 1 (running) of a budget of 3."""
    assert run("tell", asked, "0", "loss=0.5").exit_code == 0
    return asked


@pytest.fixture
def long(url):
    """An experiment with a segment that can be sealed, and a trial in the next one."""
    folder = ExperimentFolder.open(url)
    folder.compacts = False
    for _ in range(SEGMENT + 1):
        number = folder.add_trial(lambda *_: {"x": 1.0}, claim={})
        folder.end(number, 1, {"state": "failed"})
    return url


# verify -------------------------------------------------------------------------------------


def test_verify_says_that_all_is_well(run, told):
    result = run("verify", told)
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{told}: every promise is kept: ")
    assert result.stderr == ""
    found = document(run("verify", told, "--json"))
    assert found["experiment"] == str(told)
    assert (found["ok"], found["problems"]) == (True, [])
    assert found["counts"]["completed trials"] == 1


def test_verify_names_a_torn_file_and_fails(run, told):
    (told / "t/00000/1.arm.json").write_text("{")
    result = run("verify", told)
    assert result.exit_code == 1
    assert "t/00000/1.arm.json: torn or not JSON" in result.stdout
    found = json.loads(run("verify", told, "--json").stdout)
    assert found["ok"] is False
    assert found["problems"][0]["path"] == "t/00000/1.arm.json"


# doctor -------------------------------------------------------------------------------------


def test_doctor_says_what_holds_here(run, told):
    result = run("doctor", told)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"{told}: all is well\n  one winner: yes: ")
    found = document(run("doctor", told, "--json"))
    assert found["ok"] is True
    assert {item["name"] for item in found["guarantees"]} >= {"one winner", "winner's bytes"}
    assert found["experiments"][0]["name"] == "e"


def test_doctor_looks_at_all_experiments_of_a_root_and_fails_for_a_damaged_one(run, told):
    (told / "t/00000/0.1.end.json").write_text("{")
    result = run("doctor", told.parent)
    assert result.exit_code == 1
    assert "needs attention" in result.stdout
    assert "t/00000/0.1.end.json" in result.stdout


def test_doctor_repairs_what_is_safe(run, told):
    (told / "t/00000/5.arm.json").write_bytes((told / "t/00000/1.arm.json").read_bytes())
    assert run("doctor", told, "--repair").exit_code == 1  # a file that says it is another: kept
    (told / "t/00000/5.arm.json").unlink()
    result = run("doctor", told, "--repair", "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["repaired"] == []


# compact and gc -----------------------------------------------------------------------------


def test_compact_says_what_it_made(run, long):
    result = run("compact", long, "--yes")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == "1 snapshots made:\n  snap/s1-00000.parquet\n"
    assert document(run("compact", long, "--yes", "--json"))["made"] == []


def test_compact_without_yes_only_shows_what_it_would_make(run, long):
    result = run("compact", long)
    assert result.exit_code == 0
    assert result.stdout == "1 snapshots would be made:\n  snap/s1-00000.parquet\n"
    assert result.stderr == "nothing was changed: --yes does it\n"
    assert not (long / "snap").exists()
    found = document(run("compact", long, "--dry-run", "--json"))
    assert (found["dry_run"], found["made"]) == (True, ["snap/s1-00000.parquet"])
    assert not (long / "snap").exists()


def test_gc_shows_and_then_removes(run, long):
    run("compact", long, "--yes")
    result = run("gc", long)
    assert result.exit_code == 0
    assert result.stdout.startswith("0 files would go\n")  # the snapshot is not an hour old
    assert result.stderr.endswith("nothing was changed: --yes does it\n")
    assert document(run("gc", long, "--dry-run", "--json"))["dry_run"] is True
    found = document(run("gc", long, "--yes", "--json"))
    assert (found["dry_run"], found["removed"]) == (False, [])


@pytest.mark.parametrize("verb", ["compact", "gc"])
def test_to_do_it_and_only_to_show_it_contradict_each_other(verb, run, long):
    refused(run(verb, long, "--yes", "--dry-run"), 2, "expected --yes or --dry-run, got both")


# fork ---------------------------------------------------------------------------------------


def test_fork_makes_an_experiment_with_what_has_ended(run, told, tmp_path):
    result = run("fork", told, tmp_path / "f", "--budget", "7")
    assert result.exit_code == 0
    assert result.stdout == f"created {tmp_path}/f with 1 trials given\n"
    assert result.stderr == f"next: armwright ask {tmp_path}/f\n"
    assert document(run("show", tmp_path / "f", "--json"))["budget"] == 8


def test_fork_takes_another_definition(run, told, tmp_path, definition):
    text = definition.read_text().replace("[0.0, 1.0]", "[0.25, 0.5]")
    found = document(run("fork", told, tmp_path / "f", "--from", "-", "--json", stdin=text))
    assert (found["given"], found["budget"], found["seed"]) == (1, 4, 5)
    assert found["forked_from"]["url"] == str(told)
    assert ax.load(tmp_path / "f").search_space.parameters["x"].lower == 0.25


def test_fork_refuses_what_it_cannot_do(run, told, tmp_path, definition):
    refused(run("fork", told, told), 1, "error: there is an experiment at")
    refused(run("fork", tmp_path / "none", tmp_path / "f"), 1, "error: no experiment at")
    text = definition.read_text().replace('"x"', '"y"')
    words = ("fork", told, tmp_path / "f", "--from", "-")
    refused(run(*words, stdin=text), 2, "a fork keeps the names", "different are: x, y")
    refused(run(*words, stdin="a ="), 2, "standard input is not TOML")
    assert run("fork", told).exit_code == 2


# merge --------------------------------------------------------------------------------------


@pytest.fixture
def drifted(told, run, tmp_path):
    """A copy in which trial 1 is completed, and trial 2 is made on both sides."""
    shutil.copytree(told, tmp_path / "copy")
    assert run("tell", tmp_path / "copy", "1", "loss=0.25").exit_code == 0
    for place in (told, tmp_path / "copy"):
        assert run("ask", place).exit_code == 0
        assert run("tell", place, "2", "loss=0.125").exit_code == 0
    return tmp_path / "copy"


def test_merge_says_what_came_in(run, told, drifted):
    before = run("show", told).stdout
    shown = run("merge", told, drifted)
    assert shown.stderr == "nothing was changed: --yes does it\n"
    assert run("show", told).stdout == before
    assert shown.stdout == run("merge", told, drifted, "--dry-run").stdout
    assert shown.stdout == (
        "0 new trials would come in\nmore is known of 1: 1\n"
        "trial 2 of the copy would come in as a new one\n"
    )
    result = run("merge", told, drifted, "--yes")
    assert result.exit_code == 0
    assert result.stdout == (
        "0 new trials came in\nmore is known of 1: 1\ntrial 2 of the copy came in as 3\n"
    )
    assert run("verify", told).exit_code == 0


def test_merge_as_json(run, told, drifted):
    found = document(run("merge", told, drifted, "--yes", "--json"))
    assert found["renumbered"] == [{"trial": 2, "to": 3}]
    assert (found["experiment"], found["copy"]) == (str(told), str(drifted))


def test_merge_refuses_other_experiments(run, told, definition, tmp_path):
    run("create", tmp_path / "other", "--from", definition)
    refused(run("merge", told, tmp_path / "other"), 1, "are two experiments", "armwright fork")
    refused(run("merge", told, told), 2, "merge needs two folders")
    refused(run("merge", told, told, "--yes", "--dry-run"), 2, "expected --yes or --dry-run")
    refused(run("merge", told, tmp_path / "none"), 1, "no experiment")


# export and import --------------------------------------------------------------------------


def test_an_exported_experiment_is_imported(run, told, tmp_path):
    file = tmp_path / "e.zip"
    result = run("export", told, "--to", file)
    assert result.exit_code == 0
    assert result.stdout == f"wrote {file}: 5 facts\n"
    assert result.stderr == f"next: armwright import {file} EXPERIMENT\n"
    result = run("import", file, tmp_path / "back" / "e")
    assert result.exit_code == 0
    assert result.stdout == "imported 5 facts\n"
    assert ax.load(tmp_path / "back" / "e") == ax.load(told)
    assert run("import", file, told).stdout == "imported 0 facts, 5 were there already\n"


def test_export_and_import_as_json(run, told, tmp_path):
    file = tmp_path / "e.zip"
    found = document(run("export", told, "--to", file, "--json"))
    assert (found["facts"], found["tables"], found["damaged"]) == (5, {}, [])
    back = document(run("import", file, tmp_path / "back", "--json"))
    assert (back["id"], back["added"], back["same"]) == (found["id"], 5, 0)


def test_export_names_what_cannot_be_read(run, told, tmp_path):
    (told / "t/00000/1.arm.json").write_text("{")
    result = run("export", told, "--to", tmp_path / "e.zip")
    assert result.exit_code == 0
    assert "warning: t/00000/1.arm.json left out: torn or not JSON" in result.stderr


def test_export_and_import_refuse_what_they_cannot_do(run, told, tmp_path):
    refused(run("export", told, "--to", tmp_path / "e.txt"), 2, "expected a file that ends in")
    refused(run("export", tmp_path / "none", "--to", tmp_path / "e.zip"), 1, "no experiment at")
    refused(run("import", tmp_path / "e.zip", tmp_path / "f"), 1, "there is no such file")
    (tmp_path / "e.zip").write_text("text")
    refused(run("import", tmp_path / "e.zip", tmp_path / "f"), 1, "is not an experiment exported")


def test_export_writes_tables_that_other_programs_read(run, told, tmp_path):
    result = run("export", told, "--to", tmp_path / "t.csv")
    assert result.exit_code == 0
    assert result.stdout == f"wrote {tmp_path}/t.csv: 2 rows\n"
    assert result.stderr == ""
    frame = pd.read_csv(tmp_path / "t.csv")
    assert frame["status"].tolist() == ["completed", "running"]
    assert frame["mean.loss"][0] == 0.5
    assert run("export", told, "--to", tmp_path / "t.parquet").exit_code == 0
    assert pd.read_parquet(tmp_path / "t.parquet")["parameters.x"].between(0.0, 1.0).all()
    found = document(run("export", told, "--to", tmp_path / "d.jsonl", "--table", "data", "--json"))
    assert (found["table"], found["rows"]) == ("data", 1)
    (row,) = map(json.loads, (tmp_path / "d.jsonl").read_text().splitlines())
    assert (row["trial"], row["metric"], row["mean"], row["sem"]) == (0, "loss", 0.5, None)


def test_export_prints_a_table(run, told):
    result = run("export", told, "--to", "-", "--table", "arms")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0].startswith('"trial","position","arm"')
    assert len(result.stdout.splitlines()) == 3
    refused(run("export", told, "--to", "-", "--json"), 2, "leave --json out")
    refused(run("export", told, "--to", "-", "--table", "x"), 2, "trials, arms, data, got 'x'")


@pytest.mark.parametrize("verb", ["verify", "compact", "gc"])
def test_an_experiment_that_is_not_there_is_named(verb, run, tmp_path):
    refused(run(verb, tmp_path / "none"), 1, f"{tmp_path}/none")


@pytest.mark.parametrize("verb", ["verify", "compact", "gc", "export"])
def test_without_an_experiment_it_is_wrong_usage(verb, run):
    words = ("--to", "e.zip") if verb == "export" else ()
    refused(run(verb, *words), 2, "which experiment? expected a folder or URL")

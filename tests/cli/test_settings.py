"""The command goes by flags, then the environment, then files; doctor says which it was."""

import pytest
from results import document, refused


@pytest.fixture
def here(tmp_path, monkeypatch):
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_a_file_names_the_experiment_and_options_of_a_verb(run, asked, here):
    (here / "armwright.toml").write_text(f'experiment = "{asked}"\n[log]\nlast = 1\n')
    assert run("log").stdout.count("\n") == 1


def test_a_flag_weighs_more_than_the_environment_and_that_more_than_a_file(
    run, asked, here, monkeypatch
):
    (here / "armwright.toml").write_text("[log]\nlast = 1\n")
    monkeypatch.setenv("ARMWRIGHT_LOG_LAST", "2")
    assert run("log", asked).stdout.count("\n") == 2
    assert run("log", asked, "-n", "3").stdout.count("\n") == 3


def test_a_flag_without_a_value_can_be_set_by_a_variable(run, asked, monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_STATUS_JSON", "1")
    assert document(run("status", asked))["name"] == "e"


def test_an_alias_goes_by_the_options_of_its_verb(run, url, here):
    (here / "armwright.toml").write_text("[ask]\ncount = 2\n")
    assert run("suggest", url).stdout.count("\n") == 2


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[lag]\nlast = 1\n", "armwright.toml: there is no command 'lag'"),
        ("[log]\nlost = 1\n", "armwright.toml: [log] has no option 'lost'; it has last, json"),
        ('[log]\nlast = "x"\n', "Invalid value for '-n' / '--last': 'x'"),
        ("seeed = 1\n", "armwright.toml: unknown key 'seeed'"),
    ],
)
def test_a_fault_in_a_file_is_wrong_usage(text, part, run, asked, here):
    (here / "armwright.toml").write_text(text)
    refused(run("log", asked), 2, part)


def test_doctor_without_an_experiment_lists_the_settings(run, here, monkeypatch):
    (here / "armwright.toml").write_text("seed = 7\n")
    monkeypatch.setenv("ARMWRIGHT_DEVICE", "cpu")
    monkeypatch.setenv("ARMWRIGHT_SEEED", "1")
    lines = [line.split() for line in run("doctor").stdout.splitlines()]
    assert ["seed", "7", "file", "armwright.toml"] in lines
    assert ["device", "cpu", "environment", "ARMWRIGHT_DEVICE"] in lines
    found = document(run("doctor", "--json"))["settings"]
    assert {"name": "seed", "value": "7", "source": "file armwright.toml"} in found
    assert found[-1]["source"] == "environment, and means nothing to armwright"


def test_doctor_of_an_experiment_lists_the_settings_too(run, asked, monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_EXPERIMENT", str(asked))
    found = document(run("doctor", "--json"))
    assert found["url"] == str(asked)
    assert found["settings"][0] == {
        "name": "experiment",
        "value": str(asked),
        "source": "environment ARMWRIGHT_EXPERIMENT",
    }

"""`armwright warmup`: what it prints where, and its exit codes."""

import pytest
from results import document, refused


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("ARMWRIGHT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def new_process(monkeypatch):
    """Nothing compiled in memory, whatever other tests of this process have left there."""
    from armwright.optimizer import compiled

    monkeypatch.setattr(compiled, "_programs", {})


@pytest.mark.slow
@pytest.mark.usefixtures("new_process")
def test_warmup_compiles_for_an_experiment_once(run, url, cache):
    result = run("warmup", url, "--trials", "16")
    assert result.exit_code == 0
    assert result.stdout == f"4 programs ready in {cache}, 4 of them new\n"
    assert result.stderr.startswith(f"{url}, up to 16 trials: compiled in ")
    again = run("warmup", url, "--trials", "16")
    assert again.stdout == f"4 programs ready in {cache}, 0 of them new\n"
    assert again.stderr == f"{url}, up to 16 trials: there already\n"


@pytest.mark.slow
@pytest.mark.usefixtures("new_process")
def test_warmup_as_json(run, cache):
    found = document(run("warmup", "-p", "2", "--trials", "9", "--json"))
    (size,) = found["sizes"]
    assert (found["cache"], size["for"], size["rows"]) == (str(cache), "2 parameters", 16)


@pytest.mark.parametrize(
    ("words", "code", "parts"),
    [
        (["nowhere"], 1, ["error: no experiment at"]),
        (["-p", "0"], 2, ["--parameters"]),
        (["--trials", "0"], 2, ["--trials"]),
        (["-p", "2", "--model", "GPKG"], 2, ["error: --model is for an experiment's models"]),
        (["e", "-p", "2"], 2, ["error: expected an experiment or --parameters, got both"]),
    ],
)
def test_warmup_refuses(words, code, parts, run):
    refused(run("warmup", *words), code, *parts)


def test_warmup_with_the_cache_off_is_refused(run, monkeypatch):
    monkeypatch.setenv("ARMWRIGHT_CACHE", "off")
    refused(run("warmup", "-p", "2"), 2, "error: compiled programs are not kept", "hint: set")


@pytest.mark.slow
@pytest.mark.usefixtures("new_process")
def test_warmup_for_a_model_that_searches_otherwise_compiles_what_that_needs(run, url, cache):
    found = document(run("warmup", url, "--trials", "16", "--model", "GPMES", "--json"))
    (size,) = found["sizes"]
    # To learn, to look at the whole, to search for knowledge of it, and to predict.
    assert (size["programs"], size["compiled"], found["cache"]) == (4, 4, str(cache))


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("GP", "there is no model 'GP'; there are SOBOL, GPEI"),
        ("SOBOL", "Models.SOBOL makes arms without a program to compile"),
    ],
)
def test_warmup_for_a_model_without_programs_is_refused(run, url, name, problem):
    refused(run("warmup", url, "--model", name), 2, f"error: {problem}")


@pytest.mark.slow
@pytest.mark.usefixtures("new_process")
def test_warmup_of_an_experiment_where_trials_failed_is_what_its_next_arms_need(
    run, tmp_path, monkeypatch
):
    from armwright.optimizer import compiled

    definition, url = tmp_path / "f.toml", tmp_path / "f"
    definition.write_text(
        'objective = {metric = "loss", minimize = true}\nseed = 1\nbudget = 14\n'
        'parameters = [{name = "x", type = "range", bounds = [0.0, 1.0]}]\n',
        encoding="utf-8",
    )
    assert run("create", url, "--from", definition).exit_code == 0
    for number in range(11):
        assert run("ask", url).exit_code == 0
        result = ["--failed"] if number % 5 == 1 else [f"loss={number}"]
        assert run("tell", url, number, *result).exit_code == 0
    warmed = document(run("warmup", url, "--json"))
    assert [size["rows"] for size in warmed["sizes"]] == [16]
    monkeypatch.setattr(compiled, "_programs", {})  # as in another process
    monkeypatch.setattr(compiled, "_compile", pytest.fail)
    assert run("ask", url).exit_code == 0

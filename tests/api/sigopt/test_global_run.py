"""The module's own `params` and `log_...`: for the run in force, where there is one."""

from pathlib import Path

import pytest

from armwright import sigopt
from armwright.errors import UsageError
from armwright.sigopt.config import Config, config
from armwright.sigopt.exception import ApiException
from armwright.sigopt.global_run import GlobalRun, global_run
from armwright.sigopt.project import choose_project
from armwright.sigopt.run_context import RunContext


def now(run):
    return sigopt.get_run(run.id)


def test_without_a_run_logging_checks_and_does_nothing():
    sigopt.log_metric("y", 1)
    sigopt.log_metrics({"y": 1})
    sigopt.log_metadata("a", object())
    sigopt.log_dataset("d")
    sigopt.log_model("m")
    sigopt.log_failure()
    sigopt.log_checkpoint({"a": 1})
    sigopt.log_image("p.png")


def test_without_a_run_a_wrong_value_is_refused_all_the_same():
    with pytest.raises(ValueError, match="number"):
        sigopt.log_metric("y", "high")


def test_without_a_run_parameters_are_a_mapping_of_the_process():
    sigopt.params.setdefault("lr", 0.1)
    sigopt.params.lr = 0.2
    assert sigopt.params.lr == 0.2


def test_inside_a_run_the_modules_calls_are_not_the_runs(run):
    with run:
        sigopt.log_metric("y", 1)
    assert now(run).values == {}


# With a run in force ----------------------------------------------------------------------------


@pytest.fixture
def in_force(run):
    global_run.set_run_context(run)
    yield run
    global_run.clear_run_context()


def test_the_run_in_force_has_an_id(in_force):
    assert sigopt.get_run_id() == in_force.id


def test_without_a_run_there_is_no_id():
    assert sigopt.get_run_id() is None


def test_what_the_module_logs_is_the_run_in_forces(in_force):
    sigopt.log_metric("y", 1, 0.5)
    sigopt.log_metrics(z=2)
    sigopt.log_metadata("a", "b")
    sigopt.log_dataset("d")
    sigopt.log_model("m")
    sigopt.log_checkpoint({"a": 1})
    found = now(in_force)
    assert (found.values["y"].value, found.values["y"].value_stddev) == (1, 0.5)
    assert found.values["z"].value == 2
    assert found.metadata == {"a": "b"}
    assert found.datasets == ["d"]
    assert found.model.type == "m"
    assert found.checkpoint_count == 1


def test_the_modules_failure_is_the_run_in_forces(in_force):
    sigopt.log_failure()
    assert now(in_force).state == "failed"


def test_the_modules_parameters_are_the_run_in_forces(in_force):
    assert sigopt.params == in_force.params
    assert sigopt.params.n == in_force.params.n
    sigopt.params.setdefaults(lr=0.1, n=70)
    assert now(in_force).assignments["lr"] == 0.1
    with pytest.raises(ValueError, match="suggested"):
        sigopt.params.n = 3


@pytest.mark.usefixtures("in_force")
def test_the_parameters_of_this_process_come_back_after_the_run():
    sigopt.params.lr = 0.5
    global_run.clear_run_context()
    assert "lr" not in sigopt.params


@pytest.mark.usefixtures("in_force")
def test_set_project_warns_where_a_run_is_in_force():
    with pytest.warns(UserWarning, match="set_project"):
        sigopt.set_project("other")
    choose_project(None)


def test_another_process_is_handed_the_run_by_its_environment(in_force, monkeypatch):
    handed = config.get_environment_context(global_run)
    monkeypatch.setenv("SIGOPT_CONTEXT", handed["SIGOPT_CONTEXT"])
    found = GlobalRun()
    found._named = Config().get_context_data(GlobalRun)
    assert found.id == in_force.id
    assert found.run_context is not None
    found.run_context.log_metric("y", 4)
    assert now(in_force).values["y"].value == 4


def test_a_run_that_is_handed_on_has_no_second_heartbeat(in_force):
    second = RunContext.from_json(in_force.to_json())
    assert second._writer.heartbeat._thread is None


def test_a_handed_run_that_is_gone_is_404(in_force):
    nowhere = {**in_force.to_json(), "folder": f"{in_force.to_json()['folder']}1"}
    with pytest.raises(ApiException, match="no run") as caught:
        RunContext.from_json(nowhere)
    assert caught.value.status_code == 404


def test_the_users_choices_are_kept_for_them_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    Config().persist_configuration_options({"log_collection_enabled": True})
    Config().persist_configuration_options({"api_token": "t"})
    kept = Config()
    assert (kept.api_token, kept.log_collection_enabled) == ("t", True)
    assert not kept.cell_tracking_enabled
    assert Path(kept.config_json_path).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["spam", "[1]", ""])
def test_a_file_of_choices_that_is_no_object_is_named(tmp_path, monkeypatch, text):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    (tmp_path / "armwright").mkdir()
    (tmp_path / "armwright" / "sigopt.json").write_text(text)
    with pytest.raises(UsageError, match=r"sigopt\.json' should hold a JSON object"):
        _ = Config().log_collection_enabled


@pytest.mark.parametrize("word", ["%", "c3BhbQ==", "WzFd"])  # no base64, no JSON, no object
def test_a_context_that_is_not_ours_is_named(monkeypatch, word):
    monkeypatch.setenv("SIGOPT_CONTEXT", word)
    with pytest.raises(UsageError, match="SIGOPT_CONTEXT should be JSON in base64"):
        Config()

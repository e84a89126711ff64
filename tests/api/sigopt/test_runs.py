"""Runs: parameters, what is logged, how they end, and what they show afterwards."""

import struct
import zlib

import numpy as np
import pytest

from armwright import sigopt
from armwright.sigopt.exception import ApiException
from armwright.sigopt.files import read_file
from armwright.sigopt.folders import opened
from armwright.sigopt.place import split_run_id
from armwright.sigopt.run_context import RunContext

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}
N = {"name": "n", "type": "int", "bounds": {"min": 1, "max": 9}}


@pytest.fixture
def experiment(make):
    return make(type="random", parameters=[X, N])


@pytest.fixture
def run(experiment):
    return experiment.create_run()


def now(run):
    return sigopt.get_run(run.id)


# Parameters -------------------------------------------------------------------------------------


def test_a_parameter_is_an_item_and_an_attribute(run):
    assert run.params.n == run.params["n"]


def test_an_int_is_a_python_int(run):
    assert type(run.params.n) is int


def test_a_missing_attribute_is_an_attribute_error(run):
    with pytest.raises(AttributeError, match="missing"):
        run.params.missing  # noqa: B018 - reading it is the point


def test_a_missing_item_is_a_key_error(run):
    with pytest.raises(KeyError, match="missing"):
        run.params["missing"]


def test_parameters_are_a_mapping(run):
    params = run.params
    assert dict(**params) == dict(params) == dict(params.items())
    assert len(params) == 2
    assert "n" in params
    assert params.get("missing", 7) == 7


def test_parameters_equal_a_mapping_of_the_same_content(run):
    assert run.params == dict(run.params)
    assert run.params != {}


def set_item(params):
    params["x"] = 1


def set_attribute(params):
    params.x = 1


def delete_item(params):
    del params["x"]


def delete_attribute(params):
    del params.x


CHANGES = {
    "item": set_item,
    "attribute": set_attribute,
    "del item": delete_item,
    "del attribute": delete_attribute,
    "update": lambda params: params.update(x=1),
    "pop": lambda params: params.pop("x"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_suggested_parameter_is_frozen(run, change):
    before = dict(run.params)
    with pytest.raises(ValueError, match="suggested"):
        change(run.params)
    assert run.params == before


def test_an_update_with_a_frozen_name_changes_nothing(run):
    with pytest.raises(ValueError, match="suggested"):
        run.params.update({"extra": 1, "x": 1})
    assert "extra" not in run.params
    assert "extra" not in now(run).assignments


@pytest.mark.parametrize("add", [set_item, set_attribute])
def test_an_extra_parameter_is_kept_with_the_run(make, add):
    run = make(type="random", parameters=[N]).create_run()
    add(run.params)
    assert run.params.x == 1
    assert now(run).assignments == {"n": run.params.n, "x": 1}


def test_an_extra_parameter_can_be_removed(run):
    run.params.extra = 1
    del run.params.extra
    assert "extra" not in run.params
    assert "extra" not in now(run).assignments


def test_setdefault_keeps_what_is_there(run):
    before = run.params.x
    assert run.params.setdefault("x", 5) == before
    assert run.params.setdefault("extra", 5) == 5


def test_setdefaults_returns_the_parameters_and_overrides_nothing(run):
    before = run.params.x
    assert run.params.setdefaults({"x": 5}, extra=6) is run.params
    assert (run.params.x, run.params.extra) == (before, 6)


def test_a_parameters_name_is_text(run):
    with pytest.raises(TypeError, match="name"):
        run.params[3] = 1


def test_global_parameters_are_defaults_of_later_runs(experiment):
    sigopt.params.setdefault("extra", 0.1)
    sigopt.params.setdefault("x", 7)
    run = experiment.create_run()
    assert run.params.extra == 0.1
    assert run.params.x < 7
    assert now(run).assignments["extra"] == 0.1


def test_set_parameter_is_kept(run):
    run.set_parameter("extra", "text")
    run.set_parameters({"more": 2})
    assert (now(run).assignments["extra"], now(run).assignments["more"]) == ("text", 2)


# Logging ----------------------------------------------------------------------------------------

NUMBERS = {
    "int": (3, 3),
    "float": (2.5, 2.5),
    "text": ("3.5", 3.5),
    "numpy": (np.float32(0.5), 0.5),
    "0-d array": (np.array(2.0), 2.0),
    "True": (True, 1.0),
}


@pytest.mark.parametrize(("value", "kept"), NUMBERS.values(), ids=NUMBERS)
def test_a_metric_takes_what_float_takes(run, value, kept):
    run.log_metric("y", value)
    assert now(run).values["y"].value == kept


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "high", None, [1, 2], {}])
def test_a_metric_takes_nothing_else(run, value):
    with pytest.raises(ValueError, match="number"):
        run.log_metric("y", value)


@pytest.mark.parametrize("name", ["", None, 3])
def test_a_metrics_name_is_text(run, name):
    with pytest.raises(ValueError, match="name of a metric"):
        run.log_metric(name, 1)


def test_the_last_value_wins(run):
    run.log_metric("y", 1)
    run.log_metric("y", 2)
    assert now(run).values["y"].value == 2


def test_a_standard_deviation_is_kept(run):
    run.log_metric("y", 1, stddev=0.25)
    assert now(run).values["y"].value_stddev == 0.25


def test_an_undeclared_metric_is_fine(run):
    run.log_metric("other", 1)
    assert now(run).values["other"].name == "other"


def test_several_metrics_are_logged_as_a_dict_is_made(run):
    run.log_metrics({"y": 1}, z=2)
    assert {name: item.value for name, item in now(run).values.items()} == {"y": 1, "z": 2}


METADATA = {
    "text": ("t", "t"),
    "number": (2, 2),
    "numpy number": (np.int64(3), 3),
    "list": ([1], "[1]"),
    "inf": (float("inf"), "inf"),
}


@pytest.mark.parametrize(("value", "kept"), METADATA.values(), ids=METADATA)
def test_metadata_keeps_texts_and_numbers_and_the_text_of_the_rest(run, value, kept):
    run.log_metadata("k", value)
    assert now(run).metadata["k"] == kept


def test_datasets_are_a_set_like_list(run):
    for name in ("a", "b", "a"):
        run.log_dataset(name)
    assert now(run).datasets == ["a", "b"]


def test_a_model_has_a_type(run):
    run.log_model(int)
    assert now(run).model.type == "<class 'int'>"


def test_a_model_may_have_no_type(run):
    run.log_model()
    assert now(run).model.type is None


def test_source_code_is_kept(run):
    run.log_source_code(content="print()", hash="abc")
    source = now(run).source_code
    assert (source.content, source.hash) == ("print()", "abc")


def test_logs_are_shortened_in_the_middle(run):
    run.set_logs({"stdout": "a" * 2000 + "z"})
    kept = now(run).logs["stdout"]
    assert len(kept) <= 1024
    assert (kept[0], kept[-1]) == ("a", "z")


def test_a_checkpoint_is_counted_and_kept(run):
    run.log_checkpoint({"loss": 0.5, "nothing": None})
    found = now(run)
    assert found.checkpoint_count == 1
    assert set(found.checkpoints[0].values) == {"loss"}


def test_a_checkpoint_is_a_dict(run):
    with pytest.raises(ValueError, match="dict"):
        run.log_checkpoint([("loss", 1)])


def test_a_finished_run_takes_no_checkpoint(run):
    run.end()
    with pytest.raises(ApiException, match="finished") as caught:
        run.log_checkpoint({"loss": 1})
    assert caught.value.status_code == 403


def test_a_run_takes_200_checkpoints(run):
    for step in range(200):
        run.log_checkpoint({"loss": step})
    with pytest.raises(ApiException, match="200") as caught:
        run.log_checkpoint({"loss": 1})
    assert caught.value.status_code == 403


def kept_file(run):
    (ident,) = now(run).files
    return read_file(opened(split_run_id(run.id)[0])._folder, ident)


@pytest.mark.parametrize("shape", [(2, 3), (2, 3, 1), (2, 3, 3), (2, 3, 4)])
def test_an_array_is_kept_as_a_picture(run, shape):
    run.log_image(np.full(shape, 0.5), name="half")
    content = kept_file(run)
    width, height = struct.unpack(">II", content[16:24])
    assert (width, height) == (3, 2)
    size = struct.unpack(">I", content[33:37])[0]
    pixels = zlib.decompress(content[41 : 41 + size])
    assert set(pixels) == {0, 128}


def test_a_picture_by_its_path_is_kept_as_it_is(run, tmp_path):
    (tmp_path / "p.png").write_bytes(b"picture")
    run.log_image(str(tmp_path / "p.png"))
    assert kept_file(run) == b"picture"


def test_a_picture_may_come_after_the_end(run):
    run.end()
    run.log_image(np.zeros((2, 2)))
    assert kept_file(run)[:4] == b"\x89PNG"


def test_a_picture_is_part_of_the_stores_format(run, experiment):
    from armwright.store.verify import verify

    run.log_image(np.zeros((2, 2)))
    run.log_checkpoint({"y": 1})
    run.end()
    assert verify(opened(experiment.id)._folder.url).problems == ()


@pytest.mark.parametrize("image", [3, np.zeros((2, 2, 2)), "notes.txt", None])
def test_what_is_no_picture_is_warned_about(run, image, caplog):
    run.log_image(image)
    assert "log_image" in caplog.text
    assert now(run).files == []


# The end ----------------------------------------------------------------------------------------


def test_a_new_run_is_active(run):
    found = now(run)
    assert (found.state, found.finished, found.completed) == ("active", False, None)


def test_a_block_that_ends_completes_the_run(run):
    with run as entered:
        assert entered is run
        run.log_metric("y", 1)
    found = now(run)
    assert (found.state, found.finished) == ("completed", True)
    assert found.completed >= found.created


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt, SystemExit])
def test_an_exception_fails_the_run_and_goes_on(run, kind):
    with pytest.raises(kind, match="boom"), run:
        raise kind("boom")
    assert now(run).state == "failed"


def test_log_failure_survives_a_normal_end(run):
    with run:
        run.log_failure()
    assert now(run).state == "failed"


def test_ending_twice_is_harmless(run):
    run.end()
    run.end()
    assert now(run).state == "completed"


def test_a_completed_run_can_still_fail(run):
    run.end()
    run.log_failure()
    assert now(run).state == "failed"


def test_a_failed_run_never_completes(run):
    run.log_failure()
    run.end()
    assert now(run).state == "failed"


def test_a_run_can_be_ended_with_an_exception_object(run):
    run.end(exception=RuntimeError("boom"))
    assert now(run).state == "failed"


def test_a_missing_metric_completes_the_run_and_fails_for_the_optimizer(make):
    experiment = make(type="random")
    with experiment.create_run() as run:
        pass
    assert now(run).state == "completed"
    assert list(experiment.get_best_runs()) == []
    number = split_run_id(run.id)[1]
    assert opened(experiment.id)._folder.state.trials[number].status == "failed"


def test_a_missing_stored_metric_counts_as_missing(ended):
    metrics = [{"name": "y"}, {"name": "s", "strategy": "store"}]
    assert list(ended([{"y": 1}], metrics=metrics).get_best_runs()) == []


def test_the_verdict_is_frozen_when_the_run_first_ends(ended):
    experiment = ended([{"y": 1}, {"y": 2}])
    newest, oldest = experiment.get_runs()
    late = RunContext(opened(experiment.id), split_run_id(oldest.id)[1], 1, {})
    late.log_metric("y", 100)
    assert sigopt.get_run(oldest.id).values["y"].value == 100
    assert [run.id for run in experiment.get_best_runs()] == [newest.id]


def test_a_late_failure_does_not_change_the_verdict(ended):
    experiment = ended([{"y": 1}])
    (run,) = experiment.get_runs()
    RunContext(opened(experiment.id), split_run_id(run.id)[1], 1, {}).log_failure()
    assert sigopt.get_run(run.id).state == "failed"
    assert [best.id for best in experiment.get_best_runs()] == [run.id]


# What a run shows -------------------------------------------------------------------------------


def test_a_runs_id_is_a_text_of_digits(run):
    assert isinstance(run.id, str)
    assert run.id.isdigit()


@pytest.mark.parametrize("kind", [str, int])
def test_a_run_is_found_by_its_id(run, kind):
    assert sigopt.get_run(kind(run.id)).id == run.id


@pytest.mark.parametrize("identifier", ["1", "abc", "12345678901234567", ""])
def test_an_unknown_run_is_404(identifier):
    with pytest.raises(ApiException, match="no run") as caught:
        sigopt.get_run(identifier)
    assert caught.value.status_code == 404


def test_a_context_shows_no_state_of_its_own(run):
    for name in ("values", "state", "assignments"):
        assert not hasattr(run, name)


def test_a_context_has_the_run_as_it_began(run):
    assert run.run.assignments == dict(run.params)
    run.end()
    assert run.run.state == "active"


def test_a_looked_up_run_is_no_context(run):
    with pytest.raises(TypeError, match="context manager"), now(run):
        pass


def test_a_run_knows_its_experiment_and_project(experiment, run):
    found = now(run)
    assert (found.experiment, found.project) == (experiment.id, "tests")
    assert run.experiment == experiment.id


def test_a_runs_default_name_is_project_and_time(run):
    assert run.run.name.startswith("tests 20")


def test_a_run_takes_a_name_and_metadata(experiment):
    run = experiment.create_run(name="mine", metadata={"a": 1})
    assert (now(run).name, now(run).metadata) == ("mine", {"a": 1})


def test_runs_come_newest_first_in_every_state(experiment):
    runs = [experiment.create_run() for _ in range(4)]
    runs[0].log_failure()
    runs[1].end()
    sigopt.archive_run(runs[2].id)
    assert [found.id for found in experiment.get_runs()] == [run.id for run in reversed(runs)]


def test_get_runs_is_an_iterator(experiment):
    assert next(experiment.get_runs(), None) is None


def test_an_archived_run_says_so(run):
    sigopt.archive_run(run.id)
    assert now(run).deleted
    sigopt.unarchive_run(run.id)
    assert not now(run).deleted


def test_to_json_of_a_run_is_a_dict_of_its_own(run):
    now(run).to_json()["assignments"]["x"] = 9
    assert now(run).assignments == run.run.assignments


# Outside experiments ----------------------------------------------------------------------------


def test_a_run_outside_experiments_has_no_parameters_and_takes_any():
    run = sigopt.create_run(name="alone", metadata={"a": "b"})
    assert (run.experiment, dict(run.params)) == (None, {})
    run.params.lr = 0.1
    run.params.lr = 0.2
    assert now(run).assignments == {"lr": 0.2}


def test_a_run_outside_experiments_logs_and_ends():
    with sigopt.create_run() as run:
        run.log_metric("y", 1)
    found = now(run)
    assert (found.state, found.values["y"].value, found.experiment) == ("completed", 1, None)


def test_a_projects_runs_are_no_experiment():
    run = sigopt.create_run()
    with pytest.raises(ApiException, match="no experiment"):
        sigopt.get_experiment(split_run_id(run.id)[0])


# Without a run ----------------------------------------------------------------------------------


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

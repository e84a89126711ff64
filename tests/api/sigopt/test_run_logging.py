"""What a run logs: metrics, checkpoints, notes, pictures."""

import struct
import zlib

import numpy as np
import pytest

from armwright import sigopt
from armwright.errors import ExperimentNotFoundError
from armwright.sigopt.exception import ApiException, ConnectionException
from armwright.sigopt.folders import opened
from armwright.sigopt.place import split_run_id
from armwright.store.errors import UnavailableError


def now(run):
    return sigopt.get_run(run.id)


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


@pytest.mark.parametrize("log", ["log_metadata", "log_dev_metadata"])
@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("k" * 101, 1, "at most 100 characters"),
        ("k", "v" * 501, "at most 500 characters, got 501"),
        ("k", ["v" * 500], "at most 500 characters, got 504"),
    ],
    ids=["key", "text", "text of a list"],
)
def test_metadata_that_is_too_long_is_refused(run, log, key, value, problem):
    with pytest.raises(ApiException, match=problem) as caught:
        getattr(run, log)(key, value)
    assert caught.value.status_code == 400


def test_metadata_may_be_as_long_as_can_be(run):
    run.log_metadata("k" * 100, "v" * 500)
    assert now(run).metadata == {"k" * 100: "v" * 500}


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
    assert len(kept) < 1200
    assert kept.startswith("[ WARNING ] of 2001 characters")
    assert kept.endswith("aaz")


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
    ident, number = split_run_id(run.id)
    folder = opened(ident)
    (about,) = folder.run(number)["files"].values()
    return folder.file(about["table"])


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
def test_what_is_no_picture_is_warned_about(run, image):
    with pytest.warns(RuntimeWarning, match="log_image"):
        run.log_image(image)
    assert now(run).files == []


@pytest.mark.parametrize(("logs", "said"), [("text", "mapping"), ({"stdout": 3}, "stdout")])
def test_logs_of_the_wrong_kind_are_a_type_error(run, logs, said):
    with pytest.raises(TypeError, match=said):
        run.set_logs(logs)


def test_a_model_is_named_by_keyword(run):
    run.log_model(type_="forest")
    assert now(run).model.type == "forest"


def test_a_store_that_cannot_be_written_is_a_connection_error(run, monkeypatch):
    def unreachable(*_args, **_kwargs):
        raise UnavailableError("no answer")

    monkeypatch.setattr(type(run._writer.folder._folder), "report", unreachable)
    with pytest.raises(ConnectionException, match="no answer"):
        run.log_metric("y", 1)


def test_an_experiment_that_is_gone_while_logging_is_404(run, monkeypatch):
    def gone(*_args, **_kwargs):
        raise ExperimentNotFoundError("gone")

    monkeypatch.setattr(type(run._writer.folder._folder), "refresh", gone)
    with pytest.raises(ApiException, match="no experiment") as caught:
        run.end()
    assert caught.value.status_code == 404


@pytest.mark.parametrize(("objective", "best"), [("maximize", "1"), ("minimize", "2")])
def test_the_best_checkpoint_is_that_of_the_optimized_metric(make, objective, best):
    run = make(metrics=[{"name": "y", "objective": objective}]).create_run()
    for value in (2, 3, 1, 3):
        run.log_checkpoint({"y": value, "other": -value})
    run.end()
    assert now(run).best_checkpoint == best


def test_without_an_optimized_metric_no_checkpoint_is_best():
    with sigopt.create_run() as run:
        run.log_checkpoint({"y": 1})
    assert now(run).best_checkpoint is None


def test_a_whole_number_that_no_float_can_hold_is_refused(run):
    with pytest.raises(ValueError, match=r"1\.8e308"):
        run.log_metric("y", 10**400)


def test_a_standard_deviation_below_0_is_refused(run):
    with pytest.raises(ApiException, match="0 or more") as caught:
        run.log_metric("y", 1, stddev=-0.1)
    assert caught.value.status_code == 400

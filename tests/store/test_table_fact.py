"""Tables as data: they count like other data and come back as they were; damaged ones are named."""

from pathlib import Path

import pyarrow
import pytest

from armwright.store import ExperimentFolder, StoreError, TrialEndedError
from armwright.store.layout import table_path
from armwright.store.surroundings import Surroundings
from armwright.store.ulid import new_ulid
from armwright.store.verify import verify

TABLE = pyarrow.table({"step": [1, 2], "loss": [0.5, float("nan")], "name": ["a", None]})


@pytest.fixture
def running(folder):
    folder.add_trial(lambda *_: {"x": 1}, claim={})
    return folder


def opened(folder, **more):
    return ExperimentFolder.open_at(folder.location, **more)


def test_a_table_counts_like_other_data_and_comes_back(running):
    running.report(0, 1, {"step": 0})
    path = running.report_table(0, 1, TABLE, {"about": "losses"})
    running.end(0, 1, {"state": "completed"})
    state = opened(running).state
    assert state.trials[0].attempts[1].data == ({"step": 0}, {"about": "losses", "table": path})
    assert (state.damaged, state.unknown) == ((), ())
    assert opened(running).read_table(path).schema == TABLE.schema
    assert str(opened(running).read_table(path).to_pydict()) == str(TABLE.to_pydict())
    assert verify(running.location).ok


def test_a_table_that_came_too_late_is_kept(running):
    running.end(0, 1, {"state": "lost"})
    with pytest.raises(TrialEndedError, match="has ended already: lost"):
        running.report_table(0, 1, TABLE)
    [late] = opened(running).state.trials[0].late
    assert late["too_late"]
    assert opened(running).read_table(late["table"]).num_rows == 2
    assert opened(running).refresh().damaged == ()


def test_a_table_outlives_the_sealing_of_its_trial(folder):
    for number in range(101):
        folder.put_trial(number, {}, claim={})
        if number == 7:
            path = folder.report_table(7, 1, TABLE)
        folder.end(number, 1, {"state": "completed"})
    folder.compact()
    assert folder.collect_garbage(older_than=0).removed
    fresh = opened(folder)
    assert fresh.state.trials[7].attempts[1].data == ({"table": path},)
    assert fresh.read_table(path).num_rows == 2


def test_a_table_that_no_fact_names_is_named_once_its_attempt_has_ended(running):
    path = table_path(0, 1, new_ulid())
    running.location.files.create(running.location.join(path), b"PAR1", "a" * 32)
    assert opened(running).refresh().damaged == ()
    running.end(0, 1, {"state": "lost"})
    [damage] = opened(running).refresh().damaged
    assert (damage.path, damage.problem) == (
        path,
        "a table that no fact names: its writer was killed",
    )


@pytest.mark.parametrize(
    ("spoil", "match"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:200]), "damaged: torn or not Parquet"),
        (lambda path: path.write_bytes(b""), "damaged: torn or not Parquet"),
        (
            lambda path: pyarrow.parquet.write_table(TABLE, path),
            "damaged: a foreign Parquet file",
        ),
        (lambda path: path.unlink(), "cannot read"),
    ],
)
def test_a_damaged_table_is_named_and_nothing_else_is_affected(disk_folder, spoil, match):
    import pyarrow.parquet  # noqa: F401 for the third

    disk_folder.add_trial(lambda *_: {}, claim={})
    path = disk_folder.report_table(0, 1, TABLE)
    spoil(Path(disk_folder.url) / path)
    with pytest.raises(StoreError, match=match):
        disk_folder.read_table(path)
    assert opened(disk_folder).state.trials[0].status == "running"


@pytest.mark.parametrize("path", ["../x.parquet", "t/00000/0.arm.json", "/etc/passwd", ""])
def test_only_tables_of_this_folder_are_read(running, path):
    with pytest.raises(StoreError, match="cannot be a table of"):
        running.read_table(path)


def test_a_document_may_not_use_the_stores_key(running):
    with pytest.raises(ValueError, match="'table' is the store's own key"):
        running.report_table(0, 1, TABLE, {"table": 1})


def test_a_table_that_is_too_large_is_refused(running, monkeypatch):
    monkeypatch.setattr("armwright.store.table_fact.MAX_TABLE_BYTES", 100)
    with pytest.raises(ValueError, match="one file holds 100: report it in parts"):
        running.report_table(0, 1, TABLE)


def test_the_file_says_by_itself_what_it_is(disk_folder):
    import json

    from pyarrow import parquet

    around = Surroundings(clock=lambda: "noon")
    folder = opened(disk_folder, surroundings=around)
    folder.add_trial(lambda *_: {}, claim={})
    path = folder.report_table(0, 1, TABLE, {"about": 1})
    metadata = parquet.read_schema(Path(folder.url) / path).metadata
    fact = json.loads(metadata[b"armwright.fact"])
    assert metadata[b"armwright.format"] == b"1"
    assert (fact["kind"], fact["trial"], fact["attempt"], fact["at"]) == ("data", 0, 1, "noon")
    assert fact["document"] == {"about": 1, "table": path}

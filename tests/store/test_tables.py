"""The public tables: exported, and read from the folder or bucket by who does not know us."""

import duckdb
import fsspec
import pandas
import pyarrow
import pytest
from pyarrow import dataset, parquet

from armwright.store import ExperimentFolder
from armwright.store.tables import arms_table, data_table, export_tables, trials_table
from armwright.store.view import view_sql

SEALED = 103


@pytest.fixture(params=["disk", pytest.param("moto", marks=pytest.mark.slow)])
def place(request, tmp_path):
    """Where an experiment can be read by others."""
    return str(tmp_path) if request.param == "disk" else request.getfixturevalue("moto")


@pytest.fixture
def folder(place):
    """An experiment with a name that wants care, in which something of everything happened."""
    return ExperimentFolder.create(f"{place}/it's", document={"a": 1}, config={"c": 1})


def parameters(number):
    return {"lr": number / 7, "layers": number, "kernel": "rbf", "odd 'name\".x": number % 2 == 0}


def arm(number):
    return {"config": 1, "arms": [{"name": f"{number}_0", "parameters": parameters(number)}]}


def data(number, timestamp=1_795_330_404_183):
    row = {"arm_name": f"{number}_0", "metric_name": "loss", "mean": number / 3, "sem": None}
    return [{"timestamp": timestamp, "rows": [row]}]


def fill(folder):
    for number in range(SEALED):
        folder.put_trial(number, arm(number), claim={})
        folder.end(number, 1, {"state": "completed", "data": data(number)}, alone=True)
    folder.put_trial(SEALED, arm(SEALED))
    folder.put_trial(SEALED + 1, arm(SEALED + 1), claim={})
    folder.put_trial(SEALED + 2, arm(SEALED + 2), claim={})
    folder.end(SEALED + 2, 1, {"state": "failed", "reason": "oom"})
    folder.fence(SEALED + 3)
    folder.put_trial(SEALED + 4, arm(SEALED + 4))
    folder.end(SEALED + 4, 1, {"state": "preempted"})
    folder.claim(SEALED + 4, 2)


def connection(folder):
    """DuckDB as it comes from PyPI; a bucket is reached through fsspec."""
    connection = duckdb.connect()
    if "://" in folder.url:
        protocol = folder.url.partition("://")[0]
        fs = fsspec.filesystem(protocol, use_listings_cache=False, skip_instance_cache=True)
        connection.register_filesystem(fs)
    return connection


def as_rows(table, columns):
    return table.select(columns).to_pylist()


def test_duckdb_reads_the_trials_from_the_files_whatever_was_compacted(folder):
    fill(folder)
    expected = trials_table(folder.refresh())
    for step in (None, folder.compact, lambda: folder.collect_garbage(older_than=0)):
        if step:
            step()
        seen = connection(folder).sql(view_sql(folder)).to_arrow_table()
        assert sorted(seen.column_names) == sorted(expected.column_names)
        assert as_rows(seen, expected.column_names) == expected.to_pylist()


def test_the_query_goes_on_while_workers_write(folder):
    fill(folder)
    folder.compact()
    query, session = view_sql(folder), connection(folder)
    count = f"SELECT status, count(*) FROM ({query}) GROUP BY status"  # noqa: S608
    before = dict(session.sql(count).fetchall())
    folder.put_trial(SEALED + 5, arm(SEALED + 5), claim={})
    folder.end(SEALED + 1, 1, {"state": "completed", "data": data(SEALED + 1)})
    after = dict(session.sql(count).fetchall())
    assert before == {"completed": 103, "waiting": 1, "running": 2, "failed": 1, "void": 1}
    assert after == before | {"completed": 104, "running": 2}
    best = session.sql(f'SELECT max("mean.loss") FROM ({query})').fetchall()  # noqa: S608
    assert best == [((SEALED + 1) / 3,)]


def test_before_anything_has_ended_there_is_a_view_as_well(folder):
    folder.put_trial(0, arm(0), claim={})
    seen = connection(folder).sql(view_sql(folder)).to_arrow_table()
    assert as_rows(seen, ["trial", "status", "parameters.layers"]) == [
        {"trial": 0, "status": "running", "parameters.layers": 0}
    ]


def test_pandas_and_pyarrow_read_the_snapshots(folder):
    fill(folder)
    folder.compact()
    fs, path = fsspec.core.url_to_fs(folder.url)
    files = fs.glob(f"{path}/snap/s*.parquet")
    columns = ["trial", "status", "parameters.lr", "mean.loss"]
    frame = pandas.concat(
        pandas.read_parquet(file, columns=columns, filesystem=fs) for file in files
    )
    assert list(frame["trial"]) == list(range(100))
    assert frame["mean.loss"].iloc[30] == 10.0
    assert str(frame["parameters.lr"].dtype) == "float64"
    table = dataset.dataset(files, filesystem=fs).to_table(columns)
    assert table.column("status").unique().to_pylist() == ["completed"]


def test_the_tables_are_exported_with_typed_columns(folder, place):
    fill(folder)
    folder.late(5, data(5, timestamp=1_795_330_404_999)[0])
    folder.refresh()
    written = export_tables(folder, f"{place}/out/tables")
    fs, _ = fsspec.core.url_to_fs(place)
    read = {name: parquet.read_table(path, filesystem=fs) for name, path in written.items()}
    assert read["trials"].num_rows == SEALED + 5
    assert str(read["arms"].schema.remove_metadata()) == str(
        pyarrow.schema(
            [
                ("trial", pyarrow.int64()),
                ("position", pyarrow.int64()),
                ("arm", pyarrow.string()),
                ("parameters.kernel", pyarrow.string()),
                ("parameters.layers", pyarrow.int64()),
                ("parameters.lr", pyarrow.float64()),
                ("parameters.odd 'name\".x", pyarrow.bool_()),
            ]
        )
    )
    late = [row for row in read["data"].to_pylist() if row["late"]]
    assert [(row["trial"], row["attempt"], row["mean"]) for row in late] == [(5, None, 5 / 3)]
    assert read["data"].num_rows == SEALED + 1


def test_batch_trials_have_a_row_for_each_arm(disk_folder):
    arms = [{"name": f"0_{at}", "parameters": {"lr": at / 2}} for at in range(3)]
    disk_folder.add_trial(lambda *_: {"config": 1, "arms": arms})
    state = disk_folder.refresh()
    assert [row["parameters.lr"] for row in arms_table(state).to_pylist()] == [0.0, 0.5, 1.0]
    assert "parameters.lr" not in trials_table(state).column_names


def test_measurements_in_tables_are_rows_like_others(disk_folder):
    disk_folder.add_trial(lambda *_: arm(0), claim={})
    curve = pyarrow.table(
        {
            "metric_name": ["loss"] * 3,
            "mean": [3.0, float("nan"), 1.0],
            "step": [1, 2, 3],
        }
    )
    disk_folder.report_table(0, 1, curve, {"timestamp": 1_795_330_404_183})
    state = disk_folder.refresh()
    assert data_table(state).num_rows == 0
    rows = data_table(state, disk_folder.read_table).to_pylist()
    assert [row["step"] for row in rows] == [1, 2, 3]
    assert [round(row["at"].timestamp(), 3) for row in rows] == [1_795_330_404.183] * 3
    assert trials_table(state, disk_folder.read_table).to_pylist()[0]["mean.loss"] == 1.0


def test_documents_that_are_not_ours_make_no_columns_and_no_error(disk_folder):
    for document in (
        {},
        {"arms": 5},
        {"arms": [{"parameters": 1}]},
        {"arms": [{"parameters": {}}]},
    ):
        disk_folder.add_trial(lambda *_, document=document: document, claim={})
    disk_folder.end(0, 1, {"state": "completed", "data": "much"})
    disk_folder.end(1, 1, {"state": "completed", "data": [{"rows": [{"metric_name": "x"}]}]})
    state = disk_folder.refresh()
    assert trials_table(state).num_rows == 4
    assert data_table(state).to_pylist()[0]["mean"] is None
    assert arms_table(state).num_rows == 1

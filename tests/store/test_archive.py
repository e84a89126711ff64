"""A whole experiment as one file: the same bytes for the same facts, and every byte checked."""

import io
import json
import zipfile

import pytest

from armwright.store import (
    ExperimentExistsError,
    ExperimentFolder,
    ExperimentNotFoundError,
    ExperimentUnfinishedError,
    StoreError,
)
from armwright.store.archive import export_archive, import_archive, read_archive
from armwright.store.contents import contents
from armwright.store.fact import body_of
from armwright.store.location import locate


def filled(url, count=3):
    """An experiment with trials of several kinds."""
    folder = ExperimentFolder.create(url, document={"name": "ü"}, config={"x": 1})
    for number in range(count):
        folder.add_trial(lambda number, _: {"lr": number / 7}, claim={})
        folder.report(number, 1, {"step": 1, "text": "a\u2028b"})
        folder.end(number, 1, {"state": "completed", "data": {"loss": number}})
    folder.late(0, {"note": "late"})
    folder.add_trial(lambda *_: {"lr": 1.0})
    folder.add_config({"x": 2}, base=1)
    return folder


def members(file):
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(file, changed):
    """The archive with some of its members changed."""
    found = {**members(file), **changed}
    with zipfile.ZipFile(file, "w") as archive:
        for name, body in found.items():
            archive.writestr(name, body)


@pytest.fixture
def folder(tmp_path):
    return filled(tmp_path / "runs" / "e")


@pytest.fixture
def file(folder, tmp_path):
    file = tmp_path / "e.zip"
    export_archive(folder.url, file)
    return file


def facts_of(url):
    return contents(locate(url)).facts


def test_what_comes_back_is_what_went_in(folder, file, tmp_path):
    _, done = import_archive(file, tmp_path / "other" / "f")
    assert facts_of(tmp_path / "other" / "f") == facts_of(folder.url)
    assert len(done.added) == len(facts_of(folder.url))
    copy = ExperimentFolder.open(tmp_path / "other" / "f")
    assert copy.id == folder.id
    assert copy.state.trials == folder.refresh().trials
    assert copy.state.configs == folder.state.configs


def test_the_same_facts_give_the_same_bytes(file, tmp_path):
    import_archive(file, tmp_path / "copy" / "e")
    export_archive(tmp_path / "copy" / "e", tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == file.read_bytes()


def test_what_was_compacted_and_cleared_away_is_in_it(tmp_path):
    folder = filled(tmp_path / "e", 101)
    folder.end(101, 1, {"state": "cancelled"})
    export_archive(folder.url, tmp_path / "before.zip")
    assert folder.compact().made
    assert folder.collect_garbage(older_than=-1.0).removed
    export_archive(folder.url, tmp_path / "after.zip")
    assert (tmp_path / "before.zip").read_bytes() == (tmp_path / "after.zip").read_bytes()


def test_a_fact_is_a_line_of_json(file):
    lines = members(file)["facts.jsonl"].decode().split("\n")
    items = [json.loads(line) for line in lines[:-1]]
    assert [item["path"] for item in items[:4]] == [
        "experiment.json",
        "config/000001.json",
        "config/000002.json",
        "t/00000/0.arm.json",
    ]
    assert items[3]["fact"]["document"] == {"lr": 0.0}


def test_an_import_that_was_stopped_goes_on(file, folder, tmp_path):
    target = tmp_path / "copy" / "e"
    import_archive(file, target)
    for path in (
        "config/000001.json",
        "config/000002.json",
        "t/00000/2.1.end.json",
        "t/00000/1.arm.json",
    ):
        (target / path).unlink()
    with pytest.raises(ExperimentUnfinishedError, match="is being made"):
        ExperimentFolder.open(target)
    _, done = import_archive(file, target)
    assert done.added == (
        *("t/00000/1.arm.json", "t/00000/2.1.end.json"),
        *("config/000002.json", "config/000001.json"),  # the first one opens it
    )
    assert facts_of(target) == facts_of(folder.url)


def test_nobody_can_open_a_folder_that_is_half_imported(file, tmp_path):
    _, done = import_archive(file, tmp_path / "copy" / "e")
    assert done.added[-2:] == ("config/000002.json", "config/000001.json")


def test_whole_segments_come_as_snapshots(tmp_path):
    folder = filled(tmp_path / "e", 205)
    export_archive(folder.url, tmp_path / "e.zip")
    target = tmp_path / "copy" / "e"
    _, done = import_archive(tmp_path / "e.zip", target)
    assert sorted(path.name for path in (target / "snap").iterdir()) == [
        "s1-00000.parquet",
        "s1-00001.parquet",
    ]
    assert [path.name for path in (target / "t").iterdir()] == ["00002"]
    assert set(done.added) == set(facts_of(folder.url)) == set(facts_of(target))
    assert facts_of(target) == facts_of(folder.url)
    assert ExperimentFolder.open(target).state.trials == folder.refresh().trials
    export_archive(target, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == (tmp_path / "e.zip").read_bytes()


def test_an_import_that_was_stopped_after_a_snapshot_goes_on(tmp_path):
    folder = filled(tmp_path / "e", 205)
    export_archive(folder.url, tmp_path / "e.zip")
    target = tmp_path / "copy" / "e"
    import_archive(tmp_path / "e.zip", target)
    for path in ("config/000001.json", "config/000002.json", "snap/s1-00001.parquet"):
        (target / path).unlink()
    _, done = import_archive(tmp_path / "e.zip", target)
    assert {path.split("/")[1] for path in done.added} == {
        *("00001", "000001.json", "000002.json"),
    }
    assert facts_of(target) == facts_of(folder.url)


def test_a_segment_of_which_some_is_there_is_filled_up_file_by_file(tmp_path):
    folder = filled(tmp_path / "e", 101)
    export_archive(folder.url, tmp_path / "e.zip")
    target = tmp_path / "copy" / "e"
    import_archive(tmp_path / "e.zip", target)
    facts = facts_of(folder.url)
    for path in ("config/000001.json", "config/000002.json", "snap/s1-00000.parquet"):
        (target / path).unlink()
    (target / "t/00000").mkdir()
    body = body_of(facts["t/00000/7.arm.json"])
    (target / "t/00000/7.arm.json").write_bytes(body)
    import_archive(tmp_path / "e.zip", target)
    assert list((target / "snap").iterdir()) == []
    assert facts_of(target) == facts


def test_another_experiment_is_not_touched(file, tmp_path):
    filled(tmp_path / "other" / "e", 1)
    before = facts_of(tmp_path / "other" / "e")
    with pytest.raises(ExperimentExistsError, match="there is another experiment at"):
        import_archive(file, tmp_path / "other" / "e")
    assert facts_of(tmp_path / "other" / "e") == before


def test_the_same_experiment_that_drifted_apart_is_not_touched(file, tmp_path):
    target = tmp_path / "copy" / "e"
    import_archive(file, target)
    (target / "t/00000/3.arm.json").unlink()
    folder = ExperimentFolder.open(target)
    folder.add_trial(lambda *_: {"lr": 9.0})
    with pytest.raises(ExperimentExistsError, match=r"drifted apart.* 1 facts differ, t/00000/3"):
        import_archive(file, target)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"facts.jsonl": b""}, "facts.jsonl is not what armwright.json says"),
        ({"armwright.json": b"{}"}, "armwright.json is not ours"),
        ({"armwright.json": b"["}, "is not an experiment exported by armwright"),
    ],
)
def test_a_changed_file_is_refused(file, tmp_path, changed, problem):
    written(file, changed)
    with pytest.raises(StoreError, match=problem):
        import_archive(file, tmp_path / "copy" / "e")
    assert not (tmp_path / "copy").exists()


def test_a_torn_file_and_one_of_another_kind_are_refused(file):
    whole = file.read_bytes()
    for body in (b"", b"text", whole[:100], whole[: len(whole) // 2], b"PK" + whole[2:200]):
        file.write_bytes(body)
        with pytest.raises(StoreError, match="is not an experiment exported by armwright"):
            read_archive(file)


def test_a_file_of_a_later_version_is_refused_in_words(file):
    manifest = json.loads(members(file)["armwright.json"])
    written(file, {"armwright.json": json.dumps({**manifest, "format": 2}).encode()})
    with pytest.raises(StoreError, match="was written by a later armwright"):
        read_archive(file)


@pytest.mark.parametrize(
    "path", ["../../etc/passwd", "/etc/passwd", "t/00000/../0.arm.json", "hb/0.1", "x"]
)
def test_no_name_leads_out_of_the_folder(file, tmp_path, path):
    import hashlib

    line = members(file)["facts.jsonl"].decode().split("\n")[0]
    text = line.replace('"experiment.json"', json.dumps(path)).encode() + b"\n"
    manifest = json.loads(members(file)["armwright.json"])
    manifest |= {"sha256": hashlib.sha256(text).hexdigest(), "facts": 1}
    written(file, {"facts.jsonl": text, "armwright.json": json.dumps(manifest).encode()})
    with pytest.raises(StoreError, match="is not the name of a fact"):
        import_archive(file, tmp_path / "copy" / "e")
    assert not (tmp_path / "copy").exists()


def test_there_is_nothing_to_export_where_nothing_is(tmp_path):
    with pytest.raises(ExperimentNotFoundError, match="no experiment at"):
        export_archive(tmp_path / "e", tmp_path / "e.zip")
    with pytest.raises(ExperimentNotFoundError, match="there is no such file"):
        import_archive(tmp_path / "e.zip", tmp_path / "e")


def test_what_cannot_be_read_is_named(folder, tmp_path):
    (tmp_path / "runs/e/t/00000/1.arm.json").write_bytes(b"{")
    _, found = export_archive(folder.url, tmp_path / "e.zip")
    assert [item.path for item in found.damaged] == ["t/00000/1.arm.json"]
    import_archive(tmp_path / "e.zip", tmp_path / "copy" / "e")


def test_it_is_a_plain_zip_file(file):
    with zipfile.ZipFile(io.BytesIO(file.read_bytes())) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["armwright.json", "facts.jsonl"]

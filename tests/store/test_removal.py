"""Removing an experiment: all of its files on every kind of file system, and nobody else's."""

import uuid

import pytest

from armwright.store import ExperimentFolder, ExperimentNotFoundError, StoreError
from armwright.store.contents import contents
from armwright.store.location import locate
from armwright.store.removal import remove_experiment
from armwright.store.surroundings import Surroundings


@pytest.fixture(params=["disk", "memory", pytest.param("moto", marks=pytest.mark.slow)])
def root(request, tmp_path):
    """An empty root on a disk, in memory, and on S3 as moto plays it."""
    if request.param == "moto":
        return f"{request.getfixturevalue('moto')}/{uuid.uuid4().hex}"
    return str(tmp_path) if request.param == "disk" else f"memory://{uuid.uuid4().hex}"


def filled(url, trials=2):
    """An experiment with facts of every kind, and a snapshot where there are trials enough."""
    folder = ExperimentFolder.create(url, document={"name": "e"}, config={"a": 1})
    folder.add_config({"a": 2}, base=1)
    for _ in range(trials):
        number = folder.add_trial(lambda number, _: {"x": number}, claim={})
        folder.end(number, 1, {"state": "completed"})
    folder.late(0, {"remark": 1})
    assert bool(folder.compact().made) == (trials > 200)
    return folder


@pytest.mark.slow
def test_removing_leaves_nothing_and_the_name_is_free_again(root):
    url = f"{root}/e"
    filled(url, trials=201)
    other = ExperimentFolder.create(f"{root}/other", document={"name": "o"}, config={})
    expected = remove_experiment(url, dry_run=True)
    assert ExperimentFolder.open(url).state.version == 2
    done = remove_experiment(url)
    assert (done.files, done.left, done.dry_run) == (expected.files, (), False)
    place = locate(url)
    listing = place.files.list(place.path)
    assert (listing.files, listing.folders) == ((), ())
    with pytest.raises(ExperimentNotFoundError, match="no experiment at"):
        ExperimentFolder.open(url)
    assert other.refresh().version == 1
    fresh = ExperimentFolder.create(url, document={"name": "e"}, config={"a": 3})
    assert (len(fresh.state.trials), fresh.state.configs) == (0, {1: {"a": 3}})


def test_a_worker_of_a_removed_experiment_is_refused(root):
    folder = filled(f"{root}/e")
    remove_experiment(f"{root}/e")
    with pytest.raises(ExperimentNotFoundError, match=r"no experiment at|gone|was removed"):
        folder.refresh()


def test_nothing_is_written_where_an_experiment_was_removed(root):
    folder = filled(f"{root}/e")
    number = folder.add_trial(lambda number, _: {"x": number}, claim={})
    remove_experiment(f"{root}/e")
    for _ in range(2):
        with pytest.raises(ExperimentNotFoundError, match="is gone"):
            folder.end(number, 1, {"state": "completed"})
    place = folder.location
    assert place.files.list(place.path).folders == ()


def test_an_experiment_made_in_the_place_of_a_removed_one_gets_none_of_its_results(root):
    url, seconds = f"{root}/e", [0.0]
    filled(url)
    old = ExperimentFolder.open(url, surroundings=Surroundings(own_time=lambda: seconds[0]))
    number = old.add_trial(lambda number, _: {"x": number}, claim={})
    remove_experiment(url)
    fresh = filled(url)
    assert fresh.add_trial(lambda number, _: {"x": number}, claim={}) == number
    seconds[0] = 30.0
    for _ in range(2):
        with pytest.raises(ExperimentNotFoundError, match="another one was made in its place"):
            old.refresh()
        with pytest.raises(ExperimentNotFoundError, match="another one was made in its place"):
            old.end(number, 1, {"state": "completed"})
        with pytest.raises(ExperimentNotFoundError, match="another one was made in its place"):
            old.add_trial(lambda number, _: {"x": number})
    assert fresh.refresh().trials[number].status == "running"


def test_removing_goes_on_where_it_was_stopped(root):
    folder = filled(f"{root}/e")
    place = folder.location
    place.files.remove_many([place.join("config/000001.json"), place.join("config/000002.json")])
    remove_experiment(f"{root}/e")
    assert place.files.list(place.path).files == ()


def test_removing_what_is_no_experiment_is_refused(root):
    with pytest.raises(ExperimentNotFoundError, match="no experiment at"):
        remove_experiment(f"{root}/none")


def test_a_file_of_another_tool_is_not_removed(root):
    place = locate(f"{root}/theirs")
    place.files.create(place.join("experiment.json"), b'{"__type": "Experiment"}', "0" * 8)
    with pytest.raises(StoreError, match=r"is damaged: not a file of armwright's"):
        remove_experiment(f"{root}/theirs")
    assert place.files.list(place.path).files == ("experiment.json",)


def test_a_result_of_a_worker_that_looked_long_ago_does_not_count_in_the_experiment_made_anew(root):
    url = f"{root}/e"
    old = filled(url)
    number = old.add_trial(lambda number, _: {"x": number}, claim={})
    remove_experiment(url)
    fresh = filled(url)
    assert fresh.add_trial(lambda number, _: {"x": number}, claim={}) == number
    old.end(number, 1, {"state": "completed"}, alone=True)  # it cannot know yet
    old.ledger.write("late/01M826ZX3K5CMRRQSHYFPMSA1B.0.json", {"note": "old"})
    state = fresh.refresh()
    assert (state.trials[number].status, state.trials[0].late) == ("lost", ({"remark": 1},))
    assert [damage.path for damage in state.damaged] == [
        "late/01M826ZX3K5CMRRQSHYFPMSA1B.0.json",
        f"t/00000/{number}.1.end.json",
    ]
    fresh.collect_garbage(older_than=-1.0)
    assert ExperimentFolder.open(url).state.trials[0].late == ({"remark": 1},)


def test_who_opens_what_is_half_deleted_is_told_how_to_go_on(root):
    place = filled(f"{root}/e").location
    mark = place.join(f".deleted-{ExperimentFolder.open(place.url).id}")
    place.files.create(mark, b"0" * 32, "0" * 32)
    for call in (
        lambda: ExperimentFolder.open(place.url),
        lambda: ExperimentFolder.create(place.url, document={"name": "e"}, config={"a": 1}),
        lambda: contents(place),
    ):
        with pytest.raises(ExperimentNotFoundError, match="has begun to delete it") as caught:
            call()
        assert "armwright delete" in caught.value.hint
    remove_experiment(place.url)
    assert place.files.list(place.path).files == ()

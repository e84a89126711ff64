"""Object stores: the contract, the wire that loses answers, and what is asked of the server."""

import os
import pickle
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import s3fs

from armwright.store import ExperimentFolder, StoreError, UnavailableError, UncertainError, create
from armwright.store.dialect import S3
from armwright.store.files import files_for
from armwright.store.location import locate_root
from armwright.store.objects import ObjectFiles
from armwright.store.testing import SharedCreateContract
from armwright.store.token import new_token


@pytest.mark.slow
class TestMoto(SharedCreateContract):
    """S3 as moto plays it."""

    @pytest.fixture
    def place(self, moto):
        return s3fs.S3FileSystem(), f"{moto.removeprefix('s3://')}/f"


@pytest.mark.s3
class TestCeph(SharedCreateContract):
    """A real S3 server."""

    @pytest.fixture
    def place(self, ceph):
        return s3fs.S3FileSystem(), ceph.removeprefix("s3://")


@pytest.mark.s3
class TestTwoGateways(SharedCreateContract):
    """Two gateways to one cluster: whatever each remembers, they must agree."""

    @pytest.fixture
    def place(self, ceph):
        return s3fs.S3FileSystem(), ceph.removeprefix("s3://")

    @pytest.fixture
    def doors(self, place, ceph_endpoints):
        _, folder = place
        return [(s3fs.S3FileSystem(endpoint_url=url), folder) for url in ceph_endpoints]


@pytest.fixture(params=["moto", pytest.param("ceph", marks=pytest.mark.s3)])
def bucket(request):
    """The URL of an empty folder on each S3 server."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def wire(bucket, cutting):
    """The wire to that server, and the folder behind it."""
    proxy = cutting(os.environ["AWS_ENDPOINT_URL"])
    files = ObjectFiles(S3(), {"endpoint_url": proxy.url}, sleep=lambda _: None)
    return proxy, files, f"{bucket.removeprefix('s3://')}/f"


MADE = {"PUT": 5, "GET": 6, "LIST": 2, "DeleteObject": 1}
WARM = {"LIST": 4}


def body_of(token):
    return b'{"token": "%s"}' % token.encode()


def test_a_put_whose_answer_was_lost_is_won(wire):
    proxy, files, folder = wire
    for lost in (1, 4):
        token = new_token()
        proxy.cut(lost, "PUT")
        assert create(files, f"{folder}/{lost}", body_of(token), token) == "won"
        assert dict(files.read([f"{folder}/{lost}"])) == {f"{folder}/{lost}": body_of(token)}
    assert proxy.dropped >= 2  # aiohttp repeats a put once by itself


def test_a_put_that_lost_and_whose_answer_was_lost_is_lost(wire):
    proxy, files, folder = wire
    first, second = new_token(), new_token()
    assert create(files, f"{folder}/a", body_of(first), first) == "won"
    proxy.cut(1, "PUT")
    assert create(files, f"{folder}/a", body_of(second), second) == "lost"
    assert dict(files.read([f"{folder}/a"])) == {f"{folder}/a": body_of(first)}


def test_when_every_answer_is_lost_nobody_knows_and_a_repeat_with_the_token_wins(wire):
    proxy, files, folder = wire
    token = new_token()
    proxy.cut(1000)
    with pytest.raises(UncertainError, match="may have been written all the same") as caught:
        create(files, f"{folder}/a", body_of(token), token)
    assert caught.value.retryable
    proxy.cut(0)
    assert create(files, f"{folder}/a", body_of(token), token) == "won"


def test_on_a_wire_that_loses_every_third_answer_exactly_one_wins_each_name(wire):
    proxy, files, folder = wire
    proxy.cut_at_random(0.3)

    def race(worker):
        won = []
        for index in range(20):
            token = f"{worker:08d}-{index}"
            while True:
                try:
                    outcome = create(files, f"{folder}/{index}", body_of(token), token)
                except UncertainError:
                    continue
                break
            if outcome == "won":
                won.append((index, token))
        return won

    with ThreadPoolExecutor(4) as pool:
        won = [pair for one in pool.map(race, range(4)) for pair in one]
    proxy.cut(0)
    assert sorted(index for index, _ in won) == list(range(20))
    bodies = dict(files.read([f"{folder}/{index}" for index in range(20)]))
    assert bodies == {f"{folder}/{index}": body_of(token) for index, token in won}
    assert proxy.dropped > 10


def test_reading_and_listing_go_on_when_answers_are_lost(wire):
    proxy, files, folder = wire
    for index in range(10):
        files.overwrite(f"{folder}/{index}", b"x")
    proxy.cut(3)
    assert len(files.list(folder).files) == 10
    proxy.cut(3, "GET")
    assert set(dict(files.read([f"{folder}/{index}" for index in range(10)])).values()) == {b"x"}
    proxy.cut(1)
    assert files.modified(f"{folder}/0") is not None


def test_a_server_that_does_not_answer_is_a_retryable_error(wire):
    proxy, files, folder = wire
    proxy.cut(1000)
    with pytest.raises(UnavailableError, match="cannot list") as caught:
        files.list(folder)
    assert caught.value.retryable
    (error,) = dict(files.read([f"{folder}/a"])).values()
    assert isinstance(error, OSError)


@pytest.mark.usefixtures("moto")
def test_a_server_that_is_not_there_is_a_retryable_error():
    files = ObjectFiles(S3(), {"endpoint_url": "http://127.0.0.1:9"}, sleep=lambda _: None)
    token = new_token()
    with pytest.raises(UncertainError, match="could not connect"):
        create(files, "bucket/a", body_of(token), token)
    with pytest.raises(UnavailableError, match="could not connect"):
        files.list("bucket")


@pytest.mark.usefixtures("moto")
def test_pauses_grow_and_differ():
    waits = []
    files = ObjectFiles(S3(), {"endpoint_url": "http://127.0.0.1:9"}, sleep=waits.append)
    with pytest.raises(UnavailableError, match="cannot"):
        files.list("bucket")
    assert waits == sorted(waits)
    assert len(set(waits)) == len(waits) == 4
    assert sum(waits) < 10


def test_an_object_that_is_too_large_is_refused(moto):
    token = new_token()
    with pytest.raises(StoreError, match="one file holds 67108864"):
        create(s3fs.S3FileSystem(), f"{moto[5:]}/a", token.encode() + bytes(64 << 20), token)


def test_a_bucket_that_is_not_there_is_named_at_once(bucket):
    assert bucket
    waits = []
    files, token = ObjectFiles(S3(), sleep=waits.append), new_token()
    for call in (
        lambda: create(files, "no-such-bucket/lr/a", body_of(token), token),
        lambda: files.list("no-such-bucket/lr"),
        lambda: files.overwrite("no-such-bucket/lr/a", b""),
    ):
        with pytest.raises(StoreError, match="there is no bucket 'no-such-bucket'") as caught:
            call()
        assert not caught.value.retryable
        assert "armwright makes no buckets" in caught.value.hint
    assert waits == []


@pytest.mark.s3
def test_who_may_not_write_hears_so_at_once_and_no_secret_is_told(ceph):
    url = ceph.replace("s3://", "s3://nobody:open-sesame@")
    with pytest.raises(StoreError, match="access to the bucket 'armwright' is refused") as caught:
        ExperimentFolder.create(f"{url}/lr", document={}, config={})
    assert "AWS_ACCESS_KEY_ID" in caught.value.hint
    assert "sesame" not in str(caught.value)
    with pytest.raises(StoreError, match=r"refused|cannot read") as caught:
        ExperimentFolder.open(f"{url}/lr")
    assert "sesame" not in str(caught.value)


def test_without_credentials_the_hint_says_where_they_go(moto, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    with pytest.raises(StoreError, match="unable to locate credentials") as caught:
        ExperimentFolder.create(f"{moto}/lr", document={}, config={})
    assert "AWS_PROFILE" in caught.value.hint


def test_credentials_in_a_url_open_it_and_are_never_written_or_shown(moto, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    url = moto.replace("s3://", "s3://alibaba:open%2Fsesame@") + "/runs/lr"
    folder = ExperimentFolder.create(url, document={}, config={})
    folder.add_trial(lambda *_: {"lr": 0.1}, claim={})
    folder.end(0, 1, {"state": "completed"})
    assert folder.url == f"{moto}/runs/lr"
    location = locate_root(url)
    seen = [repr(folder), repr(location), str(location), folder.url, location.root.url]
    pending = [f"{moto[5:]}"]
    while pending:
        path = pending.pop()
        listing = location.files.list(path)
        pending += [f"{path}/{name}" for name in listing.folders]
        paths = [f"{path}/{name}" for name in listing.files]
        seen += paths + [str(body) for _, body in location.files.read(paths)]
    assert len(seen) > 10
    for text in seen:
        assert "sesame" not in text
        assert "alibaba" not in text
    again = pickle.loads(pickle.dumps(folder))  # noqa: S301 our own
    assert again.state.trials[0].status == "completed"
    assert (again.url, again.id) == (folder.url, folder.id)


def test_a_folder_goes_to_other_processes_and_across_a_fork(moto):
    folder = ExperimentFolder.create(f"{moto}/lr", document={}, config={})
    folder.add_trial(lambda *_: {"by": "parent"}, claim={})
    code = """
import os, sys, warnings
from armwright.store import ExperimentFolder
warnings.simplefilter("ignore", DeprecationWarning)  # 3.12 warns of forks where threads run
folder = ExperimentFolder.open(sys.argv[1])
def work(by):
    folder.refresh()
    number = folder.add_trial(lambda *_: {"by": by}, claim={})
    folder.end(number, 1, {"state": "completed"})
children = []
for index in range(3):
    pid = os.fork()
    if pid == 0:
        work(f"child {index}")
        os._exit(0)
    children.append(pid)
work("parent")
print([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in children])
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, folder.url],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[0, 0, 0]\n"
    assert done.stderr == ""
    trials = folder.refresh().trials.values()
    assert sorted(trial.arm["by"] for trial in trials) == [
        "child 0", "child 1", "child 2", "parent", "parent",
    ]  # fmt: skip


def test_threads_share_one_folder(moto):
    folder = ExperimentFolder.create(f"{moto}/lr", document={}, config={})
    before = set(threading.enumerate())  # some that other tests need, too
    with ThreadPoolExecutor(8) as pool:
        numbers = [
            *pool.map(
                lambda by: folder.add_trial(lambda *_: {"by": by}, claim={}),
                range(24),
            )
        ]
    assert len(set(numbers)) == 24
    assert {trial.arm["by"] for trial in folder.refresh().trials.values()} == set(range(24))
    assert len(set(threading.enumerate()) - before) < 60


def test_a_missing_library_is_named_with_what_installs_it():
    code = """
import sys
sys.modules["s3fs"] = None
class Blocker:
    def find_spec(self, name, path=None, target=None):
        return None
import importlib.util
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *a: None if name == "s3fs" else find(name, *a)
from armwright.store import ExperimentFolder
try:
    ExperimentFolder.open("s3://bucket/lr")
except Exception as error:
    print(type(error).__name__, error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "needs the package s3fs, which is not installed" in done.stdout
    assert "hint: pip install 'armwright[s3]'" in done.stdout


class Overwriting(s3fs.S3FileSystem):
    """A server that ignores the condition: whoever is second overwrites."""

    async def _pipe_file(self, path, data, **_options):
        return await super()._pipe_file(path, data)


def test_a_store_where_the_second_create_wins_is_refused(moto, monkeypatch):
    monkeypatch.setattr(s3fs, "S3FileSystem", Overwriting)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "another")  # so that no store is remembered
    with pytest.raises(StoreError, match="lets two writers create one file"):
        ExperimentFolder.create(f"{moto}/lr", document={}, config={})
    assert files_for(s3fs.S3FileSystem()).list(f"{moto[5:]}/lr").files == ()
    assert files_for(s3fs.S3FileSystem()).list(moto[5:]).files == ()


class Requests:
    """Counts what botocore sends."""

    def __init__(self, files):
        self.seen = Counter()
        files.fs.connect()
        files.fs.s3.meta.events.register("before-call.s3", self._note)

    def _note(self, model, **_):
        self.seen[model.name] += 1

    def of(self, call):
        self.seen.clear()
        call()
        names = {"PutObject": "PUT", "ListObjectsV2": "LIST", "GetObject": "GET"}
        return {names.get(name, name): count for name, count in self.seen.items()}


def test_requests_are_no_more_than_the_cost_table_says(moto):
    # docs/format.md, "What it costs"; o = 1 open segment.
    url = f"{moto}/runs/lr"
    count = Requests(locate_root(moto).files)
    made = count.of(lambda: ExperimentFolder.create(url, document={}, config={}))
    assert made == MADE
    folder = ExperimentFolder.open(url)
    arm = lambda *_: {"lr": 0.1}  # noqa: E731
    assert count.of(lambda: folder.add_trial(arm, claim={})) == {"PUT": 1}
    assert count.of(lambda: folder.report(0, 1, {"step": 1})) == {"PUT": 1}
    assert count.of(lambda: folder.end(0, 1, {"state": "completed"})) == {"PUT": 1, "LIST": 1}
    assert count.of(folder.refresh) == WARM
    rival = ExperimentFolder.open(url)
    for _ in range(20):
        rival.end(rival.add_trial(arm, claim={}), 1, {"state": "completed"})
    assert count.of(folder.refresh) == {**WARM, "GET": 40}  # f = 40 files not known yet
    assert count.of(folder.refresh) == WARM
    # cold: 21 arms, 21 ends, one data file, the configuration; experiment.json twice
    assert count.of(lambda: ExperimentFolder.open(url)) == {**WARM, "GET": 46}
    folder.add_trial(arm)
    assert count.of(lambda: folder.claim(21, 1)) == {"PUT": 1}
    assert count.of(lambda: rival.add_trial(arm, claim={})).pop("PUT") == 2  # lost one, read back

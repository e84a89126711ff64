"""Object stores: the contract, the wire that loses answers, and what is asked of the server."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
import s3fs

from armwright.store import UnavailableError, UncertainError, create
from armwright.store.dialect import S3
from armwright.store.objects import ObjectFiles
from armwright.store.testing import SharedCreateContract
from armwright.store.token import new_token


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

"""Contract suites: what every file system that we claim to support must do.

Inherit one, provide `place`, and pytest certifies the file system:

    class TestMine(SharedCreateContract):
        @pytest.fixture
        def place(self, tmp_path):
            return fsspec.filesystem("mine"), str(tmp_path)

`CreateContract` is for what one process can see, `SharedCreateContract` adds a race of processes; a
file system that is not shared between processes, like memory, takes the first. Where there are
several ways to one folder, such as two mounts, two gateways or two regions, `doors` names them all
and the processes of the race are divided among them.

`place` is a file system and an empty folder in it. The file system is one of fsspec's, or an object
with the calls of `armwright.store.files.Files`, which is how one that fsspec does not know, or does
not know well enough, is brought in. For the race it must be picklable. Each test wants its own
folder. A file system that passes keeps experiments: `store.create` needs nothing else. pytest must
be told to show the reason of a failure: `pytest.register_assert_rewrite("armwright.store.testing")`
in a conftest.py, before the import.
"""

# ruff: noqa: S101, D102 these are tests: they assert, and a test's name is its sentence

import multiprocessing
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.synchronize import Barrier
from threading import Barrier as ThreadBarrier
from typing import Any

import pytest

from armwright.store.create import create
from armwright.store.files import MAX_TABLE_BYTES, Outcome, files_for
from armwright.store.token import new_token

__all__ = ["CreateContract", "SharedCreateContract"]

_THREADS = 8
_THREAD_KEYS = 100
_PROCESSES = 8
_PROCESS_KEYS = 200

Place = tuple[Any, str]


class CreateContract:
    """One winner, its bytes complete and in place, and nothing else; seen from one process.

    Attributes:
        refused_letters: Letters that this file system allows in no name; experiments must not have
            them in theirs.
    """

    refused_letters = ""

    @pytest.fixture
    def place(self) -> Place:
        raise NotImplementedError("return (fs, path of an empty folder)")

    def test_the_first_to_create_a_name_wins_and_the_second_loses(self, place: Place) -> None:
        fs, root = place
        assert _write(fs, f"{root}/a", b"one", new_token()) == "won"
        assert _write(fs, f"{root}/a", b"two", new_token()) == "lost"
        assert b"one" in _read(fs, f"{root}/a")

    def test_a_repeat_with_the_same_token_wins_again(self, place: Place) -> None:
        fs, root = place
        token = new_token()
        assert _write(fs, f"{root}/a", b"one", token) == "won"
        assert _write(fs, f"{root}/a", b"one", token) == "won"

    def test_equal_content_is_no_proof_of_whose_it_is(self, place: Place) -> None:
        fs, root = place
        mine, other = new_token(), new_token()
        assert files_for(fs).create(f"{root}/a", mine.encode(), mine) == "won"
        assert files_for(fs).create(f"{root}/a", mine.encode(), other) == "lost"

    def test_missing_folders_are_made(self, place: Place) -> None:
        fs, root = place
        assert _write(fs, f"{root}/deep/er/a", b"one", new_token()) == "won"
        assert b"one" in _read(fs, f"{root}/deep/er/a")

    def test_what_was_created_is_listed_at_once_and_nothing_else_stays(self, place: Place) -> None:
        fs, root = place
        for name in ("a", "b"):
            _write(fs, f"{root}/f/{name}", b"one", new_token())
            _write(fs, f"{root}/f/{name}", b"two", new_token())
        listing = files_for(fs).list(f"{root}/f")
        assert sorted(listing.files) == ["a", "b"]
        assert files_for(fs).list(root).folders == ("f",)

    def test_a_folder_that_is_not_there_lists_as_empty(self, place: Place) -> None:
        fs, root = place
        listing = files_for(fs).list(f"{root}/nowhere")
        assert (listing.files, listing.folders) == ((), ())

    def test_a_megabyte_arrives_whole(self, place: Place) -> None:
        fs, root = place
        body, token = bytes(range(256)) * 4096, new_token()
        assert _write(fs, f"{root}/big", body, token) == "won"
        assert _read(fs, f"{root}/big") == token.encode() + b"\n" + body

    def test_the_largest_table_is_as_exclusive_and_its_token_may_stand_at_its_end(
        self, place: Place
    ) -> None:
        fs, root = place
        files, path = files_for(fs), f"{root}/table"
        mine, other = new_token(), new_token()
        filler = bytes(MAX_TABLE_BYTES - len(mine))
        assert files.create(path, filler + mine.encode(), mine) == "won"
        assert files.create(path, filler + other.encode(), other) == "lost"
        assert files.create(path, filler + mine.encode(), mine) == "won"
        body = dict(files.read([path], limit=MAX_TABLE_BYTES + 1))[path]
        assert body == filler + mine.encode()

    def test_reading_stops_where_it_is_told_to(self, place: Place) -> None:
        fs, root = place
        files = files_for(fs)
        files.overwrite(f"{root}/a", b"0123456789")
        files.overwrite(f"{root}/empty", b"")
        assert dict(files.read([f"{root}/a", f"{root}/empty"], limit=4)) == {
            f"{root}/a": b"0123",
            f"{root}/empty": b"",
        }

    @pytest.mark.parametrize("name", ["a b", "[*]#%20", "%2F", "Läufe", "a+b&c=d", "x" * 200])
    def test_a_name_is_kept_as_it_is(self, place: Place, name: str) -> None:
        fs, root = place
        name = "".join(letter for letter in name if letter not in self.refused_letters)
        files, folder = files_for(fs), f"{root}/{name}"
        _write(fs, f"{folder}/f", b"one", new_token())
        assert b"one" in _read(fs, f"{folder}/f")
        assert files.list(folder).files == ("f",)
        assert files.list(root).folders == (name,)
        files.remove_many([f"{folder}/f"])
        assert files.list(folder).files == ()

    def test_what_is_overwritten_has_the_new_content_and_nothing_else_stays(
        self, place: Place
    ) -> None:
        fs, root = place
        files = files_for(fs)
        for body in (b"first, and longer", b"second"):
            files.overwrite(f"{root}/hb/1", body)
            assert _read(fs, f"{root}/hb/1") == body
        assert files.list(f"{root}/hb").files == ("1",)

    def test_who_reads_while_a_file_is_overwritten_finds_one_content_or_the_other(
        self, place: Place
    ) -> None:
        fs, root = place
        files, path = files_for(fs), f"{root}/hb/1"
        contents = [letter * 100_000 for letter in (b"a", b"b", b"c")]
        files.overwrite(path, contents[0])

        def overwrite() -> None:
            for body in contents * 10:
                files.overwrite(path, body)

        with _hasty_threads(), ThreadPoolExecutor(1) as pool:
            writing = pool.submit(overwrite)
            while not writing.done():
                assert _read(fs, path) in contents
            writing.result()

    def test_the_time_of_a_later_file_is_not_earlier(self, place: Place) -> None:
        fs, root = place
        files = files_for(fs)
        times = []
        for name in ("a", "b"):
            _write(fs, f"{root}/{name}", b"one", new_token())
            times.append(files.modified(f"{root}/{name}"))
        assert None not in times
        assert times == sorted(times, key=float)  # type: ignore[arg-type]
        assert files.modified(f"{root}/missing") is None

    def test_many_are_read_at_once_and_the_missing_one_is_named(self, place: Place) -> None:
        fs, root = place
        paths = [f"{root}/{index}" for index in range(20)]
        for path in paths:
            _write(fs, path, path.encode(), new_token())
        found = dict(files_for(fs).read([*paths, f"{root}/missing"]))
        assert isinstance(found.pop(f"{root}/missing"), FileNotFoundError)
        for path in paths:
            body = found[path]
            assert isinstance(body, bytes)
            assert body.endswith(path.encode())

    def test_what_is_removed_is_gone_and_may_be_removed_twice(self, place: Place) -> None:
        fs, root = place
        _write(fs, f"{root}/a", b"one", new_token())
        for _ in range(2):
            files_for(fs).remove(f"{root}/a")
        assert files_for(fs).list(root).files == ()

    def test_many_are_removed_at_once_and_no_others(self, place: Place) -> None:
        fs, root = place
        for name in ("a", "b[c]", "bc"):
            _write(fs, f"{root}/{name}", b"one", new_token())
        files_for(fs).remove_many([f"{root}/a", f"{root}/b[c]", f"{root}/missing"])
        files_for(fs).remove_many([])
        assert files_for(fs).list(root).files == ("bc",)

    def test_of_many_threads_exactly_one_wins_each_name(self, place: Place) -> None:
        fs, root = place
        start = ThreadBarrier(_THREADS)
        tokens = [new_token() for _ in range(_THREADS)]

        def attempt(path: str, worker: int) -> Outcome:
            start.wait()
            return _write(fs, path, b"body", tokens[worker])

        with _hasty_threads(), ThreadPoolExecutor(_THREADS) as pool:
            for index in range(_THREAD_KEYS):
                path = f"{root}/race/{index}"
                outcomes = list(pool.map(attempt, [path] * _THREADS, range(_THREADS)))
                assert sorted(outcomes) == ["lost"] * (_THREADS - 1) + ["won"]
                winner = tokens[outcomes.index("won")]
                assert _read(fs, path) == winner.encode() + b"\nbody"


class SharedCreateContract(CreateContract):
    """The same, and a race of processes; the file system must be picklable."""

    @pytest.fixture
    def doors(self, place: Place) -> list[Place]:
        """Ways to the folder of `place`; each must lead to the same one."""
        return [place]

    def test_of_many_processes_exactly_one_wins_each_name(
        self, place: Place, doors: list[Place]
    ) -> None:
        fs, root = place
        context = multiprocessing.get_context("spawn")
        start = context.Barrier(_PROCESSES)
        results = context.SimpleQueue()
        workers = [
            context.Process(target=_race, args=(*doors[index % len(doors)], start, results))
            for index in range(_PROCESSES)
        ]
        for worker in workers:
            worker.start()
        answers = [results.get() for _ in workers]
        for worker in workers:
            worker.join()
        assert [problem for _, problem in answers if problem] == []
        won = [wins for wins, _ in answers]
        for index in range(_PROCESS_KEYS):
            winners = [tokens[index] for tokens in won if index in tokens]
            assert len(winners) == 1, f"name {index} has {len(winners)} winners"
            assert _read(fs, f"{root}/race/{index}") == winners[0].encode() + b"\nbody"


@contextmanager
def _hasty_threads() -> Iterator[None]:
    """Lets Python change threads within a call, where a race would otherwise hardly ever show."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


def _race(fs: Any, root: str, start: Barrier, results: Any) -> None:
    won: dict[int, str] = {}
    problem = ""
    start.wait()
    try:
        for index in range(_PROCESS_KEYS):
            token = new_token()
            if _write(fs, f"{root}/race/{index}", b"body", token) == "won":
                won[index] = token
    except Exception as error:  # noqa: BLE001 the parent raises it
        problem = repr(error)
    results.put((won, problem))


def _write(fs: Any, path: str, body: bytes, token: str) -> Outcome:
    return create(fs, path, token.encode() + b"\n" + body, token)


def _read(fs: Any, path: str) -> bytes:
    body = dict(files_for(fs).read([path]))[path]
    assert isinstance(body, bytes), body
    return body

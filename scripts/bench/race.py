"""Who wins when eight processes create the same name: one, on every file system that counts.

    scripts/bench/race.py                      local disk, memory, moto
    scripts/bench/race.py --ceph --azure       and those testbeds, started and stopped again
    scripts/bench/race.py --nfs                and NFS 4.2 and 3 with two mounts, and FAT
    scripts/bench/race.py --all --json

For each, `create` of the store beside fsspec's own `pipe_file(mode="create")`, which is what one
would use without it. A key counts when exactly one process heard that it won and its bytes are in
place. Prints a table, or JSON lines.
"""

import json
import multiprocessing
import os
import shlex
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click
import fsspec

from armwright.store.create import create
from armwright.store.files import files_for
from armwright.store.token import new_token

REPOSITORY = Path(__file__).parent.parent.parent
COLUMNS = ("store", "call", "processes x keys", "one winner", "s", "loser sees")
Door = tuple[str, dict[str, Any], str]  # fsspec's protocol, its options, a folder


def race(doors: list[Door], call: str, processes: int, keys: int) -> dict[str, Any]:
    """Lets processes, or threads where nothing is shared, create the same names."""
    alone = doors[0][0] == "memory"
    context = multiprocessing.get_context("spawn")
    start = threading.Barrier(processes) if alone else context.Barrier(processes)
    results: Any = context.SimpleQueue()
    kind = threading.Thread if alone else context.Process
    workers = [
        kind(target=attempt, args=(doors[index % len(doors)], call, keys, start, results))
        for index in range(processes)
    ]
    for worker in workers:
        worker.start()
    answers = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    fs, folder = opened(doors[0])
    files = files_for(fs)
    paths = [f"{folder}/{index}" for index in range(keys)]
    bodies = dict(files.read(paths))
    good = 0
    for index, path in enumerate(paths):
        winners = [won[index] for won, _, _ in answers if index in won]
        good += len(winners) == 1 and bodies[path] == winners[0].encode()
    seen: Counter[str] = Counter()
    for _, losses, _ in answers:
        seen.update(losses)
    return {
        "call": call,
        "processes": processes,
        "keys": keys,
        "one winner": good,
        "s": round(max(seconds for _, _, seconds in answers), 1),
        "loser sees": ", ".join(f"{name} ({count})" for name, count in seen.most_common()),
    }


def attempt(door: Door, call: str, keys: int, start: Any, results: Any) -> None:
    """Creates every name; puts what was won, what a loss looked like, and how long it took."""
    fs, folder = opened(door)
    if call == "pipe_file" and not folder.startswith("/"):
        fs.ls(folder.partition("/")[0])  # so that all have their connection when the race begins
    won: dict[int, str] = {}
    losses: Counter[str] = Counter()
    start.wait()
    begun = time.monotonic()
    for index in range(keys):
        token, path = new_token(), f"{folder}/{index}"
        if call == "create":
            outcome = create(fs, path, token.encode(), token)
        else:
            try:
                fs.pipe_file(path, token.encode(), mode="create")
                outcome = "won"
            except Exception as error:  # noqa: BLE001 whatever it is, it goes into the table
                number = getattr(error, "errno", None)
                outcome = type(error).__name__ + (f" errno {number}" if number else "")
        if outcome == "won":
            won[index] = token
        else:
            losses[outcome] += 1
    results.put((won, losses, time.monotonic() - begun))


def opened(door: Door) -> tuple[Any, str]:
    """Returns a file system and the folder in it."""
    protocol, options, folder = door
    fs = fsspec.filesystem(protocol, **options)
    if folder.startswith("/"):
        fs.makedirs(folder, exist_ok=True)
    return fs, folder


def testbed(name: str, stack: ExitStack) -> dict[str, str]:
    """Starts a testbed if it is not up yet, and returns the variables that it says."""
    script = REPOSITORY / "scripts" / "testbeds" / f"{name}.sh"
    was_up = subprocess.run([script, "status"], capture_output=True, check=False).returncode == 0
    said = subprocess.run([script, "start"], stdout=subprocess.PIPE, text=True, check=True).stdout
    if not was_up:
        stack.callback(subprocess.run, [script, "stop"], check=True)
    words = [shlex.split(line)[1] for line in said.splitlines()]
    return dict(word.split("=", 1) for word in words)


def moto(stack: ExitStack) -> str:
    """Starts moto as the tests do; returns its address."""
    source = (REPOSITORY / "tests/store/conftest.py").read_text()
    code = source.split('MOTO = """')[1].split('"""')[0]
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    stack.callback(server.wait)
    assert server.stdin is not None  # noqa: S101
    assert server.stdout is not None  # noqa: S101
    stack.callback(server.stdin.close)
    return f"http://127.0.0.1:{int(server.stdout.readline())}"


def stores(chosen: set[str], stack: ExitStack) -> dict[str, list[Door]]:
    """Returns the doors to each store that was chosen."""
    unique = uuid.uuid4().hex
    found: dict[str, list[Door]] = {}
    if "nfs inside" in chosen:
        doors = [("file", {}, f"{os.environ[name]}/{unique}") for name in ("NFS_A", "NFS_B")]
        found[f"NFS {os.environ['NFS_VERS']}, two mounts"] = doors
        if "FAT_DIR" in os.environ:
            found["FAT"] = [("file", {}, f"{os.environ['FAT_DIR']}/{unique}")]
        return found
    disk = stack.enter_context(tempfile.TemporaryDirectory(dir=REPOSITORY))
    found["local disk"] = [("file", {}, disk)]
    found["memory (threads)"] = [("memory", {}, f"/{unique}")]
    keys = {"key": "testing", "secret": "testing", "endpoint_url": moto(stack)}
    fsspec.filesystem("s3", **keys).mkdir(f"b-{unique}")
    found["moto"] = [("s3", keys, f"b-{unique}/f")]
    if "ceph" in chosen:
        said = testbed("s3", stack)
        keys = {"key": said["AWS_ACCESS_KEY_ID"], "secret": said["AWS_SECRET_ACCESS_KEY"]}
        gates = [said["ARMWRIGHT_TEST_S3_ENDPOINT"], said["ARMWRIGHT_TEST_S3_ENDPOINT_2"]]
        folder = f"{said['ARMWRIGHT_TEST_S3_BUCKET']}/{unique}"
        one, two = ({**keys, "endpoint_url": gate} for gate in gates)
        found["Ceph"] = [("s3", one, f"{folder}-1")]
        found["Ceph, two gateways"] = [("s3", one, f"{folder}-2"), ("s3", two, f"{folder}-2")]
    if "azure" in chosen:
        said = testbed("azure", stack)
        options = {"connection_string": said["AZURE_STORAGE_CONNECTION_STRING"]}
        found["Azurite"] = [("az", options, f"{said['ARMWRIGHT_TEST_AZURE']}/{unique}")]
    return found


def show(row: dict[str, Any], *, as_json: bool) -> None:
    """Prints one line."""
    if as_json:
        print(json.dumps(row), flush=True)
        return
    shape = f"{row['processes']} x {row['keys']}"
    winners = f"{row['one winner']} / {row['keys']}"
    cells = (row["store"], row["call"], shape, winners, str(row["s"]), row["loser sees"])
    print("| " + " | ".join(cells) + " |", flush=True)


@click.command()
@click.option("--ceph", is_flag=True, help="A real S3 server, with one gateway and with two.")
@click.option("--azure", is_flag=True, help="Azurite.")
@click.option("--nfs", is_flag=True, help="NFS 4.2 and 3 and FAT, inside User Mode Linux.")
@click.option("--all", "everything", is_flag=True)
@click.option("--inside", is_flag=True, hidden=True, help="We are inside that Linux.")
@click.option("--processes", default=8, show_default=True)
@click.option("--keys", default=200, show_default=True)
@click.option("--json", "as_json", is_flag=True)
def main(
    ceph: bool,  # noqa: FBT001 click gives them by name
    azure: bool,  # noqa: FBT001
    nfs: bool,  # noqa: FBT001
    everything: bool,  # noqa: FBT001
    inside: bool,  # noqa: FBT001
    processes: int,
    keys: int,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Prints the race table."""
    flags = {"ceph": ceph, "azure": azure, "nfs": nfs}
    chosen = {name for name, on in flags.items() if on or everything}
    if not as_json and not inside:
        print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS), flush=True)
    with ExitStack() as stack:
        for store, doors in stores({"nfs inside"} if inside else chosen, stack).items():
            for call in ("create", "pipe_file"):
                apart = [(name, options, f"{folder}-{call}") for name, options, folder in doors]
                row = {"store": store, **race(apart, call, processes, keys)}
                show(row, as_json=as_json)
    if "nfs" in chosen:
        script = REPOSITORY / "scripts" / "testbeds" / "nfs.sh"
        again = [sys.executable, __file__, "--inside", f"--processes={processes}"]
        again += [f"--keys={keys}", *(["--json"] if as_json else [])]
        subprocess.run([script, "run", *again], check=True)


if __name__ == "__main__":
    main()

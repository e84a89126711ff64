"""What is written about a process, and when it is another one."""

import json
import os
import subprocess
import sys

from armwright.store.writer import current_writer, who

WRITE = """
import json
from armwright.store.writer import current_writer
print(json.dumps(current_writer().document()))
"""


def written_with(**environ):
    done = subprocess.run(
        [sys.executable, "-c", WRITE],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_a_process_is_one_writer_and_another_process_another():
    assert current_writer() is current_writer()
    assert written_with()["id"] != current_writer().id
    assert current_writer().pid == os.getpid()


def test_a_slurm_job_is_named_with_its_restarts():
    writer = written_with(SLURM_JOB_ID="4711", SLURM_RESTART_COUNT="2")
    assert (writer["slurm_job_id"], writer["slurm_restart_count"]) == ("4711", 2)
    assert "slurm_job_id" not in written_with(SLURM_JOB_ID="")
    assert "slurm_restart_count" not in written_with(SLURM_RESTART_COUNT="many")


def test_a_fork_is_another_writer_and_makes_other_names():
    code = """
import os
from armwright.store.ulid import new_ulid
from armwright.store.writer import current_writer
mine, name = current_writer().id, new_ulid()
if os.fork() == 0:
    print(current_writer().id, new_ulid(), current_writer().pid == os.getpid(), flush=True)
    os._exit(0)
os.wait()
print(mine, new_ulid(), True)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    child, parent = (line.split() for line in done.stdout.splitlines())
    assert child[0] != parent[0]
    assert child[1] != parent[1]
    assert child[2] == parent[2] == "True"


def test_a_writer_is_named_by_host_and_process():
    assert who({"host": "gpu17", "pid": 48211}) == "gpu17.48211"

"""The routes over HTTP."""

import base64
import json
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest

from armwright import sigopt
from armwright.sigopt.bridge import main, serving


@pytest.fixture
def bridge():
    with serving() as bridge:
        yield bridge


@pytest.fixture
def ask(bridge):
    """Asks for something; returns the status and what was answered."""

    def ask(method, path, body=None, token=bridge.token):
        word = base64.b64encode(f"{token}:".encode()).decode()
        request = urllib.request.Request(  # noqa: S310 - an address of our own
            f"{bridge.url}{path}",
            data=body if isinstance(body, bytes | None) else json.dumps(body).encode(),
            headers={"Authorization": f"Basic {word}"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310
                content = answer.read()
                return answer.status, json.loads(content) if content else None
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())

    return ask


def test_what_is_asked_is_answered(ask):
    status, body = ask("GET", "/v1/tokens/self")
    assert (status, body["client"]) == (200, "1")


def test_an_experiment_is_made_and_read(ask):
    x = {"name": "x", "type": "double", "bounds": {"min": 0, "max": 1}}
    _, made = ask("POST", "/v1/experiments", {"name": "e", "parameters": [x], "metrics": ["y"]})
    assert ask("GET", f"/v1/experiments/{made['id']}") == (200, made)


def test_fields_may_be_in_the_address(ask, ended):
    experiment = ended([{"y": 1.0}, {"y": 2.0}, {"y": 3.0}])
    chosen = "%5B%7B%22field%22%3A%22experiment%22%2C%22value%22%3A%22" + experiment.id
    path = f"/v1/clients/1/projects/tests/training_runs?limit=2&filters={chosen}%22%7D%5D"
    status, body = ask("GET", path)
    assert (status, len(body["data"]), body["count"]) == (200, 2, 3)


def test_a_run_is_merged(ask, run):
    status, body = ask("MERGE", f"/v1/training_runs/{run.id}", {"metadata": {"k": 1}})
    assert (status, body["metadata"]) == (200, {"k": 1})


def test_nothing_to_answer_is_no_content(ask, run):
    assert ask("DELETE", f"/v1/training_runs/{run.id}") == (204, None)
    assert sigopt.get_run(run.id).deleted is True


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "problem"),
    [
        ("GET", "/v1/experiments/7", None, 404, "there is no experiment"),
        ("GET", "/v1/strange", None, 404, "there is no GET of strange"),
        ("GET", "/v2/tokens/self", None, 404, "paths begin with v1"),
        ("POST", "/v1/experiments", {"strange": 1}, 400, "unknown key"),
        ("POST", "/v1/experiments", b"{", 400, "should be a JSON object"),
        ("POST", "/v1/experiments", b"[1]", 400, "should be a JSON object"),
    ],
)
def test_what_is_refused_says_why(ask, method, path, body, status, problem):
    found, answer = ask(method, path, body)
    assert found == status
    assert problem in answer["message"]


@pytest.mark.parametrize("token", ["", "guess"])
def test_whoever_has_not_the_token_is_refused(ask, token):
    status, body = ask("GET", "/v1/tokens/self", token=token)
    assert status == 401
    assert "for the command" in body["message"]


def test_of_a_stranger_nothing_is_read_but_the_head(bridge):
    head = b"POST /v1/experiments HTTP/1.1\r\nAuthorization: Basic \xff\r\n"
    with socket.create_connection(("127.0.0.1", urlsplit(bridge.url).port), timeout=200) as line:
        line.sendall(head + b"Content-Length: 1000000\r\n\r\n")
        assert line.recv(100).startswith(b"HTTP/1.1 401 ")


def test_a_client_that_goes_away_before_its_answer_leaves_no_word(bridge, capfd):
    word = base64.b64encode(f"{bridge.token}:".encode())
    request = b"GET /v1/tokens/self HTTP/1.1\r\nAuthorization: Basic " + word + b"\r\n\r\n"
    for _ in range(20):
        line = socket.create_connection(("127.0.0.1", urlsplit(bridge.url).port))
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        line.sendall(request)
        line.close()
    with urllib.request.urlopen(  # noqa: S310 - an address of our own
        urllib.request.Request(  # noqa: S310
            f"{bridge.url}/v1/tokens/self", headers={"Authorization": f"Basic {word.decode()}"}
        )
    ) as answer:
        assert answer.status == 200
    assert capfd.readouterr().err == ""


def test_a_store_that_cannot_be_reached_is_unavailable(ask, tmp_path):
    (tmp_path / "file").write_text("no folder")
    sigopt.set_store(tmp_path / "file")
    status, body = ask("GET", "/v1/clients/1/projects/tests")
    assert status == 503
    assert "file" in body["message"]


def test_the_environment_leads_the_official_client_here(bridge, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "a.example")
    found = bridge.environment
    assert (found["SIGOPT_API_URL"], found["SIGOPT_API_TOKEN"]) == (bridge.url, bridge.token)
    assert found["NO_PROXY"] == "a.example,127.0.0.1"


def test_nobody_answers_once_it_is_over():
    with serving() as bridge:
        pass
    with pytest.raises(urllib.error.URLError, match="refused"):
        urllib.request.urlopen(f"{bridge.url}/v1/tokens/self")  # noqa: S310


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["sh", "-c", "exit 3"], 3, ""),
        (["sh", "-c", "kill -9 $$"], 137, ""),
        (["./none"], 127, "error: there is no command './none'\n"),
        (["./script"], 126, "error: cannot start './script': permission denied\n"),
    ],
)
def test_the_exit_code_is_the_one_that_a_shell_gives(
    words, code, said, tmp_path, monkeypatch, capfd
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "script").write_text("exit 0")
    assert main(words) == code
    assert capfd.readouterr().err == said


@pytest.mark.parametrize("length", ["100000001", "-1", "many"])
def test_of_a_request_that_is_too_long_nothing_is_read(bridge, length):
    word = base64.b64encode(f"{bridge.token}:".encode()).decode()
    head = f"POST /v1/experiments HTTP/1.1\r\nAuthorization: Basic {word}\r\n"
    with socket.create_connection(("127.0.0.1", urlsplit(bridge.url).port), timeout=200) as line:
        line.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode())
        assert line.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_bridge_that_is_asked_to_end_asks_its_command(tmp_path):
    program = (
        "import pathlib, signal, sys, time\n"
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(9))\n"
        "pathlib.Path('begun').touch()\n"
        "while True:\n    time.sleep(0.05)\n"
    )
    words = [sys.executable, "-m", "armwright.sigopt.bridge", sys.executable, "-c", program]
    bridge = subprocess.Popen(words, cwd=tmp_path)
    while not (tmp_path / "begun").exists():
        assert bridge.poll() is None
        time.sleep(0.05)
    bridge.terminate()
    assert bridge.wait() == 9

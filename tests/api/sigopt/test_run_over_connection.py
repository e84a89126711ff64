"""Runs that say what they say to the driver of a connection."""

import http.server
import sys
import threading

import numpy as np
import pytest

from armwright import sigopt
from armwright.sigopt.file_utils import create_api_image_payload, get_blob_properties
from armwright.sigopt.run_context import RunContext, allow_state_update
from armwright.sigopt.store_driver import StoreDriver

QUIET = {"X-Response-Content": "skip"}


class Noting:
    """Our store's driver, which notes what it is asked for."""

    def __init__(self):
        self.asked = []
        self._store = StoreDriver()

    def request(self, method, path, data, headers):
        self.asked.append((method, path, data, headers))
        return self._store.request(method, path, data, headers)


@pytest.fixture
def driver():
    return Noting()


@pytest.fixture
def over(driver, experiment):
    """A run of an experiment, over a connection."""
    connection = sigopt.Connection(driver=lambda: driver)
    record = connection.aiexperiments(experiment.id).training_runs().create(name="over")
    run = RunContext(connection, record)
    driver.asked.clear()
    return run


def now(run):
    return sigopt.get_run(run.id)


def test_a_run_is_what_the_connection_says(over, experiment):
    assert over.experiment == experiment.id
    assert dict(over.params) == now(over).assignments
    with pytest.raises(ValueError, match="suggested"):
        over.params.x = 1


SAID = {
    "a metric": (lambda r: r.log_metric("y", 1), {"values": {"y": {"value": 1}}}),
    "a metric with its error": (
        lambda r: r.log_metric("y", 1, 0.5),
        {"values": {"y": {"value": 1, "value_stddev": 0.5}}},
    ),
    "metadata": (lambda r: r.log_metadata("a", []), {"metadata": {"a": "[]"}}),
    "a data set": (lambda r: r.log_dataset("d"), {"datasets": {"d": {}}}),
    "a model": (lambda r: r.log_model("m"), {"model": {"type": "m"}}),
    "a parameter": (lambda r: r.params.update(k=3), {"assignments": {"k": 3}}),
    "logs": (lambda r: r.set_logs({"stdout": "s"}), {"logs": {"stdout": {"content": "s"}}}),
    "a source": (
        lambda r: r.set_parameter_source("k", "s"),
        {"assignments_meta": {"k": {"source": "s"}}},
    ),
    "a failure": (lambda r: r.log_failure(), {"state": "failed"}),
}


@pytest.mark.parametrize(("say", "body"), SAID.values(), ids=SAID)
def test_each_thing_said_is_one_request(over, driver, say, body):
    say(over)
    assert driver.asked == [("MERGE", ["training_runs", over.id], body, QUIET)]


def test_what_is_said_reaches_the_store(over):
    over.log_metric("y", 2, 0.5)
    over.log_checkpoint({"y": 1, "z": None})
    over.log_dataset("d")
    over.set_logs({"stdout": "s"})
    over.end()
    found = now(over)
    assert (found.values["y"].value, found.values["y"].value_stddev) == (2, 0.5)
    assert (found.checkpoint_count, list(found.datasets)) == (1, ["d"])
    assert (found.state, found.logs) == ("completed", {"stdout": "s"})


def test_a_block_that_raises_fails_the_run(over):
    with pytest.raises(KeyError, match="boom"), over:
        raise KeyError("boom")
    assert now(over).state == "failed"


def test_an_end_moves_the_state_up_alone(over):
    over.log_failure()
    over.end()
    assert now(over).state == "failed"


@pytest.mark.parametrize("old", ["active", "completed", "failed"])
def test_states_go_up_alone(old):
    order = ["active", "completed", "failed"]
    for new in order:
        assert allow_state_update(new, old) == (order.index(new) > order.index(old))


def test_a_picture_goes_where_the_driver_says(over, driver, monkeypatch):
    got = {}

    class Server(http.server.BaseHTTPRequestHandler):
        def do_PUT(self):
            got["body"] = self.rfile.read(int(self.headers["Content-Length"]))
            got["word"] = self.headers["X-Word"]
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/there"
    upload = {"method": "PUT", "url": url, "headers": {"X-Word": "w"}}
    asked = []

    def request(*words):
        asked.append(words)
        return {"upload": upload}

    monkeypatch.setattr(driver, "request", request)
    over.log_image(np.zeros((2, 2)), name="black")
    server.shutdown()
    server.server_close()
    ((method, path, body, _),) = asked
    assert (method, path) == ("POST", ["training_runs", over.id, "files"])
    assert (body["name"], body["content_type"]) == ("black", "image/png")
    assert body["content_length"] == len(got["body"])
    assert got["body"][:4] == b"\x89PNG"
    assert got["word"] == "w"


def test_a_file_for_our_store_needs_no_requests_and_goes_past_proxies(experiment, monkeypatch):
    monkeypatch.setitem(sys.modules, "requests", None)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    connection = sigopt.Connection()
    run = RunContext(connection, connection.aiexperiments(experiment.id).training_runs().create())
    run.log_image(np.zeros((2, 2)), name="black")
    assert len(now(run).files) == 1


def test_a_payload_has_the_path_of_a_file(tmp_path):
    path = str(tmp_path / "a.svg")
    with open(path, "wb") as file:  # noqa: PTH123 - a path as callers have it
        file.write(b"<svg/>")
    found = create_api_image_payload(path)
    assert found is not None
    assert (found[0], found[1].read(), found[2]) == (path, b"<svg/>", "image/svg+xml")
    assert get_blob_properties(found[1]) == (6, "Z3QzoIkqrte30mKMMTyXdQ==")

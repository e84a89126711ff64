"""The driver over HTTP, on our own bridge and on a server that answers as it is told."""

import json
import subprocess
import sys
import threading
import traceback
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import requests

from armwright import sigopt
from armwright.sigopt import request_driver
from armwright.sigopt.bridge import serving
from armwright.sigopt.config import config
from armwright.sigopt.exception import (
    ApiException,
    ConflictingProjectException,
    ConnectionException,
    ProjectNotFoundException,
)
from armwright.sigopt.ratelimit import FailedStatusRateLimit, failed_status_rate_limit
from armwright.sigopt.request_driver import RequestDriver

TOKEN = "some-token"  # noqa: S105 - nobody's
X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}
FIELDS = {"name": "e", "type": "random", "parameters": [X], "metrics": [{"name": "y"}]}


@pytest.fixture
def bridge():
    with serving() as bridge:
        yield bridge


@pytest.fixture
def connection(bridge):
    """A connection over HTTP to our store, served by our bridge."""
    return sigopt.Connection(driver="http", client_token=bridge.token, api_url=bridge.url)


@pytest.fixture
def factory(connection):
    return sigopt.SigOptFactory("tests", connection=connection)


class Told:
    """What a server is to answer, first to last, and what it was asked."""

    def __init__(self):
        self.answers = []
        self.asked = []


@pytest.fixture
def told():
    """A server on this machine that answers as it is told; with its address."""
    told = Told()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self):
            length = int(self.headers.get("Content-Length") or 0)
            told.asked.append(
                (self.command, self.path, dict(self.headers), self.rfile.read(length))
            )
            status, content = told.answers.pop(0)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = do_MERGE = do_DELETE = _answer

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_address[1]}"
    told.driver = RequestDriver("token", api_url=told.url, timeout=30)
    yield told
    told.driver.session.close()
    server.shutdown()
    server.server_close()
    thread.join()
    failed_status_rate_limit.clear()


@pytest.fixture
def slept(monkeypatch):
    """How long was slept, without sleeping."""
    slept = []
    monkeypatch.setattr("time.sleep", slept.append)
    return slept


def test_an_experiment_is_made_run_and_judged_over_http(factory):
    experiment = factory.create_experiment(**FIELDS, budget=3)
    for run in experiment.loop():
        with run:
            run.log_metric("y", run.params.x)
    best = next(iter(experiment.get_best_runs()))
    assert experiment.is_finished()
    assert best.values["y"].value == max(r.assignments["x"] for r in experiment.get_runs())


def test_what_is_made_over_http_is_in_the_store(factory):
    made = factory.create_experiment(**FIELDS, metadata={"k": 1})
    assert sigopt.get_experiment(made.id).metadata["k"] == 1


def test_the_core_api_works_over_http(connection):
    made = connection.experiments().create(
        name="e", parameters=[X], metrics=["y"], observation_budget=2
    )
    resource = connection.experiments(made.id)
    suggestion = resource.suggestions().create()
    resource.observations().create(
        suggestion=suggestion.id, values=[{"name": "y", "value": np.float64(2)}]
    )
    assert resource.fetch().progress.observation_count == 1
    (best,) = resource.best_assignments().fetch().iterate_pages()
    assert best.value == 2


def test_the_calls_of_the_module_follow_a_shared_connection_over_http(
    connection, monkeypatch, bridge
):
    monkeypatch.setattr(sigopt.interface, "_global_connection", connection)
    asked = []
    request = connection.impl.driver.session.request
    monkeypatch.setattr(
        connection.impl.driver.session,
        "request",
        lambda **fields: asked.append(fields["url"]) or request(**fields),
    )
    made = sigopt.create_experiment(**FIELDS)
    assert sigopt.get_experiment(made.id).id == made.id
    assert asked[-1] == f"{bridge.url}/v1/aiexperiments/{made.id}"


def test_a_run_outside_experiments_over_http(factory):
    with factory.create_run("alone", metadata={"k": 1}) as run:
        run.params.lr = 0.1
        run.log_metric("loss", 2)
    found = factory.get_run(run.id)
    assert (found.name, found.state, dict(found.assignments)) == ("alone", "completed", {"lr": 0.1})


def test_a_picture_is_sent_over_http(factory):
    run = factory.create_experiment(**FIELDS).create_run()
    run.log_image(np.zeros((4, 4)), name="dark")
    assert len(sigopt.get_run(run.id).files) == 1


def test_archiving_and_back_over_http(factory):
    experiment = factory.create_experiment(**FIELDS)
    run = experiment.create_run()
    factory.archive_run(run.id)
    archived = factory.get_run(run.id).deleted
    factory.unarchive_run(run.id)
    factory.archive_experiment(experiment.id)
    experiment.refresh()
    state = experiment.state
    factory.unarchive_experiment(experiment.id)
    experiment.refresh()
    assert (archived, factory.get_run(run.id).deleted) == (True, False)
    assert (state, experiment.state) == ("deleted", "active")


def test_an_update_over_http_is_read_back(factory):
    experiment = factory.create_experiment(**FIELDS)
    parameters = experiment.parameters
    parameters[0].bounds.max = 5
    assert experiment.update(parameters=parameters).parameters[0].bounds.max == 5
    assert experiment.parameters[0].bounds.max == 5
    assert sigopt.get_experiment(experiment.id).parameters[0].bounds.max == 5


def test_runs_are_uploaded_in_batches_over_http(factory):
    runs = [{"state": "completed", "assignments": {"x": n}} for n in range(5)]
    uploaded = factory.upload_runs(runs, 2)
    assert [factory.get_run(run.id).assignments["x"] for run in uploaded] == list(range(5))


def test_a_project_that_is_there_is_a_conflict_over_http(factory):
    factory.create_project("fresh")
    with pytest.raises(ConflictingProjectException, match="fresh"):
        factory.create_project("fresh")


def test_a_project_that_a_server_does_not_know_is_not_found(told):
    told.answers += [(200, b'{"client": "1"}'), (404, b'{"message": "no"}')]
    connection = sigopt.Connection(driver=lambda: told.driver)
    with pytest.raises(ProjectNotFoundException, match="there is no project 'p'"):
        sigopt.SigOptFactory("p", connection=connection).create_run()


def test_a_refusal_over_http_has_its_status_and_words(connection):
    with pytest.raises(ApiException, match="there is no experiment '7'") as caught:
        connection.experiments(7).fetch()
    assert caught.value.status_code == 404


def test_a_wrong_token_is_refused(bridge):
    connection = sigopt.Connection(driver="http", client_token=TOKEN, api_url=bridge.url)
    with pytest.raises(ApiException, match="for the command") as caught:
        connection.tokens("self").fetch()
    assert caught.value.status_code == 401


def test_a_server_that_is_not_there_cannot_be_reached():
    with serving() as gone:
        pass
    connection = sigopt.Connection(driver="http", client_token=TOKEN, api_url=gone.url)
    with pytest.raises(ConnectionException, match=f"cannot reach {gone.url}/v1/tokens/self"):
        connection.tokens("self").fetch()


@pytest.mark.parametrize("host", ["127.0.0.1:9", "[bad"])
def test_neither_message_nor_traceback_shows_the_credentials_of_an_address(host):
    url = f"http://ada:hunter2@{host}"
    connection = sigopt.Connection(driver="http", client_token=TOKEN, api_url=url)
    with pytest.raises(ConnectionException, match="cannot reach http://") as caught:
        connection.tokens("self").fetch()
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def test_the_environment_says_where_and_who(bridge, monkeypatch):
    for name, value in bridge.environment.items():
        monkeypatch.setenv(name, value)
    assert sigopt.Connection(driver="http").tokens("self").fetch().client == "1"


def test_without_a_token_there_is_no_connection_over_http(monkeypatch):
    monkeypatch.delenv("SIGOPT_API_TOKEN", raising=False)
    monkeypatch.setattr(config, "_choices", {})
    with pytest.raises(ValueError, match="needs a client_token, or SIGOPT_API_TOKEN"):
        sigopt.Connection(driver="http")


def test_a_token_with_an_address_goes_there(bridge):
    connection = sigopt.Connection(client_token=bridge.token, api_url=bridge.url)
    assert isinstance(connection.impl.driver, RequestDriver)


def test_a_token_alone_stays_with_the_store(monkeypatch):
    monkeypatch.setenv("SIGOPT_API_URL", "https://api.sigopt.example")
    assert sigopt.Connection(client_token=TOKEN).tokens("self").fetch().client == "1"


def test_fields_of_a_fetch_are_in_the_address(told):
    told.answers.append((200, b"{}"))
    told.driver.request("get", ["a", 1], {"limit": 3, "filters": [{"f": 1}], "none": None}, None)
    method, path, headers, body = told.asked[0]
    assert (method, body) == ("GET", b"")
    assert path == "/v1/a/1?limit=3&filters=%5B%7B%22f%22%3A1%7D%5D"
    assert headers["Authorization"] == "Basic dG9rZW46"
    assert headers["User-Agent"] == "sigopt-python/8.8.3"


def test_fields_of_a_change_are_in_the_body(told):
    told.answers.append((200, b'{"k": 1}'))
    asked = {"n": np.int64(3), "m": None}
    answer = told.driver.request("MERGE", ["a"], asked, {"X-Response-Content": "skip"})
    assert answer == {"k": 1}
    assert json.loads(told.asked[0][3]) == {"n": 3, "m": None}
    assert told.asked[0][2]["X-Response-Content"] == "skip"


def test_no_content_is_none(told):
    told.answers.append((204, b""))
    assert told.driver.request("DELETE", ["a"], {}, None) is None


def test_an_answer_that_is_no_json_is_an_error_of_the_server(told):
    told.answers.append((200, b"<html>"))
    with pytest.raises(ApiException, match="<html>") as caught:
        told.driver.request("GET", ["a"], None, None)
    assert caught.value.status_code == 500


def test_a_refusal_that_is_no_json_keeps_its_status(told):
    told.answers.append((502, b"bad gateway"))
    with pytest.raises(ApiException, match="bad gateway") as caught:
        told.driver.request("GET", ["a"], None, None)
    assert caught.value.status_code == 502


def test_a_server_that_is_busy_is_asked_again(told, slept):
    told.answers += [(429, b"{}"), (429, b"{}"), (200, b'{"k": 1}')]
    assert told.driver.request("GET", ["a"], None, None) == {"k": 1}
    assert len(slept) == 2


def test_a_server_that_stays_busy_is_given_up(told):
    told.driver.timeout = -1
    told.driver.session.request = lambda **_: type("R", (), {"status_code": 429, "text": "{}"})
    with pytest.raises(ApiException, match="429"):
        told.driver.request("GET", ["a"], None, None)


def test_many_refusals_in_a_row_are_slowed_down(slept):
    limit = FailedStatusRateLimit(2)
    for _ in range(4):
        limit.increment_and_check()
    assert len(slept) == 2
    limit.clear()
    limit.increment_and_check()
    assert len(slept) == 2


def test_what_the_program_says_of_itself_is_sent(told, monkeypatch):
    monkeypatch.setattr(config, "_entries", {})
    config.set_user_agent_info(["a", "b"])
    told.answers.append((200, b"{}"))
    told.driver.request("GET", ["a"], None, None)
    assert told.asked[0][2]["User-Agent"] == "sigopt-python/8.8.3 (a; b)"


def test_a_connection_that_has_idled_is_not_used_again():
    from armwright.sigopt.urllib3_patch import ExpiringHTTPConnectionPool

    pool = ExpiringHTTPConnectionPool("127.0.0.1", expiration_seconds=0)
    first = pool._get_conn()
    pool._put_conn(first)
    assert pool._get_conn() is not first
    pool.close()


def test_a_connection_that_was_just_used_is_used_again():
    from armwright.sigopt.urllib3_patch import ExpiringHTTPSConnectionPool

    pool = ExpiringHTTPSConnectionPool("127.0.0.1", expiration_seconds=600)
    first = pool._get_conn()
    pool._put_conn(first)
    assert pool._get_conn() is first
    pool.close()


@pytest.mark.parametrize(
    ("setting", "found"),
    [
        ({}, None),
        ({"SIGOPT_API_VERIFY_SSL_CERTS": "/ca"}, "/ca"),
        ({"SIGOPT_API_VERIFY_SSL_CERTS": "/ca", "SIGOPT_API_NO_VERIFY_SSL_CERTS": "1"}, False),
    ],
)
def test_the_environment_says_whom_to_trust(setting, found, monkeypatch):
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    assert RequestDriver("t").verify_ssl_certs == found


def test_without_requests_it_says_what_to_install():
    program = (
        "import sys; sys.modules['requests'] = None\n"
        "from armwright import sigopt\n"
        "try:\n    sigopt.Connection(driver='http', client_token='t')\n"
        "except ImportError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == (
        "a connection over HTTP needs requests: pip install 'armwright[http]'\n"
    ), done.stderr


def test_a_connection_to_the_store_loads_no_requests():
    program = (
        "import sys; from armwright import sigopt; sigopt.Connection()\n"
        "print('requests' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "False\n", done.stderr


def test_where_it_goes_by_default_is_the_service():
    assert request_driver.DEFAULT_API_URL == "https://api.sigopt.com"


def test_a_picture_is_had_back_over_http(factory):
    run = factory.create_experiment(**FIELDS).create_run()
    run.log_image(np.zeros((4, 4)), name="dark")
    (ident,) = factory.get_run(run.id).files
    file = factory.connection.files(ident).fetch()
    assert (file.name, file.content_type) == ("dark", "image/png")
    content = requests.get(file.download.url, timeout=30).content
    assert content.startswith(b"\x89PNG")
    assert len(content) == file.content_length


def test_a_loop_over_http_tells_of_each_run_and_of_what_others_measured(factory):
    said = []

    class Notes:
        """Notes what it is told."""

        def on_trial_end(self, event):
            said.append((event.state, *(values["y"][0] for values in event.results.values())))

        def on_new_incumbent(self, event):
            said.append(("best", event.values["y"]))

    experiment = factory.create_experiment(**{**FIELDS, "budget": 4})
    for run, value in zip(experiment.loop(callbacks=[Notes()]), (3, 1, 9), strict=True):
        with run:
            run.log_metric("y", value)
        if value == 3:
            with sigopt.get_experiment(experiment.id).create_run() as other:
                other.log_metric("y", 5)
    assert said == [("completed", 3.0), ("completed", 1.0), ("completed", 9.0), ("best", 9.0)]

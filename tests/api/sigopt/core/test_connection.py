"""Connections, their drivers, and the objects they hand out."""

import copy
import pickle

import numpy as np
import pytest

from armwright import sigopt
from armwright.sigopt import objects
from armwright.sigopt.endpoint import BoundApiEndpoint
from armwright.sigopt.exception import ApiException, ConnectionException, SigOptException
from armwright.sigopt.interface import ConnectionImpl
from armwright.sigopt.objects import (
    ApiObject,
    Assignments,
    Bounds,
    Experiment,
    Observation,
    Pagination,
    Parameter,
)
from armwright.sigopt.resource import BoundApiResource, PartiallyBoundApiResource


class Recorder:
    """A driver that notes what is asked, and gives one answer."""

    def __init__(self, answer=None):
        self.asked = []
        self.answer = {} if answer is None else answer

    def request(self, method, path, data, headers):
        self.asked.append((method, path, data, headers))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.mark.parametrize(
    ("call", "method", "path"),
    [
        (lambda c: c.clients(1).fetch, "GET", ["clients", 1]),
        (lambda c: c.clients(1).experiments().fetch, "GET", ["clients", 1, "experiments"]),
        (lambda c: c.clients(1).projects().create, "POST", ["clients", 1, "projects"]),
        (lambda c: c.experiments().create, "POST", ["experiments"]),
        (lambda c: c.experiments("2").update, "PUT", ["experiments", "2"]),
        (lambda c: c.experiments(2).delete, "DELETE", ["experiments", 2]),
        (
            lambda c: c.experiments(2).suggestions().create,
            "POST",
            ["experiments", 2, "suggestions"],
        ),
        (
            lambda c: c.experiments(2).suggestions(3).fetch,
            "GET",
            ["experiments", 2, "suggestions", 3],
        ),
        (
            lambda c: c.experiments(2).observations().create_batch,
            "POST",
            ["experiments", 2, "observations", "batch"],
        ),
        (lambda c: c.experiments(2).tokens().create, "POST", ["experiments", 2, "tokens"]),
        (lambda c: c.tokens("self").fetch, "GET", ["tokens", "self"]),
        (lambda c: c.organizations().fetch, "GET", ["organizations"]),
        (lambda c: c.pki_sessions().create, "POST", ["pki_sessions"]),
        (lambda c: c.training_runs(9).delete, "DELETE", ["training_runs", 9]),
    ],
)
def test_a_call_asks_the_driver(call, method, path):
    driver = Recorder()
    call(ConnectionImpl(driver))(a=1)
    assert driver.asked == [(method, path, {"a": 1}, None)]


def test_a_call_takes_its_fields_as_a_dict_or_as_json():
    driver = Recorder()
    fetch = ConnectionImpl(driver).experiments().fetch
    fetch.call_with_params({"limit": 1})
    fetch.call_with_json('{"limit": 2}')
    assert [asked[2] for asked in driver.asked] == [{"limit": 1}, {"limit": 2}]


def test_resources_and_calls_can_be_kept():
    experiments = ConnectionImpl(Recorder()).experiments
    assert isinstance(experiments(1), BoundApiResource)
    assert isinstance(experiments().observations, PartiallyBoundApiResource)
    assert isinstance(experiments().fetch, BoundApiEndpoint)
    assert isinstance(experiments(1).get_bound_entity("observations"), PartiallyBoundApiResource)


def test_what_is_not_there_is_named_with_what_is():
    with pytest.raises(AttributeError, match=r"experiments/1 has no 'suggest'; it has create"):
        _ = ConnectionImpl(Recorder()).experiments(1).suggest


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"id": "1"}, Experiment),
        ({"object": "pagination", "data": []}, Pagination),
        (None, type(None)),
    ],
)
def test_an_answer_is_wrapped_as_what_it_is(answer, kind):
    driver = Recorder()
    driver.answer = answer
    assert type(ConnectionImpl(driver).experiments().fetch()) is kind


def test_deleting_answers_nothing():
    assert ConnectionImpl(Recorder({"a": 1})).experiments(1).delete() is None


def test_an_error_of_ours_is_passed_on():
    error = ApiException({"message": "no"}, 400)
    with pytest.raises(ApiException, match="no") as caught:
        ConnectionImpl(Recorder(error)).experiments(1).fetch()
    assert caught.value is error


def test_any_other_error_of_a_driver_is_a_sigopt_exception():
    with pytest.raises(SigOptException, match="broken") as caught:
        ConnectionImpl(Recorder(KeyError("broken"))).experiments(1).fetch()
    assert isinstance(caught.value.__cause__, KeyError)


@pytest.mark.parametrize("driver", [None, "store", "lite"])
def test_drivers_that_need_no_server_are_our_store(driver, create):
    connection = sigopt.Connection(driver=driver)
    assert connection.experiments(create().id).fetch().name == "e"


def test_an_unknown_driver_is_refused():
    with pytest.raises(ValueError, match=r"driver should be one of .* got 'smtp'"):
        sigopt.Connection(driver="smtp")


def test_a_driver_may_be_a_callable_that_takes_the_rest():
    taken = []

    def make(*args, **kwargs):
        taken.append((args, kwargs))
        return Recorder()

    sigopt.Connection(1, driver=make, two=2)
    assert taken == [((1,), {"two": 2})]


@pytest.mark.parametrize(
    "fields",
    [
        {"client_token": "t"},
        {"headers": {}, "proxies": {}, "timeout": 3},
        {"client_ssl_certs": "c", "session": object(), "api_url": "https://a"},
        {"compute_mode": "default"},
    ],
)
def test_what_a_connection_over_the_network_takes_is_accepted(fields):
    assert sigopt.Connection(**fields).tokens("self").fetch().client == "1"


def test_what_is_set_on_a_connection_is_kept():
    connection = sigopt.Connection("token")
    connection.set_api_url("https://a")
    connection.set_timeout(30)
    connection.set_proxies({"http": "p"})
    connection.set_verify_ssl_certs(False)
    connection.set_client_ssl_certs("c")
    connection.set_client_token("u")
    driver = connection.impl.driver
    assert (driver.api_url, driver.timeout, driver.proxies) == ("https://a", 30, {"http": "p"})
    assert (driver.verify_ssl_certs, driver.client_ssl_certs) == (False, "c")
    assert driver.auth.username == "u"


@pytest.mark.parametrize(
    ("variable", "read"),
    [
        ("SIGOPT_API_TOKEN", lambda driver: driver.auth.username),
        ("SIGOPT_API_URL", lambda driver: driver.api_url),
    ],
)
def test_what_the_environment_says_of_the_service_can_be_read(monkeypatch, variable, read):
    monkeypatch.setenv(variable, "said")
    assert read(sigopt.Connection().impl.driver) == "said"


def test_a_connection_has_no_other_resources():
    with pytest.raises(AttributeError, match="a connection has no 'users'"):
        _ = sigopt.Connection().users


def test_the_shared_connection_is_one(monkeypatch):
    monkeypatch.setattr(sigopt.interface, "_global_connection", None)
    assert sigopt.interface.get_connection() is sigopt.interface.get_connection()


def test_a_shared_connection_can_be_assigned(monkeypatch):
    mine = sigopt.Connection()
    monkeypatch.setattr(sigopt.interface, "_global_connection", mine)
    assert sigopt.interface.get_connection() is mine


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ["strange"]),
        ("PATCH", ["experiments"]),
        ("POST", ["experiments", "1"]),
        ("GET", []),
        ("GET", ["experiments", "1", "observations", "2", "values"]),
    ],
)
def test_a_route_that_is_not_there_is_not_found(method, path):
    with pytest.raises(ApiException, match=f"there is no {method} of") as caught:
        sigopt.driver().request(method, path, {}, None)
    assert caught.value.status_code == 404


def test_a_method_may_be_in_small_letters():
    assert sigopt.driver().request("get", ["tokens", "self"])["client"] == "1"


def test_fields_must_be_an_object():
    with pytest.raises(ApiException, match="the fields of a request should be an object"):
        sigopt.driver().request("POST", ["experiments"], [1], None)


def test_objects_and_arrays_are_understood(create):
    x = Parameter({"name": "x", "type": "double", "bounds": Bounds({"min": 0, "max": 1}).to_json()})
    experiment = create(parameters=(x,), metadata={"k": np.int64(3)})
    assert experiment.metadata["k"] == 3


def test_a_store_that_cannot_be_reached_is_a_connection_exception(tmp_path):
    (tmp_path / "file").write_text("no folder")
    sigopt.set_store(tmp_path / "file")
    x = {"name": "x", "type": "double", "bounds": {"min": 0, "max": 1}}
    with pytest.raises(ConnectionException, match=r"ConnectionException: .*file"):
        sigopt.Connection().experiments().create(name="e", parameters=[x], metrics=["y"])


@pytest.mark.parametrize("name", objects.__all__)
def test_every_object_has_its_place(name):
    assert getattr(objects, name).__name__ == name


def test_what_is_written_to_an_object_is_read_from_it(create):
    experiment = create()
    experiment.name = "other"
    experiment.parameters[0].bounds.max = 7
    assert (experiment.name, experiment.parameters[0].bounds.max) == ("other", 7)
    assert experiment.to_json()["parameters"][0]["bounds"]["max"] == 7


def test_what_is_deleted_from_an_object_reads_as_none(create):
    experiment = create()
    del experiment.name
    assert experiment.name is None


def test_users_may_note_something_on_an_object(create):
    experiment = create()
    before = experiment.to_json()
    experiment.started = 12.5
    assert (experiment.started, experiment.to_json()) == (12.5, before)
    del experiment.started
    with pytest.raises(AttributeError, match="started"):
        _ = experiment.started


def test_an_unknown_attribute_is_refused(create):
    with pytest.raises(AttributeError, match="'Experiment' object has no attribute 'strange'"):
        _ = create().strange


def test_a_copy_shares_nothing(create):
    experiment = create()
    other = experiment.copy()
    other.parameters[0].bounds.max = 9
    assert experiment.parameters[0].bounds.max == 1


@pytest.mark.parametrize("again", [copy.deepcopy, lambda o: pickle.loads(pickle.dumps(o))])  # noqa: S301
def test_an_object_survives(create, again):
    experiment = create()
    assert again(experiment) == experiment


def test_objects_are_equal_by_class_and_content():
    assert Experiment({"id": "1"}) == Experiment({"id": "1"})
    assert Experiment({"id": "1"}) != Experiment({"id": "2"})
    assert Experiment({}) != Observation({})
    assert Experiment({}) != {}


@pytest.mark.parametrize(
    ("thing", "text"),
    [
        (Experiment({}), "Experiment()"),
        (Experiment({"user": "b"}), 'Experiment(\n  user="b",\n)'),
        (Bounds({"max": 0.5, "min": 0}), "Bounds(\n  min=0.0,\n  max=0.5,\n)"),
        (Assignments({}), "Assignments({})"),
        (Assignments({"a": "b"}), 'Assignments({\n  "a": "b"\n})'),
    ],
)
def test_an_object_is_shown_line_by_line(thing, text):
    assert repr(thing) == text


def test_assignments_are_a_dict(bound):
    assignments = bound().suggestions().create().assignments
    assert isinstance(assignments, dict)
    assert dict(assignments) == {**assignments}
    assert assignments.copy() == assignments
    assert type(assignments.to_json()) is dict


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(5.5), 5.5),
        (np.array([1, 2]), [1, 2]),
        ((1, 2), [1, 2]),
        (Experiment({"a": 1}), {"a": 1}),
        ({"a": [Assignments({"b": 1})]}, {"a": [{"b": 1}]}),
        (None, None),
    ],
)
def test_as_json_gives_plain_values(value, expected):
    found = ApiObject.as_json(value)
    assert found == expected
    assert type(found) is type(expected)

"""The parameters of a run."""

import pytest

from armwright import sigopt

N = {"name": "n", "type": "int", "bounds": {"min": 1, "max": 9}}


def now(run):
    return sigopt.get_run(run.id)


def test_a_parameter_is_an_item_and_an_attribute(run):
    assert run.params.n == run.params["n"]


def test_an_int_is_a_python_int(run):
    assert type(run.params.n) is int


def test_a_missing_attribute_is_an_attribute_error(run):
    with pytest.raises(AttributeError, match="missing"):
        run.params.missing  # noqa: B018 - reading it is the point


def test_a_missing_item_is_a_key_error(run):
    with pytest.raises(KeyError, match="missing"):
        run.params["missing"]


def test_parameters_are_a_mapping(run):
    params = run.params
    assert dict(**params) == dict(params) == dict(params.items())
    assert len(params) == 2
    assert "n" in params
    assert params.get("missing", 7) == 7


def test_parameters_equal_a_mapping_of_the_same_content(run):
    assert run.params == dict(run.params)
    assert run.params != {}


def set_item(params):
    params["x"] = 1


def set_attribute(params):
    params.x = 1


def delete_item(params):
    del params["x"]


def delete_attribute(params):
    del params.x


CHANGES = {
    "item": set_item,
    "attribute": set_attribute,
    "del item": delete_item,
    "del attribute": delete_attribute,
    "update": lambda params: params.update(x=1),
    "pop": lambda params: params.pop("x"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_suggested_parameter_is_frozen(run, change):
    before = dict(run.params)
    with pytest.raises(ValueError, match="suggested"):
        change(run.params)
    assert run.params == before


def test_an_update_with_a_frozen_name_changes_nothing(run):
    with pytest.raises(ValueError, match="suggested"):
        run.params.update({"extra": 1, "x": 1})
    assert "extra" not in run.params
    assert "extra" not in now(run).assignments


@pytest.mark.parametrize("add", [set_item, set_attribute])
def test_an_extra_parameter_is_kept_with_the_run(make, add):
    run = make(type="random", parameters=[N]).create_run()
    add(run.params)
    assert run.params.x == 1
    assert now(run).assignments == {"n": run.params.n, "x": 1}


def test_an_extra_parameter_can_be_removed(run):
    run.params.extra = 1
    del run.params.extra
    assert "extra" not in run.params
    assert "extra" not in now(run).assignments


def test_setdefault_keeps_what_is_there(run):
    before = run.params.x
    assert run.params.setdefault("x", 5) == before
    assert run.params.setdefault("extra", 5) == 5


def test_setdefaults_returns_the_parameters_and_overrides_nothing(run):
    before = run.params.x
    assert run.params.setdefaults({"x": 5}, extra=6) is run.params
    assert (run.params.x, run.params.extra) == (before, 6)


def test_a_parameters_name_is_text(run):
    with pytest.raises(TypeError, match="name"):
        run.params[3] = 1


def test_global_parameters_are_defaults_of_later_runs(experiment):
    sigopt.params.setdefault("extra", 0.1)
    sigopt.params.setdefault("x", 7)
    run = experiment.create_run()
    assert run.params.extra == 0.1
    assert run.params.x < 7
    assert now(run).assignments["extra"] == 0.1


def test_set_parameter_is_kept(run):
    run.set_parameter("extra", "text")
    run.set_parameters({"more": 2})
    assert (now(run).assignments["extra"], now(run).assignments["more"]) == ("text", 2)

"""Bodies as answers have them, given again: what an answer says may be said."""

import pytest

from armwright import sigopt
from armwright.sigopt.exception import ApiException

X = {"name": "x", "type": "double", "bounds": {"min": 0.0, "max": 1.0}}
C = {"name": "c", "type": "categorical", "categorical_values": ["red", "blue"]}
G = {"name": "g", "type": "int", "grid": [3, 1]}
BASE = {"name": "e", "metrics": [{"name": "y"}]}


@pytest.fixture
def experiments():
    return sigopt.Connection().experiments()


@pytest.fixture
def api(request, make, experiments):
    """Makes an experiment, and changes one: of the one kind or of the other."""

    class Api:
        def make(self, **fields):
            if request.param == "core":
                return experiments.create(**{**BASE, "parameters": [X], **fields})
            return make(**fields)

        def change(self, experiment, **fields):
            if request.param == "core":
                return sigopt.Connection().experiments(experiment.id).update(**fields)
            return experiment.update(**fields)

    return Api()


both = pytest.mark.parametrize("api", ["ai", "core"], indirect=True)


@both
def test_the_categories_of_a_grid_are_shown_as_its_values(api):
    parameters = api.make(type="grid", parameters=[C, G]).parameters
    assert [p.grid for p in parameters] == [["red", "blue"], [1, 3]]


@pytest.mark.parametrize("kind", ["grid", "random"])
def test_the_parameters_of_a_grid_make_another_experiment(make, kind):
    first = make(type="grid", parameters=[C, G])
    second = make(type=kind, parameters=first.to_json()["parameters"])
    assert second.create_run().params.c in ("red", "blue")
    assert second.parameters[1] == first.parameters[1]


@pytest.mark.parametrize("grid", [["red"], ["blue", "red"], [1, 2], 3])
def test_another_grid_of_categories_is_refused(make, grid):
    with pytest.raises(ApiException, match="grid is for numbers") as caught:
        make(parameters=[{**C, "grid": grid}])
    assert caught.value.status_code == 400


@pytest.mark.parametrize("grid", [2, "ab", [1, "a"], [0.0, 0.5]])
@both
def test_a_grid_beside_bounds_is_refused_whatever_it_is(api, grid):
    with pytest.raises(ApiException, match=r"grid|bounds") as caught:
        api.make(parameters=[{**X, "grid": grid}])
    assert caught.value.status_code == 400


@both
def test_the_word_for_what_an_object_is_may_be_said(api):
    parameters = [{**X, "object": "parameter", "bounds": {**X["bounds"], "object": "bounds"}}]
    made = api.make(parameters=parameters, metrics=[{"name": "y", "object": "metric"}])
    changed = api.change(made, parameters=parameters, metrics=[{"name": "y", "object": "metric"}])
    assert changed.parameters == made.parameters


@both
def test_users_may_call_their_own_metadata_object(api):
    made = api.make(metadata={"object": "cat", "size": 2})
    assert dict(made.metadata) == {"object": "cat", "size": 2}
    assert dict(api.change(made, metadata={"object": "dog"}).metadata) == {"object": "dog"}


def test_users_may_call_a_conditional_object(experiments):
    made = experiments.create(
        **BASE,
        type="random",
        parameters=[X, {**X, "name": "y", "conditions": {"object": ["cup"]}}],
        conditionals=[{"name": "object", "values": ["cup", "jug"]}],
    )
    assert dict(made.parameters[1].conditions) == {"object": ["cup"]}


@both
def test_metadata_that_is_set_to_null_is_none(api):
    assert api.change(api.make(metadata={"a": 1}), metadata=None).metadata is None


def test_metadata_may_be_set_to_nothing(make):
    assert dict(make(metadata={"a": 1}).update(metadata={}).metadata) == {}


@both
def test_an_update_may_say_that_nothing_is_to_be_computed(api):
    assert api.change(api.make(), name="other", no_optimize=True).name == "other"


def test_parameters_are_needed(experiments):
    with pytest.raises(ApiException, match="needs parameters, got none") as caught:
        experiments.create(**BASE)
    assert caught.value.status_code == 400


def test_an_experiment_moves_to_no_project_that_cannot_be(experiments):
    made = experiments.create(**BASE, parameters=[X])
    with pytest.raises(ApiException, match="a project's id should be") as caught:
        sigopt.Connection().experiments(made.id).update(project="Not Legal")
    assert caught.value.status_code == 400

"""Tags of the store, and the runs that have them."""

import pytest

from armwright import sigopt
from armwright.sigopt.exception import ApiException


@pytest.fixture
def tags(conn):
    return conn.clients(1).tags()


@pytest.fixture
def run():
    return sigopt.create_run()


def tags_of(run):
    return sigopt.get_run(run.id).tags


def refusal(call, **fields):
    with pytest.raises(ApiException, match=r"ApiException \(") as caught:
        call(**fields)
    return caught.value.status_code


@pytest.mark.parametrize("color", ["#000000", "#aaaaaa", "#FFFFFF", "#1a2B3c"])
def test_a_tag_has_a_name_and_a_color(tags, color):
    tag = tags.create(name="good", color=color)
    assert (tag.name, tag.color, tag.id.isdigit()) == ("good", color.upper(), True)


@pytest.mark.parametrize("color", ["", " ", "hello", "#a", "#123", "#EGBDFA", "#-12885", None, 7])
def test_a_color_that_is_none_is_refused(tags, color):
    assert refusal(tags.create, name="good", color=color) == 400


@pytest.mark.parametrize("fields", [{}, {"name": ""}, {"name": "a", "more": 1}])
def test_a_tag_of_another_shape_is_refused(tags, fields):
    assert refusal(tags.create, color="#000000", **fields) == 400


def test_no_two_tags_have_one_name(tags):
    tags.create(name="good", color="#000000")
    assert refusal(tags.create, name="good", color="#111111") == 409


@pytest.mark.parametrize("limit", [1, 9])
def test_all_tags_are_listed_newest_first(conn, tags, limit):
    made = [tags.create(name=name, color="#000000") for name in "abc"]
    found = list(conn.clients(1).tags().fetch(limit=limit).iterate_pages())
    assert found == made[::-1]


def test_a_run_is_given_tags_and_loses_them(conn, tags, run):
    one, two = (tags.create(name=name, color="#010203") for name in "ab")
    of_run = conn.training_runs(run.id)
    assert of_run.tags().create(id=one.id) == one
    of_run.tags().create(id=int(two.id))
    assert tags_of(run) == [one.id, two.id]
    assert of_run.tags(one.id).delete() == one
    assert tags_of(run) == [two.id]


def test_a_run_that_has_ended_is_given_tags_too(conn, tags, run):
    tag = tags.create(name="a", color="#010203")
    run.end()
    conn.training_runs(run.id).tags().create(id=tag.id)
    assert tags_of(run) == [tag.id]


def test_a_tag_that_is_not_there_can_neither_be_given_nor_taken(conn, run):
    of_run = conn.training_runs(run.id)
    assert refusal(of_run.tags().create, id=0) == 422
    assert refusal(of_run.tags(0).delete) == 404
    assert tags_of(run) == []


def test_a_tag_is_given_to_a_run_that_is_there(conn, tags):
    tag = tags.create(name="a", color="#010203")
    assert refusal(conn.training_runs(7).tags().create, id=tag.id) == 404


def test_the_place_of_tags_is_no_project(conn, tags):
    sigopt.create_run()
    tags.create(name="a", color="#010203")
    assert [found.id for found in conn.clients(1).projects().fetch().iterate_pages()] == ["tests"]

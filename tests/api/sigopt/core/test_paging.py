"""Lists come in pages, and `iterate_pages` goes through all of them."""

import pickle

import pytest

from armwright.sigopt.exception import ApiException
from armwright.sigopt.objects import Experiment, Pagination


@pytest.fixture
def resource(observe):
    return observe([1.0, 2.0, 3.0, 4.0, 5.0])


def values(items):
    return [item.value for item in items]


def shown(page):
    return [item["value"] for item in page.to_json()["data"]]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, [5, 4, 3, 2, 1]),
        ({"limit": 2}, [5, 4]),
        ({"limit": "2"}, [5, 4]),
        ({"limit": 0}, []),
        ({"limit": 2, "after": ""}, [2, 1]),
        ({"limit": 2, "after": "", "ascending": True}, [1, 2]),
        ({"limit": 2, "before": "", "ascending": True}, [4, 5]),
        ({"limit": 2, "before": ""}, [5, 4]),
    ],
)
def test_a_page_holds_what_was_asked_for(resource, fields, expected):
    page = resource.observations().fetch(**fields)
    assert shown(page) == expected
    assert page.count == 5


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 9])
def test_all_pages_hold_everything_once_newest_first(resource, limit):
    pages = resource.observations().fetch(limit=limit).iterate_pages()
    assert values(pages) == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("limit", "expected"), [(1, [1, 2, 3, 4, 5]), (2, [2, 1, 4, 3, 5]), (9, [5, 4, 3, 2, 1])]
)
def test_after_goes_from_the_oldest_page_to_the_newest(resource, limit, expected):
    pages = resource.observations().fetch(limit=limit, after="").iterate_pages()
    assert values(pages) == expected


@pytest.mark.parametrize("limit", [1, 2, 9])
def test_in_rising_order_all_pages_go_from_the_oldest_to_the_newest(resource, limit):
    pages = resource.observations().fetch(limit=limit, ascending=True).iterate_pages()
    assert values(pages) == [1, 2, 3, 4, 5]


def cursors(page):
    return [place and place.partition("-")[2] for place in (page.paging.before, page.paging.after)]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"limit": 1}, [4, 4]),
        ({"limit": 2}, [3, 4]),
        ({"limit": 9}, [None, 4]),
        ({"limit": 1, "after": 2}, [3, 3]),
        ({"limit": 2, "after": 2}, [3, None]),
        ({"limit": 1, "before": 4}, [3, 3]),
        ({"limit": 4, "before": 4}, [None, 3]),
        ({"after": 1, "before": 4}, [None, 3]),
        ({"limit": 2, "ascending": True}, [0, 1]),
        ({"limit": 2, "ascending": True, "after": 3}, [4, None]),
    ],
)
def test_a_page_says_where_the_next_and_the_last_one_begin(resource, fields, expected):
    items = list(resource.observations().fetch(ascending=True).iterate_pages())
    at = {name: items[fields[name]].id for name in ("before", "after") if name in fields}
    found = cursors(resource.observations().fetch(**{**fields, **at}))
    assert found == [None if place is None else items[place].id for place in expected]


def test_before_wins_where_both_are_given(resource):
    pages = resource.observations().fetch(limit=2, before="", after="").iterate_pages()
    assert values(pages) == [5, 4, 3, 2, 1]


def test_before_an_item_come_the_older_ones(resource):
    third = list(resource.observations().fetch().iterate_pages())[2]
    assert shown(resource.observations().fetch(before=third.id)) == [2, 1]


def test_after_an_item_come_the_newer_ones(resource):
    third = list(resource.observations().fetch().iterate_pages())[2]
    assert shown(resource.observations().fetch(after=third.id)) == [5, 4]


def test_of_the_newer_ones_a_page_holds_the_nearest(resource):
    fifth = list(resource.observations().fetch().iterate_pages())[4]
    assert shown(resource.observations().fetch(after=fifth.id, limit=2)) == [3, 2]


def test_after_the_newest_a_page_is_empty_and_can_be_asked_for_again(resource):
    newest = resource.observations().fetch(limit=1).paging.after
    page = resource.observations().fetch(after=newest)
    assert (shown(page), page.paging.after) == ([], newest)
    resource.observations().create(assignments={"x": 0.9}, value=6)
    assert shown(resource.observations().fetch(after=page.paging.after)) == [6]


def test_the_last_page_leads_nowhere(resource):
    assert resource.observations().fetch(limit=5).paging.before is None


def test_a_page_that_is_not_the_last_leads_on(resource):
    assert resource.observations().fetch(limit=2).paging.before is not None


def test_items_that_go_while_pages_are_read_disturb_nothing(resource):
    found = []
    for item in resource.observations().fetch(limit=1).iterate_pages():
        found.append(item.value)
        resource.observations(item.id).delete()
    assert found == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"limit": "many"}, "limit should be a finite number"),
        ({"limit": -1}, "limit should be a whole number from 0 on"),
        ({"before": "nowhere"}, "no page begins at 'nowhere'"),
    ],
)
def test_a_page_that_cannot_be_is_refused(resource, fields, problem):
    with pytest.raises(ApiException, match=problem) as caught:
        resource.observations().fetch(**fields)
    assert caught.value.status_code == 400


def test_the_other_fields_go_along_to_the_next_page(bound):
    resource = bound()
    made = [resource.suggestions().create().id for _ in range(4)]
    resource.observations().create(suggestion=made[1], value=1)
    pages = resource.suggestions().fetch(state="open", limit=1).iterate_pages()
    assert [item.id for item in pages] == [made[3], made[2], made[0]]


def test_ids_may_be_texts_and_numbers(conn):
    for ident in ("a", "12", "b-c", "3"):
        conn.clients(1).projects().create(id=ident, name=ident)
    pages = conn.clients(1).projects().fetch(limit=1).iterate_pages()
    assert sorted(project.id for project in pages) == ["12", "3", "a", "b-c"]


def test_no_page_is_fetched_before_it_is_needed():
    def fetched(**_):
        raise AssertionError("fetched")

    body = {"data": [{"id": "1"}], "paging": {"before": "1"}}
    pages = Pagination(Experiment, body, fetched, {}).iterate_pages()
    assert next(pages).id == "1"


def test_an_empty_list_has_no_items(bound):
    assert list(bound().observations().fetch().iterate_pages()) == []


def test_a_page_survives_pickling():
    page = Pagination(Experiment, {"data": [{"id": "1"}], "count": 1})
    assert pickle.loads(pickle.dumps(page)) == page  # noqa: S301 - our own


def test_a_page_says_what_it_is_of():
    page = Pagination(Experiment, {"data": [{}]})
    assert repr(page) == "Pagination<Experiment>(\n  data=[\n    Experiment(),\n  ],\n)"

"""Lists of experiments and projects, and of what is best."""

import time

import pytest

from armwright.sigopt.exception import ApiException


@pytest.fixture
def lists(conn):
    """The lists of AI experiments, and of experiments of the core API."""
    return {"ai": conn.aiexperiments().fetch, "core": conn.clients(1).experiments().fetch}


@pytest.fixture
def named(make, create):
    """Makes experiments of a kind; returns their ids."""

    def named(kind, *names):
        return [(make if kind == "ai" else create)(name=name).id for name in names]

    return named


def ids(page):
    return [item.id for item in page.iterate_pages()]


@pytest.mark.parametrize("kind", ["ai", "core"])
def test_experiments_are_searched_by_name(lists, named, kind):
    made = named(kind, "Hello World", "hello there", "other")
    assert ids(lists[kind](search="hello")) == made[1::-1]
    assert ids(lists[kind](search="there")) == made[1:2]
    assert ids(lists[kind](search="")) == made[::-1]


@pytest.mark.parametrize("kind", ["ai", "core"])
@pytest.mark.parametrize("limit", [1, 2, 9])
def test_experiments_are_listed_up_or_down(lists, named, kind, limit):
    made = named(kind, "a", "b", "c")
    assert ids(lists[kind](sort="id", limit=limit)) == made[::-1]
    assert ids(lists[kind](sort="id", ascending=True, limit=limit)) == made


def test_the_experiment_that_changed_last_is_the_most_recent(conn, lists, named, monkeypatch):
    made = named("core", "a", "b")
    later = time.time() + 60
    monkeypatch.setattr("time.time", lambda: later)
    conn.experiments(made[0]).update(name="c")
    assert ids(lists["core"](sort="recent")) == made


def test_ai_experiments_are_listed_with_the_others_on_request(lists, named):
    (ai,), (core,) = named("ai", "a"), named("core", "b")
    assert ids(lists["core"]()) == [core]
    assert ids(lists["core"](include_ai=True)) == [core, ai]


def test_experiments_are_listed_by_when_they_were_made(conn, lists, named):
    (made,) = named("core", "a")
    moment = conn.experiments(made).fetch().created
    assert ids(lists["core"](period_start=moment, period_end=moment + 1)) == [made]
    assert ids(lists["core"](period_end=moment)) == []
    assert ids(lists["core"](period_start=moment + 1)) == []


def test_nothing_is_in_development(lists, named):
    named("core", "a")
    assert ids(lists["core"](development=True)) == []


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        ({"sort": "colour"}, "experiments are sorted by one of id, recent"),
        ({"period_start": 2, "period_end": 1}, "period_start should be before period_end"),
        ({"period_start": "soon"}, "period_start should be a finite number"),
    ],
)
def test_a_list_that_cannot_be_is_refused(lists, asked, problem):
    with pytest.raises(ApiException, match=problem) as caught:
        lists["core"](**asked)
    assert caught.value.status_code == 400


@pytest.mark.parametrize("limit", [1, 2, 9])
def test_the_best_come_in_pages_in_their_order(conn, ended, limit):
    metrics = [{"name": "a"}, {"name": "b"}]
    values = [{"a": 1, "b": 3}, {"a": 3, "b": 1}, {"a": 2, "b": 2}, {"a": 0, "b": 0}]
    experiment = ended(values, metrics=metrics, budget=9)
    page = conn.aiexperiments(experiment.id).best_training_runs().fetch(limit=limit)
    assert page.count == 3
    assert [run.values["a"].value for run in page.iterate_pages()] == [3, 2, 1]


def test_a_project_is_archived_and_comes_back(conn):
    projects = conn.clients(1).projects
    projects().create(id="old", name="old")
    assert projects("old").update(deleted=True).to_json()["deleted"] is True
    assert "old" not in ids(projects().fetch())
    assert "old" in ids(projects().fetch(deleted=True))
    assert projects("old").update(deleted=False).to_json()["deleted"] is False
    assert "old" in ids(projects().fetch())


def test_a_project_has_no_metadata_until_some_is_given(conn):
    projects = conn.clients(1).projects
    assert projects().create(id="bare", name="b").metadata is None
    assert dict(projects("bare").update(metadata={"k": 1}).metadata) == {"k": 1}
    assert projects("bare").update(metadata=None).metadata is None


@pytest.mark.parametrize("name", [None, "", "x" * 101])
def test_a_project_needs_a_name_that_can_be_one(conn, name):
    with pytest.raises(ApiException, match="name") as caught:
        conn.clients(1).projects("tests").update(name=name)
    assert caught.value.status_code == 400

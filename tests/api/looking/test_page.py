"""The page: what it says, read by a parser; that it loads nothing and is small."""

import base64
import gzip
import json
import re
from html.parser import HTMLParser

import pytest
from told_experiments import definition, told

from armwright.looking import summary_page
from armwright.persistence import StoredExperiment

_ENDS = ("constraints", "feasibility", "failures", "timeline")


class Page(HTMLParser):
    """Text, ids, links and packed documents of a page."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.addresses, self.text, self.packed = set(), [], [], {}
        self._inside = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.ids.add(found.get("id"))
        self.addresses += [found[name] for name in ("href", "src") if name in found]
        self._inside = found.get("id") or tag if tag in ("script", "style") else None

    def handle_endtag(self, tag):
        self._inside = None if tag in ("script", "style") else self._inside

    def handle_data(self, data):
        if self._inside in ("data", "library"):
            self.packed[self._inside] = gzip.decompress(base64.b64decode(data)).decode()
        elif self._inside is None:
            self.text.append(data)

    @property
    def words(self):
        return " ".join(" ".join(self.text).split())

    @property
    def data(self):
        return json.loads(self.packed["data"])


@pytest.fixture(scope="module")
def source(stored):
    return summary_page(stored)


@pytest.fixture(scope="module")
def page(source):
    return Page(source)


def test_a_page_says_what_the_best_is_and_how_much_of_the_budget_is_used(page):
    assert "Trials 7 of 20 6 completed, 1 failed" in page.words
    assert "Best loss" in page.words
    assert "lower is better" in page.words
    assert "outcome constraint size <= 5" in page.words


def test_a_page_has_each_chart_and_a_row_for_each_trial(page):
    wanted = ["trace", "importance", "slice", "contour", "parallel", "cross_validation"]
    assert list(page.data["charts"]) == [*wanted, *_ENDS]
    assert {f"chart-{kind}" for kind in page.data["charts"]} <= page.ids
    table = page.data["table"]
    assert table["rows"] == 7
    columns = {column["name"]: column["values"] for column in table["columns"]}
    assert columns["loss"] == [3.0, 1.0, None, 2.0, 2.5, 1.5, 4.0]
    assert columns["why"][0].startswith("a quasi-random point")


def test_a_page_loads_nothing(page, source):
    assert all(address.startswith(("#", "data:")) for address in page.addresses)
    assert "default-src 'none'" in source
    assert len(source) < 700_000
    assert "drawChart" in page.packed["library"]


def test_names_and_values_cannot_break_out_of_the_page(source):
    assert "<b>" not in re.sub(r"<div class=\"card\">[^<]*<b>", "", source.partition("<script")[0])


def test_an_experiment_without_trials_gives_a_page_that_says_so(tmp_path):
    page = Page(summary_page(told(tmp_path / "e", [])))
    assert "There is no trial yet." in page.words
    assert "has no result of loss yet" in page.words
    assert page.data["charts"] == {}


@pytest.mark.slow
def test_an_experiment_of_failures_gives_a_page_that_says_so(tmp_path):
    page = Page(summary_page(told(tmp_path / "e", [None, None])))
    assert "No trial is completed yet: 2 of 2 failed, most often failed: oom." in page.words
    assert list(page.data["charts"]) == ["feasibility", "failures", "timeline"]


def test_a_damaged_fact_is_named_and_the_rest_is_shown(tmp_path):
    url = told(tmp_path / "e").url.removeprefix("file://")
    (ending,) = [path for path in (tmp_path / "e").rglob("*end*") if "3." in path.name][:1]
    ending.write_text("{torn")
    page = Page(summary_page(StoredExperiment.open(url)))
    assert "A file cannot be read" in page.words
    assert ending.name in page.words
    assert page.data["table"]["rows"] == 7


@pytest.mark.slow
def test_two_objectives_have_a_trace_each_and_their_trade_offs(several):
    page = Page(summary_page(several))
    charts = list(page.data["charts"])
    assert charts[:3] == ["trace0", "trace1", "pareto"]
    assert "Best trade-offs 2" in page.words


def test_an_experiment_in_memory_has_a_page_too():
    assert "There is no trial yet." in Page(summary_page(definition())).words

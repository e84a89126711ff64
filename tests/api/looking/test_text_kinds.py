"""Slices, trade-offs, constraints, failures and the timeline as text."""

import math

import pytest
from told_experiments import told

from armwright.looking import Charts, look
from armwright.looking.axis import Axis
from armwright.looking.bounds import bounds_of
from armwright.looking.front import front_of
from armwright.looking.looked_at import SeenAttempt
from armwright.looking.plain_text import ascii_only, shows_unicode
from armwright.looking.posterior import Slice
from armwright.looking.text_ends import bounds_text, failures_text, timeline_text
from armwright.looking.text_front import front_text
from armwright.looking.text_model import slice_text
from armwright.looking.text_parts import levels
from armwright.looking.timeline import Span as TimelineSpan
from armwright.looking.timeline import Timeline, timeline_of


def test_a_slice_is_two_rows_of_blocks_with_its_numbers():
    axis = Axis(name="lr", lower=1e-4, upper=1.0, is_log=True)
    item = Slice(
        metric="loss",
        axis=axis,
        x=(1e-4, 1e-2, 1.0),
        mean=(3.0, 1.0, 2.0),
        sd=(0.5, 0.0, 0.25),
        around={"lr": 1e-2, "layers": 3},
    )
    lines = list(slice_text([item], results=7, width=30))
    assert lines[0] == "what a model of n = 7 results expects along each parameter of"
    assert lines[4] == "lr  0.0001 to 1, log"
    assert lines[5] == "  expected │██████▁▁▁▁▁▁▅▅▅▅▅▅│"
    assert lines[6] == "   95 % +- │██████      ▄▄▄▄▄▄│"
    assert lines[7].index("^") == lines[5].index("▁") + 3  # in the middle of its cell
    assert "1 to 3, each ± 0 to 0.98" in lines[8]


def test_levels_are_blank_where_nothing_is_known():
    assert levels([0.0, math.nan, 1.0]) == "▁ █"
    assert levels([0.0, 2.0, 1.0], least=0.0) == " █▄"
    assert levels([math.nan]) == " "
    assert levels([2.0, 2.0]) == "▅▅"


def test_trade_offs_are_a_chart_and_a_table_of_the_best(several):
    lines = list(front_text(front_of(look(several)), width=60))
    assert lines[0] == "n = 6 results of loss, auc; 2 best trade-offs"
    assert sum(line.count("◆") for line in lines) == 2 + 1  # and once in the legend
    assert "  x breaks a constraint" in lines[-4]
    assert [line.split()[:2] for line in lines[-2:]] == [["5", "1.5"], ["4", "2.5"]]
    assert max(map(len, lines)) <= 60


def test_constraints_say_how_many_keep_them_and_what_is_nearest(stored):
    lines = list(bounds_text(bounds_of(look(stored)), width=70))
    assert lines[0].startswith("5 of n = 6 completed trials keep all constraints, 83%")
    assert lines[2].startswith("size <= 5: 5 of 6 keep it")
    assert "^ at most 5" in lines[4]
    assert "nearest: trial 5, 1 inside" in lines[6]


def test_failures_are_bars_and_a_row_of_blocks_over_the_trials(tmp_path):
    stored = told(tmp_path / "e", [None, (1.0, 0.1, 9.0, 0.5), None])
    lines = list(failures_text(Charts(stored).ends(), width=60))
    assert lines[0] == "what went wrong in 3 trials, 1 completed"
    assert lines[1].startswith("failed: oom")
    assert lines[1].endswith("│█ █│")
    assert lines[2].split()[:5] == ["breaks", "size", "<=", "5", "1"]


def span(worker, began, ended, state):
    return TimelineSpan(
        worker=worker, trial=0, attempt=1, began=began, ended=ended, state=state, reason=""
    )


def test_a_timeline_has_a_line_for_each_worker_and_shows_the_worst_of_a_moment():
    spans = (
        span("a", 0, 4_000, "completed"),
        span("a", 4_000, 10_000, "failed"),
        span("b", 5_000, 10_000, "running"),
    )
    timeline = Timeline(spans=spans, workers=("a", "b"), busy=15.0, wasted=6.0, idle=0.0)
    lines = list(timeline_text(timeline, width=14))
    assert lines[1] == "a │====xxxxxx│"
    assert lines[2] == "b │     >>>>>│"
    assert "1970-01-01 00:00:00 UTC" in lines[3]
    assert lines[4] == "= completed  > running  x failed"


def test_more_workers_than_there_is_room_for_are_counted():
    workers = tuple(f"w{at}" for at in range(41))
    spans = tuple(span(worker, 0, 10, "completed") for worker in workers)
    timeline = Timeline(spans=spans, workers=workers, busy=1.0, wasted=0.0, idle=0.0)
    assert "and 11 more workers, who began later" in list(timeline_text(timeline))


@pytest.mark.parametrize("kind", ["trace", "parallel", "constraints", "failures", "timeline"])
def test_text_fits_80_columns_with_long_names_and_turns_into_ascii(stored, kind):
    lines = [ascii_only(line) for line in Charts(stored).text(kind, width=80)]
    assert max(map(len, lines)) <= 80
    assert all(line.isascii() and "?" not in line for line in lines)


@pytest.mark.parametrize(
    ("encoding", "environ", "shows"),
    [
        ("utf-8", {"LANG": "en_US.UTF-8"}, True),
        ("utf-8", {}, True),  # a container that says nothing
        ("utf-8", {"LANG": "C"}, False),
        ("utf-8", {"LC_CTYPE": "C.UTF-8", "LANG": "C"}, False),  # what Python makes of LANG=C
        ("utf-8", {"LANG": "C.UTF-8"}, True),
        ("utf-8", {"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, False),
        ("ascii", {"LANG": "en_US.UTF-8"}, False),
        ("no-such", {}, False),
        (None, {}, False),
    ],
)
def test_ascii_is_for_those_who_have_no_more(encoding, environ, shows):
    assert shows_unicode(encoding, environ) is shows


def test_a_timeline_counts_what_still_runs_to_its_end(stored):
    seen = look(stored)
    assert isinstance(seen.attempts[0], SeenAttempt)
    assert len(list(timeline_text(timeline_of(seen)))) == 1 + 1 + 1 + 1  # one worker told all


@pytest.mark.parametrize("kind", ["contour", "cross_validation", "feasibility"])
def test_what_a_model_says_is_drawn_as_text_that_fits(stored, kind):
    lines = list(Charts(stored).text(kind, width=80))
    assert len(lines) > 8
    assert max(map(len, lines)) <= 80
    assert all(ascii_only(line).isascii() for line in lines)


def test_a_contour_has_a_shade_for_each_part_of_its_range(stored):
    charts = Charts(stored)
    contour = charts.contour(("lr", "layers"))
    lines = list(charts.text("contour", parameters=("lr", "layers"), width=80))
    rows = [line.split("│") for line in lines if line.count("│") == 4]
    assert len(rows) == len(contour.y)
    largest, y, x = max((v, y, x) for y, row in enumerate(contour.mean) for x, v in enumerate(row))
    least, low_y, low_x = min(
        (v, y, x) for y, row in enumerate(contour.mean) for x, v in enumerate(row)
    )
    assert largest > least
    each = len(rows[0][1]) // len(contour.x)
    assert rows[-1 - y][1][x * each] == "█"
    assert rows[-1 - low_y][1][low_x * each] == "·"
    assert any("█ from" in line for line in lines)

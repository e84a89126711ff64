"""Charts as text."""

from told_experiments import RESULTS

from armwright.looking import look
from armwright.looking.influence import Influence, Influences
from armwright.looking.text_charts import importance_text, parallel_text, trace_text
from armwright.looking.trace import trace_of


def test_a_trace_is_drawn_with_its_axes(stored):
    lines = list(trace_text(trace_of(look(stored)), width=40))
    assert lines[0] == "loss by trial, n = 6; lower is better"
    assert lines[1].startswith("4 │")
    assert lines[12].startswith("1 │ x")  # trial 1 breaks the bound
    assert sum(line.count("●") for line in lines[1:13]) == 3  # trials 0, 3 and 5
    assert lines[-1] == "best measured 1.5 ± 0.2, trial 5"


def test_bars_are_as_long_as_what_matters(stored):
    del stored
    items = [
        Influence(parameter="x", total=0.8, low=0.7, high=0.9, first=0.5),
        Influence(parameter="long", total=0.2, low=0.1, high=0.3, first=0.1),
    ]
    found = Influences(metric="loss", items=tuple(items), results=9)
    _, first, second = importance_text(found, width=8)
    assert first == "x     ████████   80%  (70% to 90%)"
    assert second == "long  ██         20%  (10% to 30%)"


def test_where_good_results_lie_is_shown_for_each_parameter(stored):
    lines = list(parallel_text(look(stored)))
    assert lines[0] == "where n = 6 results lie, and the best 1 by loss"
    assert [line.split()[0] for line in lines[1::2]] == ["lr", "layers", "kind"]
    assert "0.0001 to 1, log" in lines[1]
    assert all(line.count("█") == 1 for line in lines[2::2])
    assert len(RESULTS) == 7

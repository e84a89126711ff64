"""The page in a real browser as people meet it: narrow, dark, on paper, by keyboard, long names."""

import json
import sys
from pathlib import Path

import pytest

from armwright import ax
from armwright.looking import summary_page
from armwright.persistence import StoredExperiment

sys.path.insert(0, str(Path(__file__).parents[3] / "scripts"))  # for chromium.py

from chromium import CHROMIUM, READY, Chromium

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the path"),
]

FLOAT = ax.ParameterType.FLOAT
LONG = "weight_of_the_feature_number_{:02d}_in_the_final_layer"


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    """Sixteen parameters with long names, one with twenty choices, and three objectives."""
    metrics = [
        ax.Metric(f"{name}_of_the_ensemble_on_the_held_out_part", lower_is_better=True)
        for name in ("cross_entropy", "latency", "size", "memory")
    ]
    space = ax.SearchSpace(
        [
            *(
                ax.RangeParameter(LONG.format(at), FLOAT, 1e-5, 1.0, log_scale=True)
                for at in range(15)
            ),
            ax.ChoiceParameter(
                "optimizer", ax.ParameterType.STRING, [f"optimizer-number-{at}" for at in range(20)]
            ),
        ]
    )
    bound = ax.OutcomeConstraint(metrics[3], ax.ComparisonOp.LEQ, 0.5, relative=False)
    config = ax.OptimizationConfig(ax.MultiObjective(metrics[:3]), [bound])
    definition = ax.Experiment(name="n" * 80, search_space=space, optimization_config=config)
    folder = tmp_path_factory.mktemp("narrow")
    stored = StoredExperiment.create(
        str(folder / "e"), definition, budget=30, seed=3, initial_trials=12
    )
    for at in range(12):
        (trial,) = stored.ask(1)
        if at % 5 == 4:
            stored.fail(trial.number, reason="oom")
            continue
        x, y = (trial.arm.parameters[LONG.format(i)] for i in (0, 1))
        values = (x, 1.0 - x + 0.1 * y, y, x)
        stored.tell(trial.number, {m.name: (v, 0.1) for m, v in zip(metrics, values, strict=True)})
    file = folder / "page.html"
    file.write_text(summary_page(stored), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def browser():
    with Chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def narrow(browser, page_file):
    page = browser.open(page_file, width=400, dark=True)
    page.evaluate(READY)
    return page


def test_nothing_is_said_on_the_console_nor_asked_of_the_network(narrow):
    assert narrow.words == []
    assert [where for where in narrow.requests if not where.startswith(("file:", "data:"))] == []


def test_a_narrow_page_scrolls_only_downwards(narrow):
    assert narrow.evaluate("document.documentElement.scrollWidth") == 400


def test_charts_fit_a_narrow_page(narrow):
    widths = narrow.evaluate(
        "Object.fromEntries([...document.querySelectorAll('figure [id^=chart-] canvas')].map("
        "(canvas) => [canvas.closest('figure > div').id, canvas.getBoundingClientRect().width]))"
    )
    assert len(widths) == 13
    lines = widths.pop("chart-parallel")  # that many axes need more, and scroll in their box
    assert lines > 400
    assert max(widths.values()) <= 400


def test_a_dark_page_has_light_text_in_its_charts(narrow):
    colour = narrow.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colour == "rgb(23, 24, 26)"


def test_every_chart_has_a_name_and_a_description(narrow):
    missing = narrow.evaluate("""[...document.querySelectorAll('[id^=chart-]')].filter((box) =>
        box.getAttribute('role') !== 'img' || !box.getAttribute('aria-label')
        || !document.getElementById(box.getAttribute('aria-describedby'))?.textContent
      ).map((box) => box.id)""")
    assert missing == []


def test_the_numbers_of_a_chart_are_a_table_opened_by_keyboard(narrow):
    narrow.evaluate("document.querySelector('#importance .numbers summary').focus()")
    narrow.press("Enter", 13)
    rows = """document.querySelectorAll('#importance .numbers tbody tr').length"""
    narrow.evaluate(f"new Promise((done) => setTimeout(() => done({rows}), 100))")
    assert narrow.evaluate(rows) == 16
    heads = narrow.evaluate("document.querySelector('#importance .numbers thead').textContent")
    assert "share of the variance" in heads


def test_parameters_are_told_apart_though_their_names_are_cut(page_file, narrow):
    del page_file
    labels = narrow.evaluate("""(async () => {
      const text = await new Response(new Blob([Uint8Array.from(
        atob(document.querySelector('#data').textContent.trim()), (c) => c.charCodeAt(0))]).stream()
        .pipeThrough(new DecompressionStream('gzip'))).text();
      return JSON.parse(text).charts.parallel.layer[0].encoding.x.axis.labelExpr;
    })()""")
    names = json.loads(labels.removesuffix("[datum.value]"))
    assert len(set(names)) == len(names) == 15


def test_on_paper_nothing_is_cut_off_and_the_tools_are_gone(browser, page_file, tmp_path):
    page = browser.open(page_file, width=1280)
    page.evaluate(READY)
    page.call("Emulation.setEmulatedMedia", media="print")
    gone = "['nav', '.tools', '.numbers'].map((s) => document.querySelector(s)?.offsetHeight ?? 0)"
    assert page.evaluate(gone) == [0, 0, 0]
    page.pdf(tmp_path / "page.pdf")
    assert (tmp_path / "page.pdf").read_bytes().startswith(b"%PDF")


def test_a_dark_narrow_page_has_charts_for_white_wide_paper_that_only_paper_shows(narrow):
    narrow.evaluate("""new Promise((done) => {
      const wait = setInterval(() => {
        if (document.documentElement.dataset.paper) { clearInterval(wait); done(); }
      }, 50);
    })""")
    shown = """['.paper', '[role=img]'].map((kind) => getComputedStyle(
      document.querySelector(`figure > ${kind}`)).display !== 'none')"""
    assert narrow.evaluate(shown) == [False, True]
    narrow.call("Emulation.setEmulatedMedia", media="print")
    assert narrow.evaluate(shown) == [True, False]
    width = narrow.evaluate("document.querySelector('#importance .paper canvas').width")
    assert width >= 700

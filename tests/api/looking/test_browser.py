"""The page in a real browser: it draws, asks the network for nothing, and can be worked with."""

import json
import shutil
import subprocess

import pytest

from armwright.looking import summary_page

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the path"),
]

# Works with the page once it is drawn, and writes what it found where --dump-dom shows it.
PROBE = """
<pre id="probe"></pre><script>
const failed = [];
addEventListener("error", (event) => failed.push(String(event.message)));
for (const kind of ["error", "warn"]) console[kind] = (...words) => failed.push(words.join(" "));
const fetched = performance.getEntriesByType("resource").map((entry) => entry.name);
const rows = () => document.querySelectorAll("#trials tbody tr").length;
const wait = setInterval(async () => {
  const state = document.documentElement.dataset;
  if (!state.ready && !state.failed) return;
  clearInterval(wait);
  const found = {failed, fetched, state: {...state}, all: rows()};
  found.charts = [...document.querySelectorAll("figure canvas")].filter((c) => c.width > 0).length;
  const words = document.querySelector("#filter");
  words.value = "status=failed"; words.dispatchEvent(new Event("input")); found.filtered = rows();
  words.value = "loss<2"; words.dispatchEvent(new Event("input")); found.below = rows();
  words.value = ""; words.dispatchEvent(new Event("input"));
  const loss = () => document.querySelector('th[data-name="loss"]');
  loss().querySelector("button").click();
  found.sorted = document.querySelector("#trials tbody td").textContent;
  found.aria = loss().getAttribute("aria-sort");
  const most = document.querySelector('input[aria-label="loss, most"]');
  most.value = 0.3; most.dispatchEvent(new Event("input")); found.brushed = rows();
  found.kept = document.querySelector("#kept").textContent;
  document.querySelector("#reset").click(); found.reset = rows();
  document.querySelector("#probe").textContent = JSON.stringify(found);
}, 50);
</script>
"""


@pytest.fixture(scope="module")
def probed(stored, tmp_path_factory):
    file = tmp_path_factory.mktemp("browser") / "page.html"
    page = summary_page(stored)
    file.write_text(page.replace("<script>\n", PROBE + "<script>\n", 1), encoding="utf-8")
    done = subprocess.run(
        [
            *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"),
            *("--virtual-time-budget=60000", file.as_uri()),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=200,
    )
    found = done.stdout.partition('<pre id="probe">')[2].partition("</pre>")[0]
    return json.loads(found.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))


def test_every_chart_is_drawn_without_a_word_on_the_console(probed):
    assert probed["state"]["ready"] == "yes"
    assert "failed" not in probed["state"]
    assert probed["failed"] == []
    assert probed["charts"] == 10


def test_nothing_is_asked_of_the_network(probed):
    assert probed["fetched"] == []


def test_the_table_filters_and_sorts(probed):
    assert (probed["all"], probed["filtered"], probed["below"]) == (7, 1, 2)
    assert (probed["sorted"], probed["aria"]) == ("1", "ascending")


def test_a_brush_keeps_lines_and_rows_until_it_is_reset(probed):
    assert probed["brushed"] == 2  # losses up to 1 + 0.3 * (4 - 1)
    assert probed["kept"].startswith("2 of 7 rows kept")
    assert probed["reset"] == 7

"""A real notebook, run headless by a real Jupyter kernel: what its cells show."""

import pytest

nbformat = pytest.importorskip("nbformat")
nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")

pytestmark = pytest.mark.slow

CELLS = {
    "make": """
import armwright
from armwright import ax
stored = armwright.create("runs/lr", {
    "objective": {"metric": "loss", "minimize": True},
    "parameters": [
        {"name": "lr", "type": "range", "bounds": [1e-5, 1.0], "log_scale": True},
        {"name": "layers", "type": "range", "bounds": [1, 8]},
    ],
    "budget": 6, "seed": 1,
})
""",
    "loop": """
for trial in stored.loop():
    stored.tell(trial.number, {"loss": trial.arm.parameters["lr"] + trial.arm.parameters["layers"]})
""",
    "quiet": """
ax.optimize([{"name": "x", "type": "range", "bounds": [0.0, 1.0]}], lambda p: p["x"],
            minimize=True, total_trials=2, random_seed=1, progress=False);
""",
    "stored": "stored",
    "experiment": "experiment = stored.experiment\nexperiment",
    "trial": "experiment.trials[0]",
    "data": "experiment.fetch_data()",
    "space": "experiment.search_space",
    "trace": "stored.plot.trace()",
    "slice": "stored.plot.slice('lr')",
    "contour": "experiment.plot.contour()",
    "importance": "stored.plot.importance()",
    "parallel": "stored.plot.parallel()",
    "cross_validation": "stored.plot.cross_validation()",
    "timeline": "stored.plot.timeline()",
}


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """What each cell showed."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in CELLS.values()])
    client = nbclient.NotebookClient(
        book,
        timeout=None,
        startup_timeout=250,
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path_factory.mktemp("notebook"))}},
    )
    client.execute()
    return dict(zip(CELLS, (cell.outputs for cell in book.cells), strict=True))


def shown(outputs, name):
    (output,) = outputs[name]
    return output["data"]


@pytest.mark.parametrize("name", ["stored", "experiment", "trial", "data", "space"])
def test_what_is_known_is_a_table_in_a_notebook(outputs, name):
    assert "<table" in shown(outputs, name)["text/html"]


@pytest.mark.parametrize(
    "name",
    ["trace", "slice", "contour", "importance", "parallel", "cross_validation", "timeline"],
)
def test_figures_are_drawn_in_a_notebook(outputs, name):
    data = shown(outputs, name)
    assert any("vega" in kind for kind in data) or "vega" in data["text/html"]


def test_progress_is_one_output_of_the_cell(outputs):
    (output,) = outputs["loop"]
    assert "6/6" in output["data"]["text/plain"]
    assert "<progress" in output["data"]["text/html"]


def test_progress_false_shows_nothing_in_a_notebook(outputs):
    assert not [output for output in outputs["quiet"] if output["output_type"] != "execute_result"]

"""All there is to see of an experiment, in one HTML file that loads nothing."""

from __future__ import annotations

import base64
import gzip
import html
import json
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, final

from armwright.errors import UsageError
from armwright.looking.charts import Charts
from armwright.looking.drawing import runtime
from armwright.looking.feasibility import has_failed
from armwright.looking.figure_style import short
from armwright.looking.headline import headline_of
from armwright.looking.model import chosen_text
from armwright.looking.page_head import head_of
from armwright.looking.parallel import parallel_axes
from armwright.looking.trials_table import column_of, column_of_metric, trials_columns
from armwright.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from armwright.experiment import Experiment
    from armwright.looking.looked_at import LookedAt
    from armwright.persistence import StoredExperiment

__all__ = ["summary_page"]

_Json = dict[str, Any]
# What may run in the page: what is in it. Nothing may be loaded from anywhere.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data: blob:"
)
_WITHOUT = {"slice": "Slices", "pareto": "Best trade-offs", "parallel": "Parallel coordinates"}
_OF_A_MODEL = ("importance", "slice", "contour", "cross_validation")
_SECTIONS = (  # in the order in which they stand
    *("trace", "pareto", "importance", "slice", "contour", "parallel", "cross_validation"),
    *("constraints", "feasibility", "failures", "timeline"),
)


def summary_page(subject: Experiment | StoredExperiment | Charts) -> str:
    """The page.

    A chart for which there is too little yet is replaced by a sentence that says what is missing.

    Args:
        subject: In memory, or in a folder as its last `refresh` found it; or its charts.

    Raises:
        UsageError: The library that draws is not installed.
    """
    charts = subject if isinstance(subject, Charts) else Charts(subject)
    seen = charts.seen
    headline = headline_of(charts)
    figures = _figures(charts)
    about = dict.fromkeys(_OF_A_MODEL, _of_which(charts, figures))
    columns = trials_columns(seen)
    drawn = [figure for figure in figures if figure.spec]
    names = [figure.name for figure in drawn]
    table: _Json = {
        "rows": len(seen.trials),
        "columns": columns,
        "best": headline.best.trial if headline.best else None,
        "sort": "trial",
    }
    brushes = _brushes(seen, charts.order()) if "parallel" in names else None
    specs = ",".join(f"{_document(figure.name)}:{figure.spec}" for figure in drawn)
    data = f'{{"charts":{{{specs}}},"table":{_document(table)},"parallel":{_document(brushes)}}}'
    parts = [
        *head_of(seen, headline, names),
        *(part for figure in figures for part in _section(figure, about.get(figure.name, ""))),
        *_table(seen),
        *_definition(seen),
    ]
    body = "\n".join(parts)
    page = files("armwright.looking") / "page"
    style, script = ((page / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    title = html.escape(f"{seen.name}: summary")
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta name="generator" content="armwright {__version__}">\n'
        f'<link rel="icon" href="data:,">\n<title>{title}</title>\n<style>\n{style}</style>\n'
        f'</head>\n<body>\n<main>\n{body}\n</main>\n<div id="tip" role="tooltip" hidden></div>\n'
        f'<script type="text/plain" id="data">{_packed(data)}</script>\n'
        f'<script type="text/plain" id="library">{_packed(runtime())}</script>\n'
        f"<script>\n{script}</script>\n</body>\n</html>\n"
    )


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class _Figure:
    """A chart of the page.

    Attributes:
        name: Its kind; of several traces with a number.
        title: Its question.
        says: What is said below that; where there is no chart, why.
        spec: As text, without what the page itself shows or makes; empty where there is none.
    """

    name: str
    title: str = ""
    says: str = ""
    spec: str = ""


def _figures(charts: Charts) -> list[_Figure]:
    """Each chart, or the reason why there is none."""
    aims = charts.seen.aims
    found: list[_Figure] = []
    for kind in _SECTIONS:
        if kind == "pareto" and len(aims) < 2:
            continue
        if kind == "constraints" and not charts.seen.restrictions:
            continue
        if kind == "feasibility" and not charts.seen.restrictions and not has_failed(charts.seen):
            continue
        several = kind == "trace" and len(aims) > 1
        for place, metric in enumerate([aim.metric for aim in aims] if several else [None]):
            name = f"trace{place}" if several else kind
            try:
                spec = charts.figure(kind, metric=metric, with_lines=False)
            except UsageError as error:
                found.append(_Figure(name=name, says=error.message))
                continue
            title = spec["title"]
            kept = {key: item for key, item in spec.items() if key not in ("title", "$schema")}
            found.append(
                _Figure(
                    name=name, title=title["text"], says=title["subtitle"], spec=_document(kept)
                )
            )
    return found


def _of_which(charts: Charts, figures: Sequence[_Figure]) -> str:
    """Of which results the model is, where one was asked and is not of all."""
    if not any(figure.spec for figure in figures if figure.name in _OF_A_MODEL):
        return ""
    return chosen_text(charts.model, charts.seen, charts.modelled)


def _brushes(seen: LookedAt, order: Sequence[str] = ()) -> _Json:
    """What the page needs to draw the lines of parallel coordinates from the table."""
    aim = seen.aims[0]
    values = [trial.mean(aim.metric) for trial in seen.measured(aim.metric)]
    axes: list[_Json] = [
        {
            "column": column_of(seen, axis.name),
            "lower": axis.lower,
            "upper": axis.upper,
            "log": axis.is_log,
            "values": None if axis.is_range else [str(value) for value in axis.values],
        }
        for axis in parallel_axes(seen, order)
    ]
    ends = {"lower": short(min(values)), "upper": short(max(values)), "log": False, "values": None}
    column = column_of_metric(aim.metric)
    axes.append({"column": column, **ends})
    return {"axes": axes, "metric": column, "minimize": aim.minimize}


def _document(data: Any) -> str:
    return json.dumps(data, allow_nan=False, separators=(",", ":"))


def _packed(text: str) -> str:
    """Compressed, in letters; always the same for the same text."""
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


# The page from above to below -------------------------------------------------------------------


def _section(figure: _Figure, about: str) -> Iterator[str]:
    name, title, subtitle = figure.name, figure.title, figure.says
    if not figure.spec:
        title = _WITHOUT.get(name, name.replace("_", " ").capitalize())
        yield f'<section id="{name}"><h2>{_text(title)}</h2><p class="soft">{_text(subtitle)}</p>'
        yield "</section>"
        return
    yield f'<section id="{name}"><h2>{_text(title)}</h2>'
    subtitle = f"{subtitle}. {about}" if about else subtitle
    yield f'<p class="soft" id="{name}-says">{_text(subtitle)}</p>'
    labels = f'role="img" aria-label="{_text(title)}" aria-describedby="{name}-says"'
    yield f'<figure><div id="chart-{name}" {labels}></div></figure>'
    if name != "parallel":  # whose numbers are those of the table of trials
        yield (
            f'<details class="numbers" data-chart="{name}"><summary>the numbers as a table'
            f'</summary><div class="wide" tabindex="0" role="region" aria-label="Numbers of: '
            f'{_text(title)}"></div></details>'
        )
    if name == "parallel":
        yield (
            '<div class="tools"><button type="button" id="reset">all lines</button>'
            '<span class="soft">Drag along an axis, or move the sliders, to keep some lines. '
            '<span id="kept" role="status"></span></span></div>'
            '<div class="brush" id="brushes"></div>'
        )
    yield "</section>"


def _table(seen: LookedAt) -> Iterator[str]:
    yield '<section id="table"><h2>Trials</h2>'
    if not seen.trials:
        yield '<p class="soft">There is none yet.</p></section>'
        return
    hint = "words, or conditions such as status=failed or trial&gt;=10"
    yield (
        f'<div class="tools"><label>Keep rows with <input type="search" id="filter" '
        f'aria-describedby="filter-says"></label><span class="soft" id="filter-says">{hint}</span>'
        '<button type="button" id="before">before</button>'
        '<button type="button" id="after">after</button>'
        '<span id="shown" role="status"></span></div>'
        '<div class="wide" tabindex="0" role="region" aria-label="Table of trials">'
        '<table id="trials"><thead></thead><tbody></tbody></table></div></section>'
    )


def _definition(seen: LookedAt) -> Iterator[str]:
    yield '<section id="definition"><h2>Definition</h2><dl>'
    for aim in seen.aims:
        yield f"<dt>{'minimize' if aim.minimize else 'maximize'}</dt><dd>{_text(aim.metric)}</dd>"
    if not seen.aims:
        yield "<dt>objective</dt><dd>none</dd>"
    for item in seen.restrictions:
        yield f"<dt>outcome constraint</dt><dd>{_text(item.text)}</dd>"
    for axis in seen.axes:
        yield f"<dt>parameter</dt><dd><code>{_text(axis.text)}</code></dd>"
    for text in seen.parameter_constraints:
        yield f"<dt>parameter constraint</dt><dd><code>{_text(text)}</code></dd>"
    budget = "no end" if seen.budget is None else f"{seen.budget} trials"
    yield f"<dt>budget</dt><dd>{budget}</dd></dl></section>"
    if seen.archived:
        were = "run was" if seen.archived == 1 else "runs were"
        yield f'<footer class="soft">{seen.archived} {were} archived, and left out here.</footer>'


def _text(value: Any) -> str:
    return html.escape(str(value))

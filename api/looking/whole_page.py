"""All there is to see of an experiment, in one HTML file that loads nothing."""

from __future__ import annotations

import base64
import gzip
import html
import json
import math
from datetime import UTC, datetime
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from armwright.errors import UsageError
from armwright.looking.charts import Charts
from armwright.looking.drawing import runtime
from armwright.looking.figure_style import short
from armwright.looking.headline import Headline, headline_of
from armwright.looking.model import chosen_text
from armwright.looking.parallel import parallel_axes
from armwright.looking.timeline import duration, timeline_of
from armwright.looking.trials_table import column_of, column_of_metric, trials_columns
from armwright.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from armwright.experiment import Experiment
    from armwright.looking.best import Best
    from armwright.looking.looked_at import LookedAt
    from armwright.persistence import StoredExperiment

__all__ = ["summary_page"]

_Json = dict[str, Any]
# What may run in the page: what is in it. Nothing may be loaded from anywhere.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data: blob:"
)
_Figure = tuple[str, "_Json | None", str]
_WITHOUT = {"slice": "Slices", "pareto": "Best trade-offs", "parallel": "Parallel coordinates"}
_OF_A_MODEL = ("importance", "slice", "contour", "cross_validation")
_NARROW = 6  # parameters of the best arm that fit into a card
_SECTIONS = (  # in the order in which they stand
    *("trace", "pareto", "importance", "slice", "contour", "parallel", "cross_validation"),
    *("constraints", "feasibility", "failures", "timeline"),
)


def summary_page(subject: Experiment | StoredExperiment) -> str:
    """The page.

    A chart for which there is too little yet is replaced by a sentence that says what is missing.

    Args:
        subject: In memory, or in a folder as its last `refresh` found it.

    Raises:
        UsageError: The library that draws is not installed.
    """
    charts = Charts(subject)
    seen = charts.seen
    headline = headline_of(charts)
    figures = _figures(charts)
    about = dict.fromkeys(_OF_A_MODEL, _of_which(charts, figures))
    columns = trials_columns(seen)
    drawn = {name: _untitled(spec) for name, spec, _ in figures if spec is not None}
    data: _Json = {
        "charts": drawn,
        "table": {
            "rows": len(seen.trials),
            "columns": columns,
            "best": headline.best.trial if headline.best else None,
            "sort": "trial",
        },
        "parallel": _brushes(seen, charts.order()) if "parallel" in drawn else None,
    }
    parts = [
        *_head(seen, headline, figures),
        *(part for figure in figures for part in _section(*figure, about.get(figure[0], ""))),
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
        f'<script type="text/plain" id="data">{_packed(_document(data))}</script>\n'
        f'<script type="text/plain" id="library">{_packed(runtime())}</script>\n'
        f"<script>\n{script}</script>\n</body>\n</html>\n"
    )


def _figures(charts: Charts) -> list[_Figure]:
    """Each chart's name, with its specification or with the reason why there is none."""
    aims = charts.seen.aims
    found: list[_Figure] = []
    for kind in _SECTIONS:
        if kind == "pareto" and len(aims) < 2:
            continue
        if kind == "constraints" and not charts.seen.restrictions:
            continue
        if kind == "feasibility" and not charts.seen.restrictions and not _has_failed(charts):
            continue
        several = kind == "trace" and len(aims) > 1
        for place, metric in enumerate([aim.metric for aim in aims] if several else [None]):
            name = f"trace{place}" if several else kind
            try:
                found.append((name, charts.figure(kind, metric=metric), ""))
            except UsageError as error:
                found.append((name, None, error.message))
    return found


def _has_failed(charts: Charts) -> bool:
    return any(trial.status == "failed" for trial in charts.seen.trials)


def _of_which(charts: Charts, figures: Sequence[_Figure]) -> str:
    """Of which results the model is, where one was asked and is not of all."""
    if not any(spec is not None for name, spec, _ in figures if name in _OF_A_MODEL):
        return ""
    return chosen_text(charts.model, charts.seen, charts.modelled)


def _untitled(spec: _Json) -> _Json:
    """The chart without its title, which the page shows as text, and without lines it makes."""
    kept = {key: item for key, item in spec.items() if key not in ("title", "$schema")}
    first, *others = kept.get("layer") or [{}]
    if first.get("data", {}).get("name") == "lines":
        kept["layer"] = [{**first, "data": {"name": "lines", "values": []}}, *others]
    return kept


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


def _document(data: _Json) -> str:
    return json.dumps(data, allow_nan=False, separators=(",", ":"))


def _packed(text: str) -> str:
    """Compressed, in letters; always the same for the same text."""
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


# The page from above to below -------------------------------------------------------------------


def _head(seen: LookedAt, headline: Headline, figures: Sequence[_Figure]) -> Iterator[str]:
    yield f"<header>\n<h1>{_text(seen.name)}</h1>"
    if seen.description:
        yield f"<p>{_text(seen.description)}</p>"
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    yield f'<p class="soft">{_text(seen.place)} as of <time>{made}</time></p>'
    yield '<nav aria-label="Sections">'
    for name, spec, _ in figures:
        if spec is not None:
            yield f'<a href="#{name}">{_text(name.replace("_", "-"))}</a>'
    yield '<a href="#table">trials</a><a href="#definition">definition</a></nav>'
    yield '<div class="cards">'
    yield from _best_card(seen, headline)
    of = "" if headline.budget is None else f" of {headline.budget}"
    counts = ", ".join(f"{count} {status}" for status, count in headline.statuses) or "none yet"
    yield _card("Trials", f"{headline.trials}{of}", counts)
    health = f"{len(headline.notices)} to look at" if headline.notices else "good"
    times = timeline_of(seen)
    spent = f"{duration(times.busy)} of work, {duration(times.wasted)} for nothing"
    yield _card("Health", health, spent if times.spans else "")
    if headline.best is not None:
        yield _arm_card(headline.best)
    yield "</div>"
    for notice in headline.notices:
        yield f'<p class="notice" role="note">{_text(notice)}</p>'
    yield '<noscript><p class="notice">Charts and the table need JavaScript.</p></noscript>'
    yield "</header>"


def _best_card(seen: LookedAt, headline: Headline) -> Iterator[str]:
    best = headline.best
    if best is None:
        if len(seen.aims) > 1:
            names = ", ".join(
                f"{aim.metric} ({'lower' if aim.minimize else 'higher'} is better)"
                for aim in seen.aims
            )
            yield _card("Best trade-offs", str(headline.trade_offs), names)
        else:
            yield _card("Best", "none yet", headline.no_best)
        return
    sem = f" ± {1.96 * best.sem:.2g}" if best.sem > 0 else ""
    direction = "lower" if seen.aims[0].minimize else "higher"
    words = [f"measured in trial {best.trial}; {direction} is better"]
    if sem:
        words.append("± is a 95 % interval")
    if math.isfinite(best.expected):
        words.append(f"the model expects {best.expected:.5g} ± {1.96 * best.expected_sd:.2g} there")
    yield _card(f"Best {best.metric}", f"{best.mean:.5g}{sem}", "; ".join(words))


def _arm_card(best: Best) -> str:
    """The best arm, over the whole page where it has many parameters."""
    items = "".join(
        f"<div><dt>{_text(name)}</dt><dd>{_text(short(value))}</dd></div>"
        for name, value in best.parameters.items()
    )
    wide = " arm" if len(best.parameters) > _NARROW else ""
    return f'<div class="card{wide}">Best arm<dl>{items}</dl></div>'


def _card(title: str, value: str, words: str) -> str:
    return (
        f'<div class="card">{_text(title)}<b>{_text(value)}</b>'
        f'<span class="soft">{_text(words)}</span></div>'
    )


def _section(name: str, spec: _Json | None, reason: str, about: str) -> Iterator[str]:
    if spec is None:
        title = _WITHOUT.get(name, name.replace("_", " ").capitalize())
        yield f'<section id="{name}"><h2>{_text(title)}</h2><p class="soft">{_text(reason)}</p>'
        yield "</section>"
        return
    title, subtitle = spec["title"]["text"], spec["title"]["subtitle"]
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


def _text(value: Any) -> str:
    return html.escape(str(value))

"""The head of the page: what the experiment comes to, in cards, and what to look at first."""

from __future__ import annotations

import html
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from armwright.looking.figure_style import short
from armwright.looking.timeline import duration, timeline_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from armwright.looking.best import Best
    from armwright.looking.headline import Headline
    from armwright.looking.looked_at import LookedAt

__all__ = ["head_of"]

_NARROW = 6  # parameters of the best arm that fit into a card
_LETTERS = 20  # of a parameter and its value, likewise


def head_of(seen: LookedAt, headline: Headline, charts: Sequence[str]) -> Iterator[str]:
    """The lines of the page's head.

    Args:
        seen: The experiment.
        headline: What it comes to.
        charts: The names of the charts that follow.
    """
    yield f"<header>\n<h1>{_text(seen.name)}</h1>"
    if seen.description:
        yield f"<p>{_text(seen.description)}</p>"
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    yield f'<p class="soft">{_text(seen.place)} as of <time>{made}</time></p>'
    yield '<nav aria-label="Sections">'
    labels = {f"trace{at}": f"trace of {aim.metric}" for at, aim in enumerate(seen.aims)}
    for name in charts:
        yield f'<a href="#{name}">{_text(labels.get(name, name.replace("_", "-")))}</a>'
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
        words.append("and none better: the best of noisy results may be luck")
    yield _card(f"Best {best.metric}", f"{best.mean:.5g}{sem}", "; ".join(words))


def _arm_card(best: Best) -> str:
    """The best arm, over the whole page where it has many parameters."""
    items = "".join(
        f"<div><dt>{_text(name)}</dt><dd>{_text(short(value))}</dd></div>"
        for name, value in best.parameters.items()
    )
    longest = max((len(f"{n} {short(v)}") for n, v in best.parameters.items()), default=0)
    wide = " arm" if len(best.parameters) > _NARROW or longest > _LETTERS else ""
    return f'<div class="card{wide}">Best arm<dl>{items}</dl></div>'


def _card(title: str, value: str, words: str) -> str:
    return (
        f'<div class="card">{_text(title)}<b>{_text(value)}</b>'
        f'<span class="soft">{_text(words)}</span></div>'
    )


def _text(value: Any) -> str:
    return html.escape(str(value))

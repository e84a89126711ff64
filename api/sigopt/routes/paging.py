"""One page of a list.

The newest come first, or the first by what `sort` names; `ascending` turns them round. In falling
order `before` leads on and `after` back, in rising order the other way round. Asked for with
`after` alone, and in no order, a list begins with the oldest. Where a page begins is said as
`<created>-<id>`, and an id of an item is understood too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.sigopt.exception import refused
from armwright.sigopt.fields import whole_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from armwright.sigopt.routes.request import Request

__all__ = ["in_order", "page", "whole_page"]

Json = dict[str, Any]
Key = tuple[int, int, str]  # when it was made, and its id as a number and as a text

_MOST = 1000


def whole_page(items: Sequence[Json]) -> Json:
    """A list that is one page, in the order given."""
    return {
        "object": "pagination",
        "data": list(items),
        "count": len(items),
        "paging": {"before": None, "after": None},
    }


def page(
    items: Sequence[Json], request: Request, sort: Callable[[Json], Any] | None = None
) -> Json:
    """The page of a list that is asked for, by `limit`, `before` and `after`.

    Args:
        items: All of them, each with `id` and `created`.
        request: What was asked.
        sort: What they are sorted by; None of it comes last. By age where there is none.

    Raises:
        ApiException: There is no such page. Status 400.
    """
    limit = whole_of(_number(request.body.get("limit", _MOST)), "limit", 0)
    onward, backward = "before", "after"
    asked = request.body
    from_oldest = sort is None and asked.get("after") is not None and asked.get("before") is None
    if request.flag("ascending") or from_oldest:
        onward, backward = backward, onward
    falling = onward == "before"
    keys = {item["id"]: _rank(item, sort) for item in items}
    ordered = sorted(items, key=lambda item: keys[item["id"]], reverse=falling)
    if sort is not None:
        ordered.sort(key=lambda item: sort(item) is None)
    places = {item["id"]: place for place, item in enumerate(ordered)}
    first, last = 0, len(ordered)
    start, end = request.word(onward), request.word(backward)
    if start:
        first = _place(start, ordered, places, newest_first=falling, after=True)
    elif end:
        last = _place(end, ordered, places, newest_first=falling, after=False)
        first = max(0, last - limit)
    shown = ordered[first : min(last, first + limit)]
    more = 0 < first + len(shown) < len(ordered) and bool(shown)
    return {
        "object": "pagination",
        "data": shown,
        "count": len(items),
        "paging": {
            onward: _cursor(shown[-1]) if more else None,
            backward: _cursor(shown[0]) if shown else None,
        },
    }


def in_order(items: Sequence[Json], request: Request) -> Json:
    """The page of a list that has an order of its own."""
    places = {item["id"]: -place for place, item in enumerate(items)}
    return page(items, request, lambda item: places[item["id"]])


def _rank(item: Json, sort: Callable[[Json], Any] | None) -> Any:
    if sort is None:
        return _key(item)
    value = sort(item)
    return (
        value is not None,
        str(type(value)) if isinstance(value, str) else "",
        0 if value is None else value,
        _key(item),
    )


def _place(
    cursor: str,
    ordered: Sequence[Json],
    places: Mapping[str, int],
    *,
    newest_first: bool,
    after: bool,
) -> int:
    """Where in a list the page after or before a cursor begins or ends."""
    ident = cursor if cursor in places else cursor.partition("-")[2]
    if ident in places:
        return places[ident] + after
    edge = _edge(cursor)  # of an item that has gone
    return sum((_key(item) > edge) == newest_first for item in ordered)


def _key(item: Json) -> Key:
    return _of(int(item.get("created") or 0), str(item["id"]))


def _of(created: int, ident: str) -> Key:
    return created, int(ident) if ident.isdigit() else -1, ident


def _cursor(item: Json) -> str:
    created, _, ident = _key(item)
    return f"{created}-{ident}"


def _edge(start: str) -> Key:
    created, dash, ident = start.partition("-")
    if not dash or not created.isdigit():
        raise refused(f"no page begins at {start!r}")
    return _of(int(created), ident)


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdigit() else value

"""One page of a list.

Without `after` the newest come first and `before` leads to older ones; with it the oldest come
first and `after` leads to newer ones. Where a page begins is said as `<created>-<id>`, and an id of
an item is understood too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from armwright.sigopt.exception import refused
from armwright.sigopt.fields import whole_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from armwright.sigopt.routes.request import Request

__all__ = ["page", "whole_page"]

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


def page(items: Sequence[Json], request: Request) -> Json:
    """The page of a list that is asked for, by `limit`, `before` and `after`.

    Args:
        items: All of them, each with `id` and `created`.
        request: What was asked.

    Raises:
        ApiException: There is no such page. Status 400.
    """
    limit = whole_of(_number(request.body.get("limit", _MOST)), "limit", 0)
    way = "after" if request.body.get("after") is not None else "before"
    if request.body.get("before") is not None:
        way = "before"
    ordered = sorted(items, key=_key, reverse=way == "before")
    start = request.word(way)
    if start:
        edge = _edge(start, items)
        ordered = [item for item in ordered if (_key(item) > edge) == (way == "after")]
        ordered = [item for item in ordered if _key(item) != edge]
    shown, more = ordered[:limit], len(ordered) > limit > 0
    following = _cursor(shown[-1]) if more else None
    return {
        "object": "pagination",
        "data": shown,
        "count": len(items),
        "paging": {"before": None, "after": None, way: following},
    }


def _key(item: Json) -> Key:
    return _of(int(item.get("created") or 0), str(item["id"]))


def _of(created: int, ident: str) -> Key:
    return created, int(ident) if ident.isdigit() else -1, ident


def _cursor(item: Json) -> str:
    created, _, ident = _key(item)
    return f"{created}-{ident}"


def _edge(start: str, items: Sequence[Json]) -> Key:
    for item in items:
        if item["id"] == start:
            return _key(item)
    created, dash, ident = start.partition("-")
    if not dash or not created.isdigit():
        raise refused(f"no page begins at {start!r}")
    return _of(int(created), ident)


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdigit() else value

"""One page of a list.

The newest come first, or the first by what `sort` names; `ascending` shows them the other way
round. In either order `before` asks for what is older (or smaller) than a place, `after` for what
is newer; with `after` alone, or in rising order without either, a page holds those next to the
beginning of time. Where a page ends is said as `<created>-<id>`, and an id of an item is understood
too; an empty text is no place, and says the direction only.
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
    rising = request.flag("ascending")
    has_before, has_after = (request.body.get(name) is not None for name in ("before", "after"))
    from_top = has_before and not has_after if rising else has_before or not has_after
    keys = {item["id"]: _rank(item, sort) for item in items}
    ordered = sorted(items, key=lambda item: keys[item["id"]], reverse=True)
    if sort is not None:
        ordered.sort(key=lambda item: (sort(item) is None) != rising)  # shown last in any order
    places = {item["id"]: place for place, item in enumerate(ordered)}
    before, after = request.word("before"), request.word("after")
    first = _place(before, ordered, places, itself=True) if before else 0
    last = _place(after, ordered, places, itself=False) if after else len(ordered)
    fits = ordered[first : max(first, last)]
    start = 0 if from_top else max(0, len(fits) - limit)
    shown = fits[start : start + limit]
    more = len(fits) > len(shown)
    paging = {"before": before or None, "after": after or None}  # whoever waits may ask again
    if shown:
        paging["before"] = _cursor(shown[-1]) if more or not from_top else None
        paging["after"] = _cursor(shown[0]) if more or from_top else None
    if rising:
        shown = shown[::-1]
    return {"object": "pagination", "data": shown, "count": len(items), "paging": paging}


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


def _place(cursor: str, ordered: Sequence[Json], places: Mapping[str, int], *, itself: bool) -> int:
    """How many of a list, newest first, are newer than a place, or are `itself` that place."""
    ident = cursor if cursor in places else cursor.partition("-")[2]
    if ident in places:
        return places[ident] + itself
    edge = _edge(cursor)  # of an item that has gone
    return sum(_key(item) > edge for item in ordered)


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

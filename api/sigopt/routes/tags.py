"""Tags: marks with a name and a colour, of the whole store, and the runs that have them."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any, Final

from armwright.sigopt.exception import refused
from armwright.sigopt.fields import checked_name, known_keys
from armwright.sigopt.folders import shared_folder
from armwright.sigopt.place import fresh_id
from armwright.sigopt.routes.finding import run_place
from armwright.sigopt.routes.paging import page

if TYPE_CHECKING:
    from armwright.sigopt.routes.request import Request

__all__ = ["add", "create", "list_all", "remove"]

Json = dict[str, Any]

_COLOR: Final = re.compile("#[0-9a-f]{6}", re.IGNORECASE | re.ASCII)


def create(request: Request) -> Json:
    """Makes a tag; no two have one name."""
    body = request.body
    known_keys(body, ("name", "color"), "a tag")
    name = checked_name(body.get("name"), "the name of a tag")
    color = body.get("color")
    if not isinstance(color, str) or not _COLOR.fullmatch(color):
        raise refused(f"the color of a tag should be like #1A2B3C, got {color!r}")
    ident = fresh_id()
    made = {"name": name, "color": color.upper(), "created": round(time.time())}

    def with_it(before: Json) -> Json:
        tags = before.get("tags") or {}
        if any(tag["name"] == name for tag in tags.values()):
            raise refused(f"there is a tag {name!r} already", 409)
        return {**before, "tags": {**tags, ident: made}}

    shared_folder().redefine(with_it)
    return _answer(ident, made)


def list_all(request: Request) -> Json:
    """All tags of the store, newest first."""
    sort = request.word("sort", "id")
    if sort != "id":
        raise refused(f"tags are sorted by id, got {sort!r}")
    found = [{**_answer(ident, tag), "created": tag["created"]} for ident, tag in _tags().items()]
    answered = page(found, request)
    for item in answered["data"]:
        del item["created"]
    return answered


def add(request: Request) -> Json:
    """Gives a run a tag."""
    known_keys(request.body, ("id",), "a tag of a run")
    ident = request.body.get("id")
    folder, number = run_place(request.ids[0])
    folder.run(number)
    if ident is None or isinstance(ident, bool) or not str(ident).isdigit():
        raise refused(f"the id of a tag should be of digits, got {ident!r}")
    tag = _tags().get(str(ident))
    if tag is None:
        raise refused(f"there is no tag {ident}", 422)
    folder.patch(number, {"tags": {str(ident): True}})
    return _answer(str(ident), tag)


def remove(request: Request) -> Json:
    """Takes a tag from a run; the tag stays."""
    run_id, ident = request.ids
    folder, number = run_place(run_id)
    folder.run(number)
    tag = _tags().get(ident)
    if tag is None:
        raise refused(f"there is no tag {ident!r}", 404)
    folder.patch(number, {"tags": {ident: None}})
    return _answer(ident, tag)


def _tags() -> Json:
    found: Json = shared_folder().definition.get("tags") or {}
    return found


def _answer(ident: str, tag: Json) -> Json:
    return {"object": "tag", "id": ident, "name": tag["name"], "color": tag["color"]}

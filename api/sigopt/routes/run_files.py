"""Files of a run: the driver says where each is to be sent, and where it can be had.

A file's id is its run's, and a word of its own. A run lists a file from when it was announced; it
can be fetched once it has arrived.
"""

from __future__ import annotations

import base64
import binascii
import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from armwright.sigopt.exception import refused
from armwright.sigopt.fields import known_keys, whole_of
from armwright.sigopt.files import file_word, measures_of
from armwright.sigopt.routes import held_runs
from armwright.sigopt.routes.file_receiver import expect, offer
from armwright.sigopt.routes.finding import run_place

if TYPE_CHECKING:
    from armwright.sigopt.routes.request import Request

__all__ = ["announce", "fetch"]

Json = dict[str, Any]

_MOST_BYTES: Final = 50_000_000
_MD5_BYTES: Final = 16
_KEYS: Final = ("content_length", "content_md5", "content_type", "name", "filename")
_KIND: Final = re.compile(
    r"(application|audio|font|image|message|model|multipart|text|video)/[\w!#$&^.+-]+", re.ASCII
)


def announce(request: Request) -> Json:
    """Says where a file is to be sent: with an HTTP request to this process, on this machine."""
    about = _checked(request.body)
    folder, number = run_place(request.ids[-1])
    run = folder.run(number)
    word = file_word()
    attempt = held_runs.attempt_at(folder, number)
    folder.patch(number, {"files": {word: about}}, attempt=attempt)

    def keep(content: bytes) -> None:
        if any(about[key] != item for key, item in measures_of(content).items()):
            raise ValueError("the file is not the one that was announced")
        ours = held_runs.attempt_at(folder, number) or folder.newest_attempt(number)
        folder.keep_file(number, {"id": word, **about}, content, attempt=ours)

    headers = {"Content-Type": about["content_type"]}
    to = {"method": "PUT", "url": expect(about["content_length"], keep), "headers": headers}
    return _answer(f"{run['id']}-{word}", about, upload=to)


def fetch(request: Request) -> Json:
    """What a file is, and where it can be had: from this process, on this machine."""
    ident = request.ids[0]
    run_id, _, word = ident.partition("-")
    folder, number = run_place(run_id)
    about = folder.run(number)["files"].get(word)
    if about is None:
        raise refused(f"there is no file {ident!r}", 404)
    come: Json | None = None
    if "table" in about:
        read = partial(folder.file, about["table"])
        come = {"url": offer(f"{folder.url}/{about['table']}", about["content_type"], read)}
    return _answer(ident, about, download=come)


def _checked(body: Json) -> Json:
    known_keys(body, _KEYS, "a file")
    length = body.get("content_length")
    if isinstance(length, str):
        raise refused(f"content_length should be a number, got {length!r}")
    length = whole_of(length, "content_length", 1)
    if length > _MOST_BYTES:
        raise refused(f"content_length is {_MOST_BYTES} at most, got {length}")
    md5, kind = body.get("content_md5"), body.get("content_type")
    try:
        digest = base64.b64decode(md5, validate=True) if isinstance(md5, str) else b""
    except binascii.Error:
        digest = b""
    if len(digest) != _MD5_BYTES:
        raise refused(f"content_md5 should be base64 of {_MD5_BYTES} bytes, got {md5!r}")
    if not isinstance(kind, str) or not _KIND.fullmatch(kind):
        raise refused(f"content_type should be one such as image/png, got {kind!r}")
    for key in ("name", "filename"):
        if not isinstance(body.get(key), str | None):
            raise refused(f"the {key} of a file should be a text, got {body[key]!r}")
    label = str(body.get("filename") or body.get("name") or "file").rpartition("/")[2]
    return {
        "name": body.get("name"),
        "filename": label,
        "content_type": kind,
        "content_length": length,
        "content_md5": md5,
    }


def _answer(
    ident: str, about: Json, *, upload: Json | None = None, download: Json | None = None
) -> Json:
    shown = {key: about.get(key) for key in _KEYS}
    return {"object": "file", "id": ident, **shown, "upload": upload, "download": download}

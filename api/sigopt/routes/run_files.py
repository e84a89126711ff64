"""Files of a run: the driver says where each is to be sent, and keeps it when it arrives."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING, Any

from armwright.sigopt.exception import refused
from armwright.sigopt.fields import known_keys, whole_of
from armwright.sigopt.routes import held_runs
from armwright.sigopt.routes.file_receiver import expect
from armwright.sigopt.routes.finding import run_place

if TYPE_CHECKING:
    from armwright.sigopt.routes.request import Request

__all__ = ["announce"]

Json = dict[str, Any]

_MOST_BYTES = 50_000_000


def announce(request: Request) -> Json:
    """Says where a file is to be sent: with an HTTP request to this process, on this machine."""
    known = ("content_length", "content_md5", "content_type", "name", "filename")
    known_keys(request.body, known, "a file")
    body = request.body
    length = whole_of(body.get("content_length"), "content_length", 0)
    if length > _MOST_BYTES:
        raise refused(f"a file has at most {_MOST_BYTES} bytes, got {length}")
    try:
        digest = base64.b64decode(str(body.get("content_md5")), validate=True)
    except binascii.Error as error:
        raise refused(f"content_md5 should be base64, got {body.get('content_md5')!r}") from error
    kind = str(body.get("content_type") or "application/octet-stream")
    label = str(body.get("name") or body.get("filename") or "file").rpartition("/")[2]
    folder, number = run_place(request.ids[-1])
    folder.run(number)

    def keep(content: bytes) -> None:
        if len(content) != length or hashlib.md5(content, usedforsecurity=False).digest() != digest:
            raise ValueError("the file is not the one that was announced")
        attempt = held_runs.attempt_at(folder, number) or folder.newest_attempt(number)
        folder.keep_file(number, label, content, kind, attempt=attempt)

    return {
        "object": "file",
        "name": body.get("name"),
        "filename": body.get("filename"),
        "content_type": kind,
        "upload": {"method": "PUT", "url": expect(length, keep), "headers": {"Content-Type": kind}},
    }

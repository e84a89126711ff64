"""SigOpt's place for pictures as files; see `images`."""

from __future__ import annotations

import base64
import hashlib
import io
import os
import warnings
from typing import IO, Any

from armwright.sigopt.images import image_file

__all__ = [
    "create_api_image_payload",
    "get_blob_properties",
    "try_load_matplotlib_image",
    "try_load_numpy_image",
    "try_load_pil_image",
]

Payload = tuple[str | None, IO[bytes], str]


def create_api_image_payload(image: Any) -> Payload | None:
    """The path (None for what is no file), the content and the content type of a picture.

    Warns about what is none, and is None then.
    """
    found = image_file(image)
    if found is None:
        warnings.warn(
            f"log_image takes paths of images, images, figures and arrays, got {image!r:.80}",
            RuntimeWarning,
            stacklevel=3,
        )
        return None
    content, kind = found
    path = os.fspath(image) if isinstance(image, str | os.PathLike) else None
    return path, io.BytesIO(content), kind


def try_load_pil_image(image: Any) -> Payload | None:
    """The same for an image of Pillow; None for anything else."""
    return _payload(image) if hasattr(image, "getbands") else None


def try_load_matplotlib_image(image: Any) -> Payload | None:
    """The same for a figure of Matplotlib."""
    return _payload(image) if hasattr(image, "savefig") else None


def try_load_numpy_image(image: Any) -> Payload | None:
    """The same for an array."""
    is_array = hasattr(image, "__array_interface__") and not hasattr(image, "getbands")
    return _payload(image) if is_array else None


def get_blob_properties(blob: IO[bytes]) -> tuple[int, str]:
    """The length of a file, and its MD5 in base64."""
    blob.seek(0)
    content = blob.read()
    digest = hashlib.md5(content).digest()  # noqa: S324 - a checksum
    return len(content), base64.b64encode(digest).decode("ascii")


def _payload(image: Any) -> Payload | None:
    found = image_file(image)
    return None if found is None else (None, io.BytesIO(found[0]), found[1])

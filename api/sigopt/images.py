"""A picture as a file: what `log_image` takes, and how it is written down."""

from __future__ import annotations

import io
import mimetypes
import os
import struct
import zlib
from pathlib import Path
from typing import Any

__all__ = ["image_file", "png"]

_COLORS = {1: 0, 3: 2, 4: 6}  # PNG's word for as many channels


def image_file(image: Any) -> tuple[bytes, str] | None:
    """The content and content type of a picture; None for what is none.

    Args:
        image: A path, a PIL image, a matplotlib figure, or an array of two dimensions, or of three
            with 1, 3 or 4 channels; floats are shares of full brightness.
    """
    if isinstance(image, str | os.PathLike):
        kind = mimetypes.guess_type(os.fspath(image))[0] or ""
        return (Path(image).read_bytes(), kind) if kind.startswith("image/") else None
    if hasattr(image, "savefig"):
        buffer = io.BytesIO()
        image.savefig(buffer, format="svg")
        return buffer.getvalue(), "image/svg+xml"
    if hasattr(image, "save") and hasattr(image, "getbands"):
        buffer = io.BytesIO()
        image.save(buffer, "PNG")
        return buffer.getvalue(), "image/png"
    if hasattr(image, "__array_interface__"):
        return _array_file(image)
    return None


def _array_file(image: Any) -> tuple[bytes, str] | None:
    import numpy as np

    pixels = np.asarray(image)
    if pixels.ndim == 2:
        pixels = pixels[:, :, None]
    if pixels.ndim != 3 or pixels.shape[2] not in _COLORS or not pixels.size:
        return None
    if pixels.dtype.kind == "f":
        pixels = np.clip(np.nan_to_num(pixels), 0.0, 1.0) * 255.0
    elif pixels.dtype.kind not in "iub":
        return None
    elif pixels.dtype.kind == "b":
        pixels = pixels * 255
    levels = np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
    height, width, channels = levels.shape
    return png(levels.tobytes(), width, height, channels), "image/png"


def png(pixels: bytes, width: int, height: int, channels: int) -> bytes:
    """A PNG of 8 bits a channel, unfiltered (W3C PNG, sections 5, 9 and 11)."""
    row = width * channels
    lines = b"".join(b"\0" + pixels[at * row : (at + 1) * row] for at in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, _COLORS[channels], 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)

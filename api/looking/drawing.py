"""From a Vega-Lite specification to a figure, or to a file: SVG, PNG, HTML or the specification.

Why Vega-Altair: a page must hold the library and 10,000 trials in 2 MB. Compressed and in base64,
Plotly takes 2.0 MB, Bokeh 0.5 MB, Vega with Vega-Lite and Vega-Embed 0.4 MB; and vl-convert makes
PNG and SVG from the same specification without a browser. It comes with the extra `plot`.
"""

from __future__ import annotations

import importlib
import json
import textwrap
import zlib
from typing import TYPE_CHECKING, Any

from armwright.errors import UsageError
from armwright.store import write_document
from armwright.store.address import shown

if TYPE_CHECKING:
    import os

    import altair

__all__ = ["ENDINGS", "drawn", "runtime", "write_figure"]

ENDINGS = (".svg", ".png", ".html", ".json")
_VERSION = "6.4"  # of Vega-Lite, as Altair 6 has it
_STANDS_IN = "\ufdd0"  # for <; no text has this, for it is no character
_LETTERS = 125  # of a line under a title
_SCALE = 2.0  # of PNG, for screens that show two pixels as one
# Draws a specification into an element; what a page needs of the library, and nothing else of it.
_RUNTIME = """
window.drawChart = async (element, spec) => {
  const tooltip = (handler, event, item, value) => window.showTip(event, value);
  const options = {mode: "vega-lite", actions: false, renderer: "canvas", tooltip};
  return (await vegaEmbed(element, spec, options)).view;
};
"""


def drawn(spec: dict[str, Any]) -> altair.Chart:
    """A figure of Altair's, which notebooks show and which can be changed further.

    Raises:
        UsageError: Altair is not installed.
    """
    library: Any = _library("altair")
    figure: altair.Chart = library.Chart.from_dict(_wrapped(spec))
    return figure


def write_figure(spec: dict[str, Any], file: str | os.PathLike[str]) -> int:
    """Writes a chart into a file, replaced as a whole; its ending says as what.

    Args:
        spec: The chart.
        file: A path or URL that ends in .svg, .png, .html, or .json for the specification.

    Returns:
        How many bytes it has.

    Raises:
        UsageError: It ends otherwise, or the library that draws is not installed.
        StoreError: It cannot be written.
    """
    path = str(file)
    ending = next((item for item in ENDINGS if path.lower().endswith(item)), None)
    if ending is None:
        raise UsageError(f"expected a file that ends in {', '.join(ENDINGS)}, got {shown(path)!r}")
    if ending == ".json":
        body = json.dumps(spec, allow_nan=False).encode()
    else:
        library: Any = _library("vl_convert")
        spec = _wrapped(spec)
        if ending == ".svg":
            body = library.vegalite_to_svg(spec, vl_version=_VERSION).encode()
        elif ending == ".png":
            body = _smaller(library.vegalite_to_png(spec, vl_version=_VERSION, scale=_SCALE))
        else:
            body = _html(library, spec).encode()
    write_document(path, body)
    return len(body)


def _wrapped(spec: dict[str, Any]) -> dict[str, Any]:
    """The chart with a long subtitle in several lines; a drawing would cut it off."""
    title = spec.get("title")
    if not isinstance(title, dict) or not isinstance(title.get("subtitle"), str):
        return spec
    lines = textwrap.wrap(title["subtitle"], _LETTERS)
    return {**spec, "title": {**title, "subtitle": lines if len(lines) > 1 else title["subtitle"]}}


def _html(library: Any, spec: dict[str, Any]) -> str:
    """A page of its own, in which no name of the user's can end the script that holds the chart.

    The library writes texts into the script as they are; what it escapes not, we do.
    """
    text = json.dumps(spec, allow_nan=False, ensure_ascii=False).replace("<", _STANDS_IN)
    page: str = library.vegalite_to_html(text, vl_version=_VERSION, bundle=True)
    return page.replace(_STANDS_IN, "\\u003c")


def _smaller(png: bytes) -> bytes:
    """The same picture, packed as well as can be: the library packs it in a hurry."""
    chunks, at = [], 8  # after the signature
    while at < len(png):
        size = int.from_bytes(png[at : at + 4])
        chunks.append((png[at + 4 : at + 8], png[at + 8 : at + 8 + size]))
        at += size + 12
    pixels = zlib.decompress(b"".join(data for kind, data in chunks if kind == b"IDAT"))
    whole = [item for item in chunks if item[0] not in (b"IDAT", b"IEND")]
    whole += [(b"IDAT", zlib.compress(pixels, 9)), (b"IEND", b"")]
    parts = [
        len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)
        for kind, data in whole
    ]
    return b"".join([png[:8], *parts])


def runtime() -> str:
    """The script that draws specifications in a page: `drawChart(element, spec)`.

    Raises:
        UsageError: The library that draws is not installed.
    """
    script: str = _library("vl_convert").javascript_bundle(_RUNTIME, vl_version=_VERSION)
    return script


def _library(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise UsageError(
            f"charts need {name}, which is not installed",
            hint="pip install 'armwright[plot]'",
        ) from error

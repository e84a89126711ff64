"""A headless Chromium under control, through its debugging pipe: opens files, looks, photographs.

The protocol is Chromium's own (DevTools), spoken over two pipes, so that it needs no port and no
package beyond the standard library.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CHROMIUM", "READY", "Chromium", "Page"]

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next(filter(None, map(shutil.which, _NAMES)), None)
# A promise, for `Page.evaluate`: a page that `armwright summary` wrote has drawn all its figures.
READY = """new Promise((done, fail) => {
  const wait = setInterval(() => {
    const state = document.documentElement.dataset;
    if (!state.ready && !state.failed) return;
    clearInterval(wait);
    state.ready ? done() : fail(state.failed);
  }, 50);
})"""
_Json = dict[str, Any]


@dataclass(kw_only=True)
class Page:
    """One page in one tab.

    Attributes:
        browser: Where it is.
        session: The protocol's name for it.
        words: What it wrote to its console, and errors that nobody caught.
        requests: What it asked the network for.
    """

    browser: Chromium
    session: str
    words: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def call(self, method: str, **params: Any) -> _Json:
        """Asks the tab for something; what it says meanwhile is kept."""
        return self.browser.call(method, self.session, **params)

    def evaluate(self, expression: str) -> Any:
        """What an expression of JavaScript comes to; a promise is awaited.

        Raises:
            RuntimeError: It threw.
        """
        found = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in found:
            raise RuntimeError(json.dumps(found["exceptionDetails"])[:2000])
        return found["result"].get("value")

    def press(self, key: str, code: int) -> None:
        """Presses and releases a key."""
        for kind in ("keyDown", "keyUp"):
            event = {"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code}
            self.call(
                "Input.dispatchKeyEvent", **event, text=chr(code) if kind == "keyDown" else ""
            )

    def screenshot(
        self, file: Path, *, box: tuple[float, float, float, float] | None = None
    ) -> None:
        """Writes a PNG of the whole page, or of a box in it: left, top, width, height."""
        if box is None:
            size = self.call("Page.getLayoutMetrics")["cssContentSize"]
            box = (0, 0, size["width"], size["height"])
        left, top, width, height = box
        clip = {"x": left, "y": top, "width": width, "height": height, "scale": 1}
        options = {"format": "png", "captureBeyondViewport": True, "clip": clip}
        file.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", **options)["data"]))

    def pdf(self, file: Path) -> None:
        """Prints the page into a file, on A4."""
        size = {"paperWidth": 8.27, "paperHeight": 11.69, "printBackground": False}
        file.write_bytes(base64.b64decode(self.call("Page.printToPDF", **size)["data"]))


class Chromium:
    """A browser without a window, to be used in a with-statement."""

    def __enter__(self) -> Self:
        if CHROMIUM is None:
            raise RuntimeError("no chromium on the path")
        self._folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        options = (
            *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"),
            *("--disable-dev-shm-usage", "--no-first-run", f"--user-data-dir={self._folder.name}"),
            "--remote-debugging-pipe",
        )
        # The protocol wants its pipes as 3 and 4.
        shell = f'exec "$0" "$@" 3<&{theirs_in} 4>&{theirs_out}'
        bash = shutil.which("bash") or "/bin/bash"
        self._process = subprocess.Popen(
            [bash, "-c", shell, CHROMIUM, *options],
            pass_fds=(theirs_in, theirs_out),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._number, self._rest = 0, b""
        self._pages: dict[str, Page] = {}
        return self

    def __exit__(self, *_: object) -> None:
        with contextlib.suppress(EOFError):
            self.call("Browser.close", None)
        os.close(self._out)
        os.close(self._in)
        self._process.wait(30)
        self._folder.cleanup()

    def open(self, file: Path, *, width: int = 1280, height: int = 900, dark: bool = False) -> Page:
        """Opens a file; returns once it is loaded."""
        target = self.call("Target.createTarget", None, url="about:blank")["targetId"]
        found = self.call("Target.attachToTarget", None, targetId=target, flatten=True)
        page = self._pages[found["sessionId"]] = Page(browser=self, session=found["sessionId"])
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.call(f"{domain}.enable")
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        page.call("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        page.call("Emulation.setEmulatedMedia", features=[scheme])
        page.call("Page.navigate", url=file.resolve().as_uri())
        page.evaluate(
            "new Promise(done => document.readyState === 'complete' ? done() "
            ": addEventListener('load', done))"
        )
        return page

    def call(self, method: str, session: str | None, **params: Any) -> _Json:
        """Asks for something and waits for the answer.

        Raises:
            RuntimeError: The browser refuses.
            EOFError: It has gone.
        """
        self._number += 1
        message: _Json = {"id": self._number, "method": method, "params": params}
        if session is not None:
            message["sessionId"] = session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            said = self._read()
            if said.get("id") == self._number:
                if "error" in said:
                    raise RuntimeError(f"{method}: {said['error']}")
                return dict(said["result"])
            self._note(said)

    def _read(self) -> _Json:
        while b"\0" not in self._rest:
            more = os.read(self._in, 1 << 20)
            if not more:
                raise EOFError("the browser has gone")
            self._rest += more
        first, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(first))

    def _note(self, said: _Json) -> None:
        """Keeps what a page says without being asked."""
        page, params = self._pages.get(said.get("sessionId", "")), said.get("params", {})
        if page is None:
            return
        method = said.get("method")
        if method == "Runtime.consoleAPICalled":
            page.words += [str(item.get("value", item)) for item in params["args"]]
        elif method == "Runtime.exceptionThrown":
            page.words.append(json.dumps(params["exceptionDetails"])[:500])
        elif method == "Log.entryAdded":
            page.words.append(params["entry"]["text"])
        elif method == "Network.requestWillBeSent":
            page.requests.append(params["request"]["url"])

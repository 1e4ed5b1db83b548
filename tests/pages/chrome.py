"""A browser for tests: an installed Chrome, Chromium or Edge, driven over its own protocol. Nothing is fetched."""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import subprocess
import tempfile
import time
from pathlib import Path

import websocket

from innovlib.report import browser as installed


class Chrome:
    """One browser with one tab."""

    def __init__(self) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="innov-test-", ignore_cleanup_errors=True)
        flags = [*installed.flags(Path(self._scratch.name)), "--remote-debugging-port=0", "--remote-allow-origins=*"]
        self._log = Path(self._scratch.name, "log").open("w+b")  # noqa: SIM115 (closed with the browser)
        self._process = subprocess.Popen([str(installed.find()), *flags, "about:blank"], stderr=self._log)
        self._ids, self.requests, self.faults = itertools.count(1), [], []
        self._socket = websocket.create_connection(self._address(), timeout=60, suppress_origin=True)
        self._session = self._call("Target.attachToTarget", targetId=self._tab(), flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def _address(self) -> str:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            self._log.seek(0)
            for line in self._log.read().decode("utf-8", errors="replace").splitlines():
                if "DevTools listening on " in line:
                    return line.rpartition(" on ")[2].strip()
            time.sleep(0.05)
        raise RuntimeError("the browser did not say where it listens")

    def _tab(self) -> str:
        """The browser's first tab, which may open a moment after the browser begins to listen."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            for target in self._call("Target.getTargets")["targetInfos"]:
                if target["type"] == "page":
                    return target["targetId"]
            time.sleep(0.05)
        raise RuntimeError("the browser opened no tab")

    def call(self, method: str, **parameters) -> dict:
        """One command to the tab."""
        return self._call(method, _session=self._session, **parameters)

    def _call(self, method: str, _session: str = "", **parameters) -> dict:
        number = next(self._ids)
        message = {"id": number, "method": method, "params": parameters}
        self._socket.send(json.dumps(message | ({"sessionId": _session} if _session else {})))
        while (said := json.loads(self._socket.recv())).get("id") != number:
            self._note(said)
        if "error" in said:
            raise RuntimeError(f"{method}: {said['error']}")
        return said["result"]

    def _note(self, event: dict) -> None:
        if event.get("method") == "Network.requestWillBeSent":
            self.requests.append(event["params"]["request"]["url"])
        elif event.get("method") == "Runtime.exceptionThrown":
            self.faults.append(event["params"]["exceptionDetails"]["text"])
        elif event.get("method") == "Log.entryAdded" and event["params"]["entry"]["level"] == "error":
            self.faults.append(event["params"]["entry"]["text"])

    def open(self, page: Path, *, width: int = 1280, height: int = 900) -> None:
        """Show a file at a window size and wait until it and its fonts are there."""
        self.requests.clear()
        self.faults.clear()
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 600)  # fmt: skip
        self.call("Page.navigate", url=page.absolute().as_uri())
        self.run("new Promise(done => document.readyState === 'complete' ? done() : addEventListener('load', done))")
        self.run("document.fonts.ready.then(() => true)")

    def run(self, script: str):
        """The value of a script; promises are waited for."""
        said = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in said:
            raise RuntimeError(said["exceptionDetails"].get("exception", {}).get("description", "the script failed"))
        return said["result"].get("value")

    def pdf(self) -> bytes:
        """The page as it prints, with its own sheet size and margins."""
        said = self.call("Page.printToPDF", preferCSSPageSize=True, printBackground=True)
        return base64.b64decode(said["data"])

    def close(self) -> None:
        """End the browser and remove its profile."""
        with contextlib.suppress(Exception):
            self._call("Browser.close")
        self._socket.close()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        self._scratch.cleanup()

"""A headless Chromium, spoken to over the pipe of its devtools protocol: needs nothing but Python's library.

    with Chromium() as browser:
        page = browser.open("/tmp/page.html", width=360, height=800, dark=True)
        page.value("document.title")
"""

import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time


class Chromium:
    """The browser as a process of its own, which ends with the `with` block."""

    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

    def __enter__(self):
        program = next((path for path in map(shutil.which, self.names) if path), None)
        if program is None:
            raise SystemExit(f"there is no Chromium: none of {', '.join(self.names)} is on the PATH")
        self._profile = tempfile.mkdtemp(prefix="bnnm-chromium-")
        # The browser reads commands from descriptor 3 and writes answers to descriptor 4.
        commands, self._write = os.pipe()
        self._read, answers = os.pipe()

        def prepare():
            spare = [os.dup(commands), os.dup(answers)]
            os.dup2(spare[0], 3)
            os.dup2(spare[1], 4)

        self._process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
             "--no-first-run", "--disable-background-networking", "--disable-extensions", "--remote-debugging-pipe",
             f"--user-data-dir={self._profile}", "about:blank"],
            preexec_fn=prepare, close_fds=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(commands)
        os.close(answers)
        self._buffer = b""
        self._number = 0
        self.events = []
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        os.close(self._write)
        os.close(self._read)
        shutil.rmtree(self._profile, ignore_errors=True)

    def send(self, method, session=None, timeout=60, **parameters):
        """Sends a command and gives its result; events that arrive meanwhile are kept."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + timeout
        while True:
            answer = self._next(end - time.monotonic(), method)
            if answer.get("id") != self._number:
                self.events.append(answer)
            elif "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']['message']}")
            else:
                return answer["result"]

    def _next(self, timeout, waiting_for):
        while b"\0" not in self._buffer:
            if not select.select([self._read], [], [], max(0, timeout))[0]:
                raise TimeoutError(f"Chromium does not answer {waiting_for}")
            received = os.read(self._read, 1 << 20)
            if not received:
                raise RuntimeError("Chromium has ended")
            self._buffer += received
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def open(self, path, width=1280, height=900, dark=False, reduced_motion=False):
        """A file, or what a URL names, in a tab of its own, loaded and drawn."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, target, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            page.send(f"{domain}.enable")
        page.send("Performance.enable", timeDomain="threadTicks")
        page.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        page.send("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce" if reduced_motion else "no-preference"}])
        url = path if str(path).startswith("http://") else pathlib.Path(path).absolute().as_uri()
        page.send("Page.navigate", url=url)
        page.wait("document.readyState === 'complete' && location.protocol !== 'about:'")
        page.settle()
        return page


class Page:
    """A tab."""

    def __init__(self, browser, target, session):
        self._browser, self._target, self._session = browser, target, session

    def send(self, method, **parameters):
        return self._browser.send(method, session=self._session, **parameters)

    def value(self, expression):
        """What an expression of JavaScript gives."""
        answer = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def wait(self, condition, seconds=60):
        end = time.monotonic() + seconds
        while not self.value(condition):
            if time.monotonic() > end:
                raise TimeoutError(f"never true: {condition}")
            time.sleep(0.02)

    def settle(self):
        """Waits until sizes were observed and drawn."""
        self.value("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")

    def thread_seconds(self):
        """Time that the page's thread has worked so far, without what it waited for the processor."""
        metrics = self.send("Performance.getMetrics")["metrics"]
        return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")

    def press(self, key):
        """A key of the keyboard, down and up."""
        number = {"Tab": 9, "Enter": 13, "End": 35, "Home": 36, "ArrowUp": 38, "ArrowDown": 40, " ": 32}[key]
        text = {"Enter": "\r", " ": " "}.get(key)
        for kind in ("keyDown", "keyUp"):
            extra = {"text": text} if text and kind == "keyDown" else {}
            self.send("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=number, **extra)
        self.settle()

    def events(self, *methods):
        """What was told of this tab so far."""
        return [event["params"] for event in self._browser.events
                if event.get("sessionId") == self._session and event["method"] in methods]

    def screenshot(self, path, whole=False):
        answer = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        pathlib.Path(path).write_bytes(base64.b64decode(answer["data"]))

    def close(self):
        self._browser.send("Target.closeTarget", targetId=self._target)

"""Opens pages in headless Chromium and says what is wrong with them: check_pages.py PAGE.html ...

Each page is opened in both themes, wide and 360 pixels narrow. Exit status 1 where anything is wrong.
"""

import pathlib
import sys

from chromium import Chromium
from interactions import check_focus, check_graph, check_plots, check_runs, check_sorting

AUDIT = (pathlib.Path(__file__).parent / "audit.js").read_text()
# Width, height and whether the theme is dark.
VIEWS = [(1280, 900, False), (1280, 900, True), (360, 740, False), (360, 740, True)]
# What the page's thread may work until the page is drawn: time of its own, whatever else the machine does meanwhile.
MOST_SECONDS = 6


class Problems:
    """What was found, by page and view."""

    def __init__(self):
        self.count = 0
        self.place = ""

    def add(self, text):
        self.count += 1
        print(f"{self.place}: {text}", file=sys.stderr)

    def equal(self, found, expected, what):
        if found != expected:
            self.add(f"{what}: found {found!r}, expected {expected!r}")


def check_frame(page, problems):
    """The console is empty, nothing leaves the file, nothing is wider than the window."""
    for event in page.events("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"):
        problems.add(f"the console says {event}")
    for event in page.events("Network.requestWillBeSent"):
        url = event["request"]["url"]
        if event.get("type") != "Document" and not url.startswith("data:"):
            problems.add(f"asks for {url}")
    wide = page.value("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    problems.equal(wide, 0, "pixels beyond the window")
    for element in page.value(
            "[...document.querySelectorAll('body *')]"
            ".filter(element => !element.closest('.scroll, .nodes, .hidden, .skip')"
            " && element.getBoundingClientRect().right > innerWidth + 1)"
            ".map(element => element.outerHTML.slice(0, 100))"):
        problems.add(f"outside of the window: {element}")


def check(browser, path, problems):
    for width, height, dark in VIEWS:
        problems.place = f"{pathlib.Path(path).name}, {width} wide, {'dark' if dark else 'light'}"
        page = browser.open(path, width, height, dark, reduced_motion=dark)
        seconds = page.thread_seconds()
        if seconds > MOST_SECONDS:
            problems.add(f"took {seconds:.1f} seconds of work to draw; at most {MOST_SECONDS} are fine")
        problems.equal(page.value("document.querySelectorAll('main section[id]').length > 3"), True, "sections")
        for text in page.value(AUDIT):
            problems.add(text)
        duration = page.value("getComputedStyle(document.querySelector('.node')).transitionDuration")
        problems.equal(duration == "0s", dark, f"no transitions of {duration} where motion is to be reduced")
        for part in (check_focus, check_graph, check_plots, check_sorting, check_runs):
            part(page, problems)
        for text in page.value(AUDIT):
            problems.add(f"after all was used: {text}")
        check_frame(page, problems)
        layers = page.value("network.layers.length")
        page.close()
        print(f"{problems.place}: {layers} layers, {seconds:.2f} s of work")


def main(paths):
    problems = Problems()
    with Chromium() as browser:
        for path in paths:
            check(browser, path, problems)
    if problems.count:
        raise SystemExit(f"{problems.count} problems")


main(sys.argv[1:])

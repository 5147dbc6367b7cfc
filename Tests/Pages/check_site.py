"""Serves the documentation's site on this machine and opens it in headless Chromium: check_site.py FOLDER

Every page, in a wide light window and a narrow dark one: the console is empty, nothing comes from elsewhere, nothing is wider than
the window. Search finds what it must and nothing that is not there. Exit status 1 where anything is wrong.
"""

import functools
import http.server
import pathlib
import sys
import threading

from chromium import Chromium

VIEWS = [(1280, 900, False), (360, 740, True)]
# Words and a page that is among those found by them.
SEARCHES = [("bnnm_session_run", "docs/c-api-reference.html"), ("throttled", "docs/profiling.html")]
TYPE = """
(word => {
  const input = document.querySelector("#mkdocs-search-query");
  input.value = word;
  input.dispatchEvent(new KeyboardEvent("keyup"));
})
"""


class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def check_page(page, origin):
    """What is wrong with a page that has been used."""
    for event in page.events("Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"):
        # The search says that it is ready.
        if event.get("entry", {}).get("level") != "info":
            yield f"the console says {str(event)[:500]}"
    for event in page.events("Network.requestWillBeSent"):
        if not event["request"]["url"].startswith((origin, "data:", "blob:")):
            yield f"asks for {event['request']['url']}"
    wide = page.value("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if wide > 0:
        yield f"{wide} pixels beyond the window"


def check_search(page):
    """Types words and waits for what they must find; an answer to the word before may come first."""
    results = "document.querySelector('#mkdocs-search-results')"
    # The index is loaded in the background; until then nothing listens.
    page.wait(f"{TYPE}('bnnm'), !!{results}.querySelector('article')")
    for word, expected in SEARCHES:
        page.value(f"{TYPE}('{word}')")
        page.wait(f"!!{results}.querySelector('a[href*=\"{expected}\"]')")
    page.value(f"{TYPE}('zzzzqqqq')")
    page.wait(f"{results}.innerText !== '' && !{results}.querySelector('article')")


def main(folder):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{server.server_port}/"
    pages = sorted(path.relative_to(folder).as_posix() for path in pathlib.Path(folder).rglob("*.html"))
    problems = []
    with Chromium() as browser:
        for name in pages:
            for width, height, dark in VIEWS:
                page = browser.open(origin + name, width, height, dark)
                if name == "index.html":
                    check_search(page)
                found = [*check_page(page, origin)]
                if page.value("document.documentElement.dataset.bsTheme") != ("dark" if dark else "light"):
                    found.append("not in the theme of the system")
                problems += [f"{name}, {width} wide: {text}" for text in found]
                page.close()
    server.shutdown()
    if problems:
        raise SystemExit("\n".join(problems))
    print(f"the site: {len(pages)} pages in {len(VIEWS)} views, searched")


main(sys.argv[1])

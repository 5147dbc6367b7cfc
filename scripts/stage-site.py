#!/usr/bin/env python3
"""Copies what the documentation site is made of to a folder, at the same places: all Markdown files, and what they link.

    stage-site.py FOLDER

A link to a folder becomes one to its README.md; a folder without one gets a list of its pages.
"""

import importlib.util
import os
import pathlib
import re
import shutil
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def checker():
    """check-links.py, which knows pages and links."""
    spec = importlib.util.spec_from_file_location("check_links", ROOT / "scripts/check-links.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def listing(folder):
    """A page that lists those of a folder, by their headings."""
    entries = []
    for page in sorted(folder.glob("*.md")):
        title = page.read_text().split("\n", 1)[0].lstrip("# ")
        entries.append(f"- [{title}]({page.name})")
    return f"# {folder.name}\n\n" + "\n".join(entries) + "\n"


def stage(page, target, links):
    """Writes one page; what it links is staged too."""

    def rewritten(match):
        name, separator, fragment = match.group(1).partition("#")
        if re.match("[a-z]+:", name):
            return match.group(0)
        # As docs/site/headings.py makes anchors.
        fragment = re.sub(r"^(?=\d)", "_", fragment)
        if not name:
            return match.group(0).replace(f"({match.group(1)})", f"(#{fragment})")
        linked = (page.parent / name).resolve()
        place = target / linked.relative_to(ROOT)
        if linked.is_dir():
            place.mkdir(parents=True, exist_ok=True)
            if not (linked / "README.md").exists():
                (place / "README.md").write_text(listing(linked))
            name = os.path.join(name, "README.md")
        elif linked.suffix != ".md":
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(linked, place)
        return match.group(0).replace(f"({match.group(1)})", f"({name}{separator}{fragment})")

    place = target / page.relative_to(ROOT)
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(links.LINK.sub(rewritten, page.read_text()))


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    links, target = checker(), pathlib.Path(sys.argv[1]).resolve()
    for page in links.pages():
        stage(page, target, links)


if __name__ == "__main__":
    main()

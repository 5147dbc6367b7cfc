#!/usr/bin/env python3
"""Checks the links of all Markdown files: what they name inside the project is there, and so are the headings.

    check-links.py    prints every link that leads nowhere; status 1 where there is one
"""

import pathlib
import re
import subprocess
import sys
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def pages():
    names = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "--", "*.md"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return [ROOT / name for name in names.stdout.split("\n") if name and (ROOT / name).exists()]


def anchor(heading):
    """A heading's anchor, as GitHub and the site make it."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").strip().lower()
    kept = "".join(c for c in text if c in "-_ " or unicodedata.category(c)[0] in "LN")
    return kept.replace(" ", "-")


def anchors(page):
    return {anchor(line.lstrip("#")) for line in CODE.sub("", page.read_text()).split("\n") if re.match("#+ ", line)}


def problems():
    for page in pages():
        for link in LINK.findall(CODE.sub("", page.read_text())):
            if re.match("[a-z]+:", link):
                continue
            name, _, fragment = link.partition("#")
            target = (page.parent / name).resolve() if name else page
            place = f"{page.relative_to(ROOT)}: ({link})"
            if not target.exists():
                yield f"{place}: there is no {name}"
            elif not target.is_relative_to(ROOT):
                yield f"{place}: outside of the project"
            elif fragment and target.suffix == ".md" and fragment not in anchors(target):
                yield f"{place}: no heading of {target.relative_to(ROOT)} is #{fragment}"


def main():
    found = list(problems())
    if found:
        sys.exit("\n".join(found))
    print(f"links of {len(pages())} pages lead somewhere")


if __name__ == "__main__":
    main()

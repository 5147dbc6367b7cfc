#!/usr/bin/env python3
"""Writes docs/c-api-reference.md from the comments and declarations of Runtime/API/include/bnnm.h.

    generate-api-reference.py            writes the page
    generate-api-reference.py --check    writes nothing; fails where the page is not what the header says
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
HEADER = ROOT / "Runtime/API/include/bnnm.h"
PAGE = ROOT / "docs/c-api-reference.md"
RULE = "// " + "-" * 10


def blocks(lines):
    """Runs of lines that no empty line divides outside of braces; declarations of several lines stay whole."""
    block, depth = [], 0
    for line in lines:
        if not line.strip() and depth == 0:
            if block:
                yield block
            block = []
            continue
        block.append(line)
        depth += line.count("{") - line.count("}")
    if block:
        yield block


def split(block):
    """The comment that a block begins with, as one text, and its code."""
    count = 0
    while count < len(block) and block[count].startswith("//"):
        count += 1
    return paragraphs(block[:count]), block[count:]


def paragraphs(comment):
    """Text of // lines: lines that belong together joined, those that are indented kept as code."""
    text = []
    for line in (line[2:].removeprefix(" ") for line in comment):
        if line.startswith("    ") or not line:
            text.append(line)
        elif text and text[-1] and not text[-1].startswith("    "):
            text[-1] += " " + line
        else:
            text.append(line)
    return "\n".join(text).strip("\n")


def names(code):
    """What a piece of code declares, for headings."""
    text = "\n".join(line.split("//")[0] for line in code)
    found = re.findall(r"\b(bnnm_\w+)\s*\(", text) if "typedef" not in text else []
    found = found or re.findall(r"}\s*(bnnm_\w+);", text) or re.findall(r"\(\*(bnnm_\w+)\)", text)
    found = found or re.findall(r"typedef struct \w+ (bnnm_\w+);", text) or re.findall(r"#define (BNNM_\w+)", text)
    return list(dict.fromkeys(found))


def declarations():
    """The header's lines without include guards and what makes it C++."""
    lines = HEADER.read_text().split("\n")
    scaffolding = re.compile(r'#(if|ifdef|ifndef|endif|include)\b|extern "C"|}$|#define BNNM_H$')
    return [line for line in lines if not scaffolding.match(line)]


def render():
    page = [
        "# C API reference",
        "",
        "Every declaration of `bnnm.h`, made from the header by `scripts/generate-api-reference.py`; "
        "[c-api.md](c-api.md) is the tour.",
    ]
    for number, block in enumerate(blocks(declarations())):
        if block[0].startswith(RULE):
            page += ["", "## " + block[1].removeprefix("// ")]
            block = block[2:]
        comment, code = split(block)
        if number == 0:
            page += ["", comment]
            continue
        heading = names(code)
        if heading:
            page += ["", "### " + ", ".join(f"`{name}`" for name in heading)]
        if comment:
            page += ["", comment]
        if code:
            page += ["", "```c", *code, "```"]
    return "\n".join(page) + "\n"


def main():
    text = render()
    if sys.argv[1:] == ["--check"]:
        if not PAGE.exists() or PAGE.read_text() != text:
            sys.exit(f"{PAGE.relative_to(ROOT)} is not what bnnm.h says: run scripts/generate-api-reference.py")
        return
    if sys.argv[1:]:
        sys.exit(__doc__)
    PAGE.write_text(text)


if __name__ == "__main__":
    main()

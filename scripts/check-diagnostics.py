#!/usr/bin/env python3
"""Compares docs/diagnostics.md with the messages in the sources of the compiler and the command line, both ways.

    check-diagnostics.py           status 1 where a message is not on the page, or the page has one that is not in the code
    check-diagnostics.py --list    prints every message of the code with the file that it is in

A message is each string literal among the arguments of what makes an error; what is put in at run time reads `…`. On the page
it is the code at the beginning of a list's item or in the first column of a table.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/diagnostics.md"
SWIFT = ["Compiler", "Sources/bnnm", "Sources/BNNMPage"]
C = ["Sources/BNNMFormat/writer.cpp", "Sources/BNNMFormat/replacement_file.cpp"]

# What makes an error, by its opening bracket: a call, or the text that a type of errors or warnings computes.
CALLS = (
    "ImportError|OperatorError|NodeError|PackingError|CommandFailure|ValidationError|PageError|Entry|entry|Console.error"
)
SWIFT_START = re.compile(
    rf"\b(?:{CALLS.replace('.', '[.]')})(?=\()"
    r"|struct \w+: Error\b[^{]*(?=\{)"
    r"|var warning: String\? (?=\{)"
    r"|func fault\w*\([^{]*-> String\? (?=\{)"
)
C_START = re.compile(r"\brefuse(?=\(\s*BNNMF_)")
CONVERSION = re.compile(r"%(?:\d*[a-z]+|\"\s*PRI\w+\s*\")")
ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "\n": ""}


def literal(text, at):
    """The string literal at this place, with … for what is put in, and where it ends."""
    quote = '"""' if text.startswith('"""', at) else '"'
    at += len(quote)
    result = ""
    while not text.startswith(quote, at):
        if text.startswith("\\(", at):
            at = bracketed(text, at + 1)
            result += "…"
        elif text[at] == "\\":
            result += ESCAPES.get(text[at + 1], "")
            at += 2
        else:
            result += text[at]
            at += 1
    return result, at + len(quote)


def bracketed(text, at):
    """Where the bracket that opens at this place has been closed."""
    depth = 0
    while True:
        if text.startswith("//", at):
            at = text.index("\n", at)
        elif text[at] == '"':
            at = literal(text, at)[1]
            continue
        depth += (text[at] in "([{") - (text[at] in ")]}")
        at += 1
        if depth == 0:
            return at


def operand(text, at):
    """Where the operand of a sum of strings ends that is no literal."""
    while text[at] not in "+,)]}:?\n":
        at = bracketed(text, at) if text[at] in "([{" else at + 1
    return at


def literals(text, at, end):
    """Each literal between two places, joined with those that are added to it."""
    while at < end:
        if text.startswith("//", at):
            at = text.index("\n", at)
        if text[at] != '"':
            at += 1
            continue
        message, at = literal(text, at)
        while plus := re.compile(r"\s*\+\s*").match(text, at):
            if text[plus.end()] == '"':
                more, at = literal(text, plus.end())
            else:
                more, at = "…", operand(text, plus.end())
            message += more
        yield message


def swift_messages(text):
    end = 0
    for start in SWIFT_START.finditer(text):
        line = text[text.rfind("\n", 0, start.start()) + 1 : start.start()]
        # Calls within what was read already, in comments, and declarations of functions.
        if start.start() < end or "//" in line or line.endswith("func "):
            continue
        end = bracketed(text, start.end())
        yield from literals(text, start.end(), end)


def c_messages(text):
    text = CONVERSION.sub("…", text)
    for start in C_START.finditer(text):
        if found := re.compile(r'"((?:[^"\\]|\\.)*)"').search(text, start.end(), bracketed(text, start.end())):
            yield found.group(1)


def shown(message):
    """The message as the page has it, on one line; None: a single word, which is part of another."""
    message = re.sub("…+", "…", " ".join(message.split()))
    return message if " " in message and re.search(r"[a-z]{4}", message) else None


def code_messages():
    """Every message, with the first file that has it."""
    found = {}
    files = [path for folder in SWIFT for path in sorted((ROOT / folder).rglob("*.swift"))]
    for path in files + [ROOT / name for name in C]:
        read = swift_messages if path.suffix == ".swift" else c_messages
        for message in map(shown, read(path.read_text())):
            if message:
                found.setdefault(message, path.relative_to(ROOT))
    return found


def page_messages():
    starts = re.findall(r"^(?:- (`[^`]+`)|\| ([^|]+) \|)", PAGE.read_text(), re.MULTILINE)
    return [message for start in starts for message in re.findall("`([^`]+)`", "".join(start))]


def main():
    code = code_messages()
    if sys.argv[1:] == ["--list"]:
        print("\n".join(f"{path}\t{message}" for message, path in code.items()))
        return
    if len(sys.argv) != 1:
        sys.exit(__doc__)
    page = page_messages()
    problems = [f"{path}: not in docs/diagnostics.md: {message}" for message, path in code.items() if message not in page]
    problems += [f"docs/diagnostics.md: not in the code: {message}" for message in page if message not in code]
    problems += [f"docs/diagnostics.md: twice: {message}" for message in sorted(set(page)) if page.count(message) > 1]
    if problems:
        sys.exit("\n".join(problems))
    print(f"docs/diagnostics.md explains the {len(page)} messages of the code")


if __name__ == "__main__":
    main()

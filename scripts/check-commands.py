#!/usr/bin/env python3
"""Runs the commands that the documentation shows, so that none of them is out of date.

    check-commands.py    runs them with .build/release/bnnm (`make build`) in a scratch folder; status 1 where one fails

A command is a line of an indented block, or of one fenced as sh, that begins with `$ `, with `pi$ ` (for a board), or with a
program that is known here. bnnm and bnnm-profile are run, those for a board too; of `make` and `scripts/…` it is checked that they
exist, since CI runs them by themselves; the others are listed below with what runs them. A line that begins with `$ ` and is none
of these fails.
"""

import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = ["README.md", "docs/*.md", "models/*.md", "models/*/*.md", "Runtime/**/*.md", "Tests/**/*.md"]
# Where the documentation's names for models stand for real ones.
MODELS = {
    "digits.onnx": "models/digits/dysign-ts.onnx",
    "model.onnx": "Tests/Fixtures/reactnet-a-tiny-ts/model.onnx",
    "idea.onnx": "models/zoo/graphs/bc-resnet18.onnx",
    "resnet.onnx": "models/digits/chain-ts.onnx",
}
# Commands that other checks run, or that only a board or another machine can.
ELSEWHERE = {
    "cmake": "scripts/build-library.sh and check-library.sh",
    "cc": "scripts/check-library.sh",
    "python": "models/digits/README.md says what they need",
    "pip": "scripts that install what they need",
    "swift": "scripts/test.sh",
    "git": "a clone",
    "scp": "a board",
    "sudo": "a board",
    "apt": "scripts/check-packages.sh",
    "kernel_comparison": "scripts/check-library.sh",
}


def lines_of(page):
    """Lines of indented blocks and of fences for a shell, with their numbers."""
    fence = None
    for number, line in enumerate(page.read_text().split("\n"), 1):
        if line.startswith("```"):
            fence = None if fence is not None else line[3:].strip()
        elif fence in ("sh", "bash", "console"):
            yield number, line
        elif fence is None and line.startswith("    "):
            yield number, line[4:]


def commands():
    """Each command with its place and whether it was marked as one."""
    known = {"bnnm", ".build/release/bnnm", "bnnm-profile", "make", *ELSEWHERE}
    for page in sorted({path for pattern in PAGES for path in ROOT.glob(pattern)}):
        for number, line in lines_of(page):
            text = re.sub(r"^(pi)?\$ ", "", line)
            text = re.split(r"\s{2,}#|\s{3,}|\s#\s", text)[0].strip()
            first = text.split(" ")[0] if text else ""
            # A word that only looks like a program is followed by something else than arguments.
            if line != text and re.match(r"(pi)?\$ ", line) or first in known or first.startswith("scripts/"):
                yield f"{page.relative_to(ROOT)}:{number}", text, first


def runs_here(text, first):
    """Whether this machine can run a command: it may have fewer CPUs than a board."""
    cpus = re.search(r"--cpus ([\d,]+)", text)
    has_cpus = not cpus or max(int(cpu) for cpu in cpus.group(1).split(",")) < (os.cpu_count() or 1)
    return first in ("bnnm", ".build/release/bnnm", "bnnm-profile") and has_cpus


def exists(text, first):
    """What is wrong with a command that others run; None: nothing."""
    if first == "make":
        target = shlex.split(text)[1] if " " in text else "help"
        found = re.search(rf"^{re.escape(target)}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
        return None if found else f"the Makefile has no target {target}"
    if first.startswith("scripts/"):
        return None if os.access(ROOT / first, os.X_OK) else f"{first} is not there"
    if first in ELSEWHERE or first == "bnnm-profile":
        return None
    return f"{first} is no command that this script knows"


def prepare(folder):
    for name, model in MODELS.items():
        (folder / name).write_bytes((ROOT / model).read_bytes())
    for name in (".build", "models"):
        (folder / name).symlink_to(ROOT / name)
    environment = {**os.environ, "PATH": f"{ROOT / '.build/release'}:{os.environ['PATH']}"}
    for command in ("bnnm compile model.onnx --with-check 1", "bnnm-profile model.bnnm --runs 3 --json > board.json"):
        subprocess.run(["bash", "-c", command], cwd=folder, env=environment, check=True, capture_output=True)
    return environment


def main():
    failures, count = [], 0
    with tempfile.TemporaryDirectory() as scratch:
        environment = prepare(pathlib.Path(scratch))
        for place, text, first in commands():
            count += 1
            if not runs_here(text, first):
                problem = exists(text, first)
            else:
                done = subprocess.run(
                    ["bash", "-c", text], cwd=scratch, env=environment, capture_output=True, text=True, timeout=600
                )
                problem = None if done.returncode == 0 else f"status {done.returncode}: {done.stderr.strip()[-300:]}"
            if problem:
                failures.append(f"{place}: {text}\n    {problem}")
    if failures:
        sys.exit("\n".join(failures))
    print(f"{count} commands of the documentation run, or are there")


if __name__ == "__main__":
    main()

"""Collects `evidence: KEY NUMBER` lines from logs into docs/reliability.json, and renders docs/reliability.md's table.

    reliability.py collect LOG... | render | check

Called by scripts/reliability.sh in the repository's root. Numbers of one key add up within one collection (of coverage, the greatest counts),
and replace those of an earlier one; each number keeps the date, commit and tools of its collection. Exit status 1: the table is not what the numbers
render to, or a log has a key that no row of the table is for.
"""

import datetime
import json
import pathlib
import platform
import re
import subprocess
import sys

NUMBERS = pathlib.Path("docs/reliability.json")
PAGE = pathlib.Path("docs/reliability.md")
BEGIN, END = "<!-- table: scripts/reliability.sh render -->\n", "<!-- end of table -->\n"

SOUNDNESS = "scripts/check-soundness.sh"
FUZZ_MODELS = "scripts/fuzz.sh models 2400 -max_len=4096"
SOAK = f"SOAK_RUNS=10000000 {SOUNDNESS} native"
MACHINES = {
    "native": "x86-64",
    "aarch64": "64-bit ARM under QEMU",
    "armhf": "32-bit ARM under QEMU",
    "address": "x86-64 with AddressSanitizer and UndefinedBehaviorSanitizer",
}

# The rows: key, what the number counts, the command that repeats it.
ROWS = [
    ("tests", "tests of `make test`, all passed", "make test"),
    ("sanitized-tests", "of these under AddressSanitizer, C and C++ also UndefinedBehaviorSanitizer", "make check-sanitizers"),
    ("damaged-files", "damaged `.bnnm` files: each was refused, or ran within its memory", "swift test --filter 'DamageTests|DamagedModelTests'"),
    ("refused-allocations", "allocations refused in turn: each gave a status and lost nothing", "swift test --filter AllocationFaultTests"),
    ("random-networks", "random networks compiled and run at every level against the interpreter", "swift test --filter RandomNetworkTests"),
    ("random-network-decisions", "decisions compared in them", "swift test --filter RandomNetworkTests"),
    ("fuzz-models-executions", "mutated `.bnnm` files under libFuzzer and two sanitizers, without a finding", FUZZ_MODELS),
    ("fuzz-models-coverage", "edges of the code that these reached", FUZZ_MODELS),
    ("fuzz-onnx-executions", "mutated ONNX files imported, compiled, opened and run under libFuzzer and two sanitizers, without a finding", "scripts/fuzz.sh onnx 900"),
    ("fuzz-onnx-coverage", "edges of the code that these reached", "scripts/fuzz.sh onnx 900"),
    ("fuzz-onnx-files", "mutated ONNX files compiled or refused by `bnnm` within limits on memory and time, without a finding", "scripts/fuzz.sh onnx-processes 120"),
    ("soak-executions", "executions on sessions of 1, 2 and 4 threads, every output equal to the first bit for bit", SOAK),
    ("soak-seconds", "seconds that they took", SOAK),
    ("soak-sessions", "sessions made anew meanwhile", SOAK),
    ("soak-heap-growth-bytes", "bytes that the heap had grown by at their end", SOAK),
    ("thread-sanitizer-storm-operations", "operations of eight threads on shared models under ThreadSanitizer, without a race", f"{SOUNDNESS} thread"),
    ("static-files-without-warnings", "C and C++ files without a warning of clang or gcc, for x86-64, 64- and 32-bit ARM (`-Wall -Wextra -Wconversion`)", "scripts/check-static.sh warnings"),
    ("static-files-tidy", "of these without a finding of clang-tidy", "scripts/check-static.sh tidy"),
    ("static-files-cppcheck", "of these without a finding of cppcheck", "scripts/check-static.sh cppcheck"),
]
for machine, name in MACHINES.items():
    command = f"{SOUNDNESS} {machine}"
    ROWS += [
        (f"{machine}-determinism-models", f"models whose results were compared for 1 to 8 threads at every level: {name}", command),
        (f"{machine}-determinism-integer-chains", f"of these chains of integers, equal at every level and on every machine: {name}", command),
        (f"{machine}-determinism-runs", f"runs of them, equal bit for bit: {name}", command),
        (f"{machine}-determinism-checks", f"embedded checks that passed: {name}", command),
    ]
    if machine in ("native", "address"):
        ROWS += [
            (f"{machine}-storm-operations", f"operations of eight threads on shared models: {name}", command),
            (f"{machine}-fork-children", f"children of `fork()` that used what they inherited: {name}", command),
        ]


def output_of(*command):
    """The first line that a program prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()[0].strip()


def collect(logs):
    """Adds the numbers of logs to those there are."""
    found = {}
    for log in logs:
        text = pathlib.Path(log).read_text(errors="replace")
        for key, number in re.findall(r"^evidence: ([a-z0-9-]+) ([0-9]+)$", text, re.MULTILINE):
            known = found.get(key, 0)
            # Two runs reach the same code.
            found[key] = max(known, int(number)) if key.endswith("-coverage") else known + int(number)
    unknown = sorted(found.keys() - {row[0] for row in ROWS})
    if unknown:
        sys.exit(f"no row of the table is for {', '.join(unknown)}: Tests/Soundness/reliability.py lists the rows")
    if not found:
        sys.exit(f"no line 'evidence: KEY NUMBER' in {', '.join(logs)}")
    origin = {
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "commit": output_of("git", "rev-parse", "--short=10", "HEAD"),
        "tools": output_of("swift", "--version").split(" (")[0],
        "machine": f"{platform.system()} {platform.machine()}",
    }
    numbers = json.loads(NUMBERS.read_text()) if NUMBERS.exists() else {}
    numbers.update({key: {"number": number, **origin} for key, number in found.items()})
    NUMBERS.write_text(json.dumps(dict(sorted(numbers.items())), indent=2) + "\n")


def table():
    """The table of all numbers there are, in the order of the rows."""
    numbers = json.loads(NUMBERS.read_text())
    lines = ["| how many | of what | command | when |\n", "|---:|---|---|---|\n"]
    for key, meaning, command in ROWS:
        if key in numbers:
            entry = numbers[key]
            # A bar would end the cell.
            shown = command.replace("|", "\\|")
            lines.append(f"| {entry['number']:,} | {meaning} | `{shown}` | {entry['date']}, {entry['commit']} |\n")
    return "".join(lines)


def rendered():
    """The page with the table as it should be."""
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    after = rest.split(END)[1]
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def main():
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command == "collect" and len(sys.argv) > 2:
        collect(sys.argv[2:])
        PAGE.write_text(rendered())
    elif command == "render":
        PAGE.write_text(rendered())
    elif command == "check":
        if PAGE.read_text() != rendered():
            sys.exit(f"the table of {PAGE} is not what {NUMBERS} says: scripts/reliability.sh render")
    else:
        print("usage: reliability.sh collect LOG... | render | check", file=sys.stderr)
        sys.exit(2)


main()

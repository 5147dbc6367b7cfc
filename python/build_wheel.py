"""Makes a wheel of the package beside this file and of a library that scripts/build-library.sh built.

    build_wheel.py INSTALLED_FOLDER x86_64|aarch64 OUTPUT_FOLDER [--compiler BNNM]

The library, bnnm-profile and, where it is given, the compiler go into the package's folder. The wheel's name says the
newest glibc that any of them needs. Nothing but Python's own modules is needed; the same input gives the same bytes
(SOURCE_DATE_EPOCH, by default 1980).
"""

import argparse
import base64
import hashlib
import os
import re
import time
import zipfile
from pathlib import Path

SUMMARY = "Runs compiled binary neural networks on NumPy arrays"
HERE = Path(__file__).resolve().parent


def version(installed: Path) -> str:
    found = re.search(r'#define BNNM_VERSION_STRING "(.*)"', (installed / "include" / "bnnm.h").read_text())
    if not found:
        raise SystemExit(f"{installed}/include/bnnm.h has no BNNM_VERSION_STRING")
    return found[1]


def package(installed: Path, compiler: "Path | None") -> "dict[str, tuple[bytes, int]]":
    """The package's files: by path in the wheel, bytes and permissions."""
    files = {f"bnnm/{path.name}": (path.read_bytes(), 0o644) for path in (HERE / "bnnm").glob("*.*")}
    files["bnnm/libbnnm.so.0"] = ((installed / "lib" / "libbnnm.so.0").read_bytes(), 0o755)
    files["bnnm/bin/bnnm-profile"] = ((installed / "bin" / "bnnm-profile").read_bytes(), 0o755)
    if compiler:
        files["bnnm/bin/bnnm"] = (compiler.read_bytes(), 0o755)
    return files


def glibc(files: "dict[str, tuple[bytes, int]]") -> int:
    """The newest glibc 2.x whose symbols a program or library among the files asks for."""
    found = [int(n) for data, mode in files.values() if mode == 0o755 for n in re.findall(rb"\0GLIBC_2\.(\d+)", data)]
    return max(found)


def add_metadata(files: "dict[str, tuple[bytes, int]]", installed: Path, tag: str, name: str) -> None:
    metadata = (
        f"Metadata-Version: 2.1\nName: bnnm\nVersion: {version(installed)}\nSummary: {SUMMARY}\nLicense: Apache-2.0\n"
        "Requires-Python: >=3.9\nRequires-Dist: numpy>=1.21\nDescription-Content-Type: text/markdown\n\n"
    )
    files[f"{name}.dist-info/METADATA"] = ((metadata + (HERE / "README.md").read_text()).encode(), 0o644)
    wheel = f"Wheel-Version: 1.0\nGenerator: bnnm\nRoot-Is-Purelib: false\nTag: {tag}\n"
    files[f"{name}.dist-info/WHEEL"] = (wheel.encode(), 0o644)
    files[f"{name}.dist-info/licenses/LICENSE"] = ((HERE.parent / "LICENSE").read_bytes(), 0o644)


def record(files: "dict[str, tuple[bytes, int]]", path: str) -> bytes:
    def line(name: str, data: bytes) -> str:
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        return f"{name},sha256={digest},{len(data)}\n"

    return ("".join(line(name, data) for name, (data, _) in sorted(files.items())) + f"{path},,\n").encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=SUMMARY)
    parser.add_argument("installed", type=Path)
    parser.add_argument("machine", choices=["x86_64", "aarch64"])
    parser.add_argument("output", type=Path)
    parser.add_argument("--compiler", type=Path)
    arguments = parser.parse_args()
    files = package(arguments.installed, arguments.compiler)
    tag = f"py3-none-manylinux_2_{glibc(files)}_{arguments.machine}"
    name = f"bnnm-{version(arguments.installed)}"
    add_metadata(files, arguments.installed, tag, name)
    files[f"{name}.dist-info/RECORD"] = (record(files, f"{name}.dist-info/RECORD"), 0o644)
    # 315532800: 1980, before which zip files know no dates.
    date = time.gmtime(max(int(os.environ.get("SOURCE_DATE_EPOCH", 315532800)), 315532800))[:6]
    arguments.output.mkdir(parents=True, exist_ok=True)
    path = arguments.output / f"{name}-{tag}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, (data, permissions) in sorted(files.items()):
            entry = zipfile.ZipInfo(file, date)
            entry.external_attr = (0o100000 | permissions) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    print(path)


if __name__ == "__main__":
    main()

"""Emit every example in every language into this folder, or check that it is up to date.

python generated/regenerate.py            write the files anew
python generated/regenerate.py --check    compare byte by byte; exit status 1 on a difference
"""

from __future__ import annotations

import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from symgrad import examples  # noqa: E402
from symgrad.targets.codegen import emit  # noqa: E402
from symgrad.derivation.derive import derive  # noqa: E402
from symgrad.sources.text import parse  # noqa: E402
from symgrad.targets import target_names  # noqa: E402

# Languages of which a few examples stand here for all.
A_FEW = dict.fromkeys(
    ("cpp", "jax", "julia", "pseudo", "torch"), ("arm_pose", "black_scholes", "branch_and_merge")
)


def emitted() -> dict[str, bytes]:
    """Return the bytes of every file that belongs here, by its path below this folder."""
    files: dict[str, bytes] = {}
    for name in examples.names():
        derivation = derive(parse(examples.read(name)))
        for target in target_names():
            if name not in A_FEW.get(target, (name,)):
                continue
            more = ["types"] if target == "javascript" and name in A_FEW["cpp"] else []
            for file in emit(derivation, target, module=name, include=more):
                files[file.name] = file.text.encode("utf-8")
    return files


def main(arguments: list[str]) -> int:
    """Write the files, or with --check name those that differ."""
    files = emitted()
    present = {
        path.name
        for path in FOLDER.iterdir()
        if path.is_file() and path != Path(__file__).resolve()
    }
    if arguments == ["--check"]:
        wrong = [name for name, text in files.items() if _bytes(FOLDER / name) != text]
        wrong += sorted(present - set(files))
        for name in wrong:
            print(f"generated/{name} is not what symgrad emits now", file=sys.stderr)
        return 1 if wrong else 0
    for name in sorted(present - set(files)):
        (FOLDER / name).unlink()
    for name, text in files.items():
        (FOLDER / name).write_bytes(text)
    print(f"{len(files)} files")
    return 0


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

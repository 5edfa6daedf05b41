"""What is written never depends on the seed of Python's hashes, by which sets are ordered."""

import hashlib
import json
import sys
from pathlib import Path

import symgrad as sg
from symgrad import examples
from symgrad.cli import main
from symgrad.derivation.derive import derive
from symgrad.sources.text import parse
from symgrad.targets.codegen import generate

TARGETS = ("numpy", "python", "javascript")
NAMES = ("vae_kl", "landmark_fix")


def written(path):
    """Write the digest of everything, by its name; this runs in an interpreter of its own."""
    derivations = {name: derive(parse(examples.read(name))) for name in NAMES}
    texts = {f"{target} {name}": generate(derivations[name], target)
             for target in TARGETS for name in NAMES}  # fmt: skip
    texts["report"] = sg.report(sg.load("example:branch_and_merge"))
    main(["draw", "example:branch_and_merge", "--values", "-o", path + ".svg"])
    texts["picture"] = Path(path + ".svg").read_text(encoding="utf-8")
    found = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
    Path(path).write_text(json.dumps(found), encoding="utf-8")


def test_bytes_do_not_depend_on_the_hash_seed(run_python, tmp_path):
    """What is written here, with a seed by chance, and elsewhere with one that is given."""
    here, there = tmp_path / "here", tmp_path / "there"
    written(str(here))
    run_python(__file__, str(there), PYTHONHASHSEED="77")
    assert json.loads(here.read_text("utf-8")) == json.loads(there.read_text("utf-8"))


if __name__ == "__main__":
    written(sys.argv[1])

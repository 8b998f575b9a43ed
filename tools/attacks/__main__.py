"""`python -m tools.attacks [--check]`: run the verifier's tests, and write or compare what they tried."""

import json
import os
import sys
from pathlib import Path

import pytest

from tools.attacks.recording import Recording

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "tests" / "vectors" / "attacks-v1.json"
TESTS = ROOT / "tests" / "chain" / "proofs"
# It replays the file that is made here.
REPLAY = TESTS / "test_attack_vectors.py"


def record() -> bytes:
    """Return the file as it should be; raises SystemExit where a test fails."""
    recording = Recording()
    recording.install()
    chosen = ["-m", "not hypothesis", f"--ignore={REPLAY}"]
    # Importing the verifier beforehand is the point, and hypothesis is asked whether it draws.
    quiet = [
        "-W",
        "ignore::pytest.PytestAssertRewriteWarning",
        "-q",
        "--no-header",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-p",
        "no:randomly",
    ]
    code = pytest.main([str(TESTS), *chosen, *quiet])
    if code:
        sys.exit(f"The tests of the verifier do not pass ({code!r}); mend them first.")
    return _dump(recording.to_json())


def _dump(value: dict[str, list[object]]) -> bytes:
    """Write one line for each item, so that a change shows as the lines that changed."""
    parts = []
    for name, items in value.items():
        lines = ",".join(f"\n{json.dumps(each)}" for each in items)
        parts.append(f"{json.dumps(name)}: [{lines}\n]")
    return ("{\n" + ",\n".join(parts) + "\n}\n").encode()


def main() -> int:
    """Write the file, or with `--check` say whether it is stale; return the exit code."""
    os.chdir(ROOT)
    made = record()
    if "--check" in sys.argv[1:]:
        if FILE.exists() and FILE.read_bytes() == made:
            return 0
        sys.stderr.write(f"{FILE.relative_to(ROOT)} is stale; run `python -m tools.attacks`.\n")
        return 1
    FILE.write_bytes(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())

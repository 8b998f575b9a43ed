"""Writes the web UI's types from the API's own description; ``--check`` fails when they are stale.

openapi-typescript turns the OpenAPI document, as a running server would give it, into one file of types.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from webapp import create_app
from webapp.config import load_settings
from webapp.secrets import make_secrets

ROOT = Path(__file__).resolve().parent.parent
TYPES = ROOT / "webapp" / "ui" / "src" / "api" / "schema.d.ts"
TOOL = ROOT / "node_modules" / ".bin" / "openapi-typescript"
_SECONDS = 120


def document() -> bytes:
    """Return the OpenAPI document of an instance with every default."""
    with tempfile.TemporaryDirectory() as folder:
        given = {"data_dir": Path(folder)}
        make_secrets(load_settings(**given))
        return create_app(given).test_client().get("/api/v1/openapi.json").data


def types_of(openapi: bytes) -> str:
    """Return the TypeScript for an OpenAPI document; raises CalledProcessError where the tool refuses it."""
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "openapi.json", Path(folder) / "schema.d.ts"
        source.write_bytes(openapi)
        argv = [str(TOOL), str(source), "--output", str(made), "--default-non-nullable=false"]
        subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, timeout=_SECONDS)  # noqa: S603
        return made.read_text()


def main(arguments: list[str]) -> int:
    """Write the types, or compare them; return the exit code."""
    made = types_of(document())
    if "--check" not in arguments:
        TYPES.write_text(made)
        return 0
    if TYPES.exists() and TYPES.read_text() == made:
        return 0
    name = TYPES.relative_to(ROOT)
    sys.stderr.write(f"{name} is stale; run `python -m tools.ui_types`.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

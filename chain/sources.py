"""Collects Solidity sources under fixed source-unit names, so that no path enters the bytecode.

The names ("contracts/AnchorLog.sol", "@openzeppelin/contracts/...") are part of the metadata whose hash
ends the bytecode, hence of the address that CREATE2 gives: changing one changes every address.
"""

import posixpath
import re
from pathlib import Path

from chain.config import ChainConfig
from chain.errors import CompileFailed

_FORGE = "test/forge/"

# An import directive in each of its forms ends in the quoted name, at the start of a line in all
# sources that are formatted as usual. A match in a comment only adds an unused file.
_IMPORT = re.compile(r"""^\s*import\s+(?:[^"';]*?\sfrom\s+)?["']([^"']+)["']""", re.MULTILINE)


def collect(config: ChainConfig) -> dict[str, str]:
    """Read every contract of the project and all that they import, by source-unit name.

    What only forge runs (contracts/test/forge) is left out: nothing else needs it compiled.
    Raises CompileFailed when a file is missing or not UTF-8.
    """
    own = sorted(
        path.relative_to(config.contracts).as_posix() for path in config.contracts.rglob("*.sol")
    )
    waiting = [f"contracts/{path}" for path in own if not path.startswith(_FORGE)]
    found: dict[str, str] = {}
    while waiting:
        unit = waiting.pop()
        if unit not in found:
            found[unit] = _read(config, unit)
            waiting.extend(_imports(unit, found[unit]))
    return dict(sorted(found.items()))


def _imports(unit: str, source: str) -> list[str]:
    names = _IMPORT.findall(source)
    return [
        posixpath.normpath(posixpath.join(posixpath.dirname(unit), name))
        if name.startswith(".")
        else name
        for name in names
    ]


def _read(config: ChainConfig, unit: str) -> str:
    path = _locate(config, unit)
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = f"source {unit} cannot be read from {path} ({error}); run `make install`."
        raise CompileFailed(problem) from error


def _locate(config: ChainConfig, unit: str) -> Path:
    for prefix, folder in config.compiler.remappings:
        if unit.startswith(prefix):
            return config.root / folder / unit.removeprefix(prefix)
    if unit.startswith("contracts/"):
        return config.contracts / unit.removeprefix("contracts/")
    return config.root / unit

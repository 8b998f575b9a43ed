"""One small record per chain: which contract, on which chain, written by whom."""

import json
import os
import re
import tempfile
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from chain.errors import UnusableRecord

_FOLDER = "deployments"
_HEX = {"genesis": 32, "code_hash": 32, "contract": 20, "anchorer": 20}


@dataclass(frozen=True)
class Deployment:
    """Where AnchorLog stands on one chain, and whose namespace is the log.

    `genesis` tells chains with one chain id apart; `code_hash` is keccak256 of the runtime code; `block`
    is the first that may hold events. Addresses are lower-case 0x.
    """

    chain_id: int
    genesis: bytes
    contract: str
    code_hash: bytes
    block: int
    anchorer: str

    def save(self, directory: Path) -> Path:
        """Write the record of this chain below `directory` in one step and return its path."""
        path = _path(directory, self.chain_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        content = asdict(self) | {
            "genesis": "0x" + self.genesis.hex(),
            "code_hash": "0x" + self.code_hash.hex(),
        }
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(content, file, indent=2)
                file.write("\n")
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink()
            raise
        return path

    @classmethod
    def load(cls, directory: Path, chain_id: int) -> "Deployment | None":
        """Read the record of a chain, None if there is none; raises UnusableRecord if it is damaged."""
        path = _path(directory, chain_id)
        return _read(path) if path.exists() else None


def list_deployments(directory: Path) -> list[Deployment]:
    """Read all records below `directory`, by chain id; raises UnusableRecord if one is damaged."""
    found = [_read(path) for path in (directory / _FOLDER).glob("*.json")]
    return sorted(found, key=lambda record: record.chain_id)


def _path(directory: Path, chain_id: int) -> Path:
    return directory / _FOLDER / f"{chain_id}.json"


def _read(path: Path) -> Deployment:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnusableRecord(path, f"it cannot be read ({error})") from error
    names = {field.name for field in fields(Deployment)}
    if not isinstance(content, dict) or set(content) != names:
        raise UnusableRecord(path, f"it must hold exactly {', '.join(sorted(names))}")
    _check(path, content)
    return Deployment(
        **content | {name: bytes.fromhex(content[name][2:]) for name in ("genesis", "code_hash")},
    )


def _check(path: Path, content: dict[str, Any]) -> None:
    for name, length in _HEX.items():
        value = content[name]
        if not isinstance(value, str) or not re.fullmatch(f"0x[0-9a-f]{{{2 * length}}}", value):
            raise UnusableRecord(path, f"{name} must be {length} bytes in lower-case hex")
    for name in ("chain_id", "block"):
        if type(content[name]) is not int or content[name] < 0:
            raise UnusableRecord(path, f"{name} must be a whole number")
    if path.name != f"{content['chain_id']}.json":
        raise UnusableRecord(path, f"it is about chain {content['chain_id']}")

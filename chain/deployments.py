"""One small record per chain: which contracts, on which chain, and whose log."""

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
_PLACE_HEX = {"address": 20, "code_hash": 32}
# Later than the first records, which stay readable; setting up again adds what they lack.
_PLACES = ("identity_registry", "asset_registry")
_ADDED = (*_PLACES, "issuer")


@dataclass(frozen=True)
class Place:
    """Where a contract stands: address in lower-case 0x, keccak256 of its runtime code.

    `block` is the first that may hold its events.
    """

    address: str
    code_hash: bytes
    block: int


@dataclass(frozen=True)
class Deployment:
    """Where the contracts stand on one chain, and whose namespace is the log.

    `genesis` tells chains with one chain id apart; `contract`, `code_hash` and `block` are those of
    AnchorLog, as a Place has them. Addresses are lower-case 0x. A registry is None in a record that is
    older than the registry; `issuer`, who vouches for people in this server's name, where nobody does.
    """

    chain_id: int
    genesis: bytes
    contract: str
    code_hash: bytes
    block: int
    anchorer: str
    identity_registry: Place | None = None
    asset_registry: Place | None = None
    issuer: str | None = None

    def save(self, directory: Path) -> Path:
        """Write the record of this chain below `directory` in one step and return its path."""
        path = _path(directory, self.chain_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        content = _as_json(asdict(self))
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
    if not isinstance(content, dict) or set(content) | set(_ADDED) != names:
        raise UnusableRecord(path, f"it must hold exactly {', '.join(sorted(names))}")
    content.update({name: None for name in _ADDED if name not in content})
    lengths = _HEX if content["issuer"] is None else _HEX | {"issuer": 20}
    _check_fields(path, content, lengths, ("chain_id", "block"))
    if path.name != f"{content['chain_id']}.json":
        raise UnusableRecord(path, f"it is about chain {content['chain_id']}")
    values: dict[str, Any] = dict(content)
    for name in ("genesis", "code_hash"):
        values[name] = bytes.fromhex(content[name][2:])
    for name in _PLACES:
        values[name] = _read_place(path, name, content[name])
    return Deployment(**values)


def _read_place(path: Path, name: str, content: Any) -> Place | None:
    if content is None:
        return None
    names = {field.name for field in fields(Place)}
    if not isinstance(content, dict) or set(content) != names:
        raise UnusableRecord(path, f"{name} must hold exactly {', '.join(sorted(names))}")
    _check_fields(path, content, _PLACE_HEX, ("block",))
    return Place(**content | {"code_hash": bytes.fromhex(content["code_hash"][2:])})


def _check_fields(
    path: Path, content: dict[str, Any], lengths: dict[str, int], numbers: tuple[str, ...]
) -> None:
    for name, length in lengths.items():
        value = content[name]
        if not isinstance(value, str) or not re.fullmatch(f"0x[0-9a-f]{{{2 * length}}}", value):
            raise UnusableRecord(path, f"{name} must be {length} bytes in lower-case hex")
    for name in numbers:
        if type(content[name]) is not int or content[name] < 0:
            raise UnusableRecord(path, f"{name} must be a whole number")


def _as_json(content: dict[str, Any]) -> dict[str, Any]:
    """Write bytes as hex and leave out what is not known."""
    written: dict[str, Any] = {}
    for name, value in content.items():
        if isinstance(value, bytes):
            written[name] = "0x" + value.hex()
        elif isinstance(value, dict):
            written[name] = _as_json(value)
        elif value is not None:
            written[name] = value
    return written

"""The only opener of compiled contracts."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from chain import config as configuration
from chain.config import ChainConfig
from chain.errors import ArtifactMissing


@dataclass(frozen=True)
class Artifact:
    """One compiled contract: its ABI, creation code and runtime code (without immutables filled in)."""

    name: str
    abi: tuple[dict[str, Any], ...]
    bytecode: bytes
    deployed_bytecode: bytes


def folder(config: ChainConfig) -> Path:
    """Name the folder that holds one JSON file per contract."""
    return config.build / "artifacts"


def load(name: str, config: ChainConfig | None = None) -> Artifact:
    """Open the artifact of the contract called `name`.

    Raises ArtifactMissing when it was not compiled or is damaged.
    """
    return _open(name, _usual_folder() if config is None else folder(config))


@cache
def _usual_folder() -> Path:
    # Read once: every sweep compares the contract's code, and the file stays as it is meanwhile.
    return folder(configuration.load())


@cache
def _open(name: str, where: Path) -> Artifact:
    path = where / f"{name}.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Artifact(
            name=name,
            abi=tuple(content["abi"]),
            bytecode=_code(content["bytecode"]),
            deployed_bytecode=_code(content["deployedBytecode"]),
        )
    except FileNotFoundError as error:
        raise ArtifactMissing(name, path, "the file does not exist") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactMissing(name, path, f"{type(error).__name__}: {error}") from error


def _code(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))

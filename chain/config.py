"""Reads brownie-config.yaml, the one truth for compiler, EVM version, remappings and networks."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from chain.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent
FILE_NAME = "brownie-config.yaml"

# What a network entry that names no depth gets: the usual wait on public chains.
DEFAULT_CONFIRMATIONS = 12


@dataclass(frozen=True)
class Compiler:
    """How contracts are compiled; `remappings` map an import prefix to a folder below the root."""

    version: str
    evm_version: str
    optimizer_enabled: bool
    optimizer_runs: int
    remappings: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Network:
    """One chain that can be named; `host` and `chain_id` are None where the environment gives them."""

    name: str
    host: str | None
    chain_id: int | None
    confirmations: int


@dataclass(frozen=True)
class ChainConfig:
    """The whole configuration; folders are absolute."""

    root: Path
    contracts: Path
    build: Path
    compiler: Compiler
    default_network: str
    networks: dict[str, Network]


@dataclass(frozen=True)
class _Section:
    """A mapping of the file together with the path of keys that leads to it."""

    file: Path
    path: str
    values: dict[Any, Any]

    def fail(self, key: str, problem: str) -> ConfigError:
        return ConfigError(self.file, f"{self.path}{key}", problem)

    def section(self, key: str) -> "_Section":
        value = self._required(key)
        if not isinstance(value, dict):
            raise self.fail(key, f"must be a mapping, not {value!r}")
        return _Section(self.file, f"{self.path}{key}.", value)

    def text(self, key: str) -> str:
        value = self._required(key)
        if not isinstance(value, str) or not value:
            raise self.fail(key, f"must be a text, not {value!r}")
        return value

    def number(self, key: str) -> int:
        value = self._required(key)
        # bool is an int in Python, and YAML reads `yes` as one.
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise self.fail(key, f"must be a whole number, not {value!r}")
        return value

    def flag(self, key: str) -> bool:
        value = self._required(key)
        if not isinstance(value, bool):
            raise self.fail(key, f"must be true or false, not {value!r}")
        return value

    def has(self, key: str) -> bool:
        return self.values.get(key) is not None

    def _required(self, key: str) -> Any:
        if not self.has(key):
            raise self.fail(key, "is missing")
        return self.values[key]


def load(root: Path = ROOT) -> ChainConfig:
    """Read the configuration of the project in `root`.

    Raises ConfigError naming the file and the key that is missing or wrong.
    """
    file = root / FILE_NAME
    top = _Section(file, "", _parse(file))
    structure = top.section("project_structure")
    networks = top.section("networks")
    default = networks.text("default")
    names = [str(name) for name in networks.values if name != "default"]
    if default not in names:
        raise networks.fail("default", f"names {default!r}, which is not a network of this file")
    return ChainConfig(
        root=root,
        contracts=root / structure.text("contracts"),
        build=root / structure.text("build"),
        compiler=_compiler(top.section("compiler")),
        default_network=default,
        networks={name: _network(name, networks.section(name)) for name in names},
    )


def _parse(file: Path) -> dict[Any, Any]:
    try:
        parsed = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(file, "the file", f"cannot be read: {error}") from error
    if not isinstance(parsed, dict):
        raise ConfigError(file, "the file", "must hold a mapping")
    return parsed


def _compiler(section: _Section) -> Compiler:
    solc = section.section("solc")
    optimizer = solc.section("optimizer")
    return Compiler(
        version=solc.text("version"),
        evm_version=section.text("evm_version"),
        optimizer_enabled=optimizer.flag("enabled"),
        optimizer_runs=optimizer.number("runs"),
        remappings=_remappings(solc),
    )


def _remappings(solc: _Section) -> tuple[tuple[str, str], ...]:
    entries = solc.values.get("remappings") or []
    if not isinstance(entries, list):
        raise solc.fail("remappings", f"must be a list, not {entries!r}")
    pairs = []
    for entry in entries:
        prefix, equals, folder = str(entry).partition("=")
        if not (prefix and equals and folder):
            raise solc.fail("remappings", f"must hold prefix=folder, not {entry!r}")
        pairs.append((prefix, folder))
    return tuple(pairs)


def _network(name: str, section: _Section) -> Network:
    return Network(
        name=name,
        host=section.text("host") if section.has("host") else None,
        chain_id=section.number("chain_id") if section.has("chain_id") else None,
        confirmations=(
            section.number("confirmations")
            if section.has("confirmations")
            else DEFAULT_CONFIRMATIONS
        ),
    )

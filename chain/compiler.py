"""Compiles contracts/ into artifacts, by py-solc-x over the compiler that npm installed."""

import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path
from subprocess import CalledProcessError
from typing import Any

import solcx
from solcx.exceptions import SolcError
from solcx.wrapper import get_version_str_from_solc_binary

from chain import config as configuration
from chain.artifacts import folder as artifact_folder
from chain.config import ChainConfig
from chain.errors import ChainError, CompileFailed, CompilerMissing
from chain.sources import collect

_OUTPUTS = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "metadata"]
_STAMP = "digest.json"
_FORMAT = 1  # enters the digest: raise it when the shape of an artifact changes


def compile_contracts(config: ChainConfig | None = None, *, force: bool = False) -> list[str]:
    """Compile every contract of the project and write one artifact each.

    Returns the names of the contracts written, none when sources and settings are those of the last
    run. Raises CompilerMissing, CompileFailed, ConfigError.
    """
    config = config or configuration.load()
    request = _standard_input(config)
    digest = _digest(config, request)
    target = artifact_folder(config)
    if not force and _is_fresh(target, digest):
        return []
    output = _run(config, request)
    artifacts = _artifacts(config, output)
    target.mkdir(parents=True, exist_ok=True)
    for name, artifact in artifacts.items():
        _write(target / f"{name}.json", artifact)
    for stale in target.glob("*.json"):
        if stale.stem not in artifacts:
            stale.unlink(missing_ok=True)
    # Last, so that an interrupted run is repeated.
    _write(target / _STAMP, {"digest": digest, "contracts": sorted(artifacts)})
    return sorted(artifacts)


def shim(config: ChainConfig) -> Path:
    """Name the script that gives npm's solc the command line of a native compiler."""
    return config.root / "bin" / "solc.cjs"


def _standard_input(config: ChainConfig) -> dict[str, Any]:
    compiler = config.compiler
    sources = collect(config)
    if not sources:
        problem = f"there is no Solidity file in {config.contracts}."
        raise CompileFailed(problem)
    return {
        "language": "Solidity",
        "sources": {unit: {"content": text} for unit, text in sources.items()},
        "settings": {
            "evmVersion": compiler.evm_version,
            "optimizer": {"enabled": compiler.optimizer_enabled, "runs": compiler.optimizer_runs},
            "outputSelection": {"*": {"*": _OUTPUTS}},
        },
    }


def _digest(config: ChainConfig, request: dict[str, Any]) -> str:
    whole = {"format": _FORMAT, "version": config.compiler.version, "request": request}
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()


def _is_fresh(target: Path, digest: str) -> bool:
    try:
        stamp = json.loads((target / _STAMP).read_text(encoding="utf-8"))
        return stamp["digest"] == digest and all(
            (target / f"{name}.json").is_file() for name in stamp["contracts"]
        )
    except (OSError, ValueError, KeyError, TypeError):
        return False  # never compiled, or an interrupted run: compile


def _run(config: ChainConfig, request: dict[str, Any]) -> dict[str, Any]:
    binary = shim(config)
    _check_version(config, binary)
    try:
        output: dict[str, Any] = solcx.compile_standard(request, solc_binary=binary)
    except SolcError as error:
        raise CompileFailed(str(error.message)) from error
    # What the compiler says of other people's sources is not ours to mend; errors raise above.
    warnings = [
        entry["formattedMessage"]
        for entry in output.get("errors", [])
        if (entry.get("sourceLocation") or {}).get("file", "contracts/").startswith("contracts/")
    ]
    if warnings:
        raise CompileFailed("\n".join(warnings))
    return output


def _check_version(config: ChainConfig, binary: Path) -> None:
    wanted = config.compiler.version
    try:
        found = get_version_str_from_solc_binary(binary)
    except (OSError, CalledProcessError, SolcError) as error:
        raise CompilerMissing(wanted, f"{binary} cannot be run ({error})") from error
    if found.split("+", maxsplit=1)[0] != wanted:
        raise CompilerMissing(wanted, f"{binary} is {found}")


def _artifacts(config: ChainConfig, output: dict[str, Any]) -> dict[str, dict[str, Any]]:
    artifacts: dict[str, dict[str, Any]] = {}
    for unit, contracts in output["contracts"].items():
        for name, parts in contracts.items():
            if not unit.startswith("contracts/"):
                continue
            if name in artifacts:
                problem = f"{name} is defined in {unit} and in {artifacts[name]['sourceName']}."
                raise CompileFailed(problem)
            artifacts[name] = _artifact(config, unit, name, parts)
    return artifacts


def _artifact(config: ChainConfig, unit: str, name: str, parts: dict[str, Any]) -> dict[str, Any]:
    metadata = json.loads(parts["metadata"])
    settings = {key: metadata["settings"][key] for key in ("evmVersion", "optimizer")}
    return {
        "contractName": name,
        "sourceName": unit,
        "sources": sorted(metadata["sources"]),
        "abi": parts["abi"],
        "bytecode": "0x" + parts["evm"]["bytecode"]["object"],
        "deployedBytecode": "0x" + parts["evm"]["deployedBytecode"]["object"],
        "compiler": {"version": config.compiler.version, "settings": settings},
    }


def _write(path: Path, content: dict[str, Any]) -> None:
    """Write in one step: a reader, or a second compiler at the same time, never sees half a file."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1, sort_keys=True)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink()
        raise


def main() -> int:
    """Compile and say what was compiled; the exit code is 1 when that failed."""
    try:
        config = configuration.load()
        names = compile_contracts(config, force="--force" in sys.argv[1:])
    except ChainError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    where = artifact_folder(config)
    done = f"compiled {', '.join(names)}" if names else "unchanged, nothing to compile"
    sys.stdout.write(f"{where}: {done}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Writes down address and code hash of each contract, so that a build that differs is noticed.

`python -m chain.codes` prints them, `--write` also saves them in contracts/code-hashes.json, `--check`
compiles and fails when the saved ones are not those of the sources.
"""

import json
import sys
from pathlib import Path

from chain import config as configuration
from chain.compiler import compile_contracts
from chain.deploy import ALL
from chain.errors import ChainError

FILE = Path("contracts") / "code-hashes.json"


def code_hashes() -> dict[str, dict[str, str]]:
    """Return address and keccak256 of the runtime code, as compiled, by contract; raises ArtifactMissing."""
    return {
        contract.name: {"address": contract.address, "code_hash": "0x" + contract.code_hash.hex()}
        for contract in ALL
    }


def main(arguments: list[str]) -> int:
    """Compile, print, and write or check; the exit code is 1 when something is wrong, 2 on misuse."""
    if arguments not in ([], ["--write"], ["--check"]):
        sys.stderr.write("usage: python -m chain.codes [--write | --check]\n")
        return 2
    try:
        config = configuration.load()
        compile_contracts(config)
        text = json.dumps(code_hashes(), indent=2) + "\n"
    except ChainError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    file = config.root / FILE
    if arguments == ["--write"]:
        file.write_text(text, encoding="utf-8")
    if arguments == ["--check"] and (not file.exists() or file.read_text(encoding="utf-8") != text):
        sys.stderr.write(
            f"{FILE} is not what the sources compile to. Contracts that are deployed never change: undo the "
            "change, or save a new build with `python -m chain.codes --write`.\n"
        )
        return 1
    sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

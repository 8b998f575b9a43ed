"""`python -m chain.gas` prints the table.

`--write` also saves the numbers, `--check` fails when the saved numbers are not those of the code, or a
figure is above its aim.
"""

import json
import sys

from chain import config as configuration
from chain.compiler import compile_contracts
from chain.errors import ChainError
from chain.gas import SNAPSHOT, measure_all, problems, table


def main(arguments: list[str]) -> int:
    """Measure, print, and write or check; the exit code is 1 when something is wrong, 2 on misuse."""
    if arguments not in ([], ["--write"], ["--check"]):
        sys.stderr.write("usage: python -m chain.gas [--write | --check]\n")
        return 2
    try:
        config = configuration.load()
        compile_contracts(config)
        gas = measure_all(config)
    except ChainError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(table(gas) + "\n")
    snapshot = config.root / SNAPSHOT
    if arguments == ["--write"]:
        snapshot.write_text(json.dumps(gas, indent=2) + "\n", encoding="utf-8")
    found = problems(gas, snapshot) if arguments == ["--check"] else []
    sys.stderr.writelines(f"{problem}\n" for problem in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

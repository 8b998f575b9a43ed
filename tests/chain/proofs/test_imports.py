"""The frozen code stands alone: standard library, Ethereum's hashing and signature libraries, itself."""

import ast
import sys
from pathlib import Path

import chain.proofs

ALLOWED = {"eth_keys", "sha3"}


def test_imports() -> None:
    imported = set()
    for path in Path(chain.proofs.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0
                imported.add(node.module)
    ours = {name for name in imported if name.startswith("chain.proofs.")}
    others = {name.partition(".")[0] for name in imported - ours}
    assert ours
    assert others - sys.stdlib_module_names == ALLOWED
    assert others.isdisjoint({"os", "socket", "time", "urllib", "subprocess", "random"})

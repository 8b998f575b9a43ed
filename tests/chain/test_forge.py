import json
import subprocess
import sys
import tomllib

import pytest

from chain import config
from chain.config import ROOT

FORGE = ROOT / "node_modules" / ".bin" / "forge"


@pytest.fixture
def forge() -> str:
    if not FORGE.exists():
        absent = "forge is not installed; get it with `make dev`"
        if sys.platform == "linux":  # npm has it there: its tests are never left out
            pytest.fail(absent)
        pytest.skip(absent)
    return str(FORGE)


def test_forge_compiles_as_we_do() -> None:
    ours = config.load()
    profile = tomllib.loads((ROOT / "foundry.toml").read_text(encoding="utf-8"))["profile"]
    forges = profile["default"]
    assert forges["src"] == ours.contracts.name
    assert forges["solc"] == "bin/solc.cjs"
    assert forges["evm_version"] == ours.compiler.evm_version
    assert forges["optimizer"] is ours.compiler.optimizer_enabled
    assert forges["optimizer_runs"] == ours.compiler.optimizer_runs
    assert forges["remappings"] == ["=".join(pair) for pair in ours.compiler.remappings]
    assert forges["offline"] is True


@pytest.mark.timeout(1_200)  # the compiler alone takes half a minute on a slow machine
@pytest.mark.long(15)
def test_what_solidity_says_of_itself_holds(forge: str) -> None:
    done = subprocess.run(
        [forge, "test", "--offline", "--json"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    # The compiler's own lines come before the answer.
    suites = json.loads(done.stdout[done.stdout.index('{"contracts') :])
    results = {
        f"{suite.rpartition(':')[2]}.{name.partition('(')[0]}": result
        for suite, found in suites.items()
        for name, result in found["test_results"].items()
    }
    failed = {name: one for name, one in results.items() if one["status"] != "Success"}
    assert failed == {}
    assert done.returncode == 0
    names = {suite.rpartition(":")[2] for suite in suites}
    assert names == {
        f"{contract}{kind}"
        for contract in ("AnchorLog", "IdentityRegistry", "AssetRegistry")
        for kind in ("Test", "Invariants")
    } | {"AssetDigestsTest"}
    # Each invariant was really tried, and each fuzz test was really fuzzed.
    runs = [next(iter(one["kind"].values()), {}) for one in results.values()]
    assert all(one.get("runs", 256) >= 16 for one in runs)

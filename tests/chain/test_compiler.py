import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from eth_hash.auto import keccak

from chain import artifacts, codes, compiler, config
from chain.config import ROOT, ChainConfig
from chain.create2 import address_of
from chain.deploy import ALL
from chain.errors import ArtifactMissing, CompileFailed, CompilerMissing
from chain.local import LocalChain

Project = Callable[..., ChainConfig]


@pytest.mark.usefixtures("compiled")
def test_bytecode_does_not_depend_on_the_folder(project: Project, tmp_path: Path) -> None:
    first = config.load()
    second = project("another/deeper folder")
    assert "AnchorLog" in compiler.compile_contracts(second)
    committed = json.loads((ROOT / codes.FILE).read_text(encoding="utf-8"))
    assert set(committed) == {contract.name for contract in ALL}
    for contract in ALL:
        runtime = artifacts.load(contract.name, second).deployed_bytecode
        creation = artifacts.load(contract.name, second).bytecode
        assert committed[contract.name] == {
            "address": address_of(contract.salt, creation),
            "code_hash": "0x" + keccak(runtime).hex(),
        }
    for name in (*committed, "SignatureCheck", "TestWalletFactory"):
        here, there = artifacts.load(name, first), artifacts.load(name, second)
        assert here.bytecode
        assert here == there
    text = (artifacts.folder(second) / "AnchorLog.json").read_text(encoding="utf-8")
    assert text == (artifacts.folder(first) / "AnchorLog.json").read_text(encoding="utf-8")
    assert str(tmp_path) not in text


@pytest.mark.usefixtures("compiled")
def test_no_code_that_is_deployed_has_immutables() -> None:
    # So that one hash per contract holds on every chain: what runs is what was compiled, to the byte.
    chain = LocalChain.embedded()
    chain.deploy_contracts()
    for contract in ALL:
        deployed = chain.client.code(contract.address)
        assert deployed == artifacts.load(contract.name).deployed_bytecode


def test_warnings_about_other_peoples_sources_are_not_ours(small_project: Project) -> None:
    made = small_project()
    library = made.root / "library"
    library.mkdir()
    warned = "pragma solidity ^0.8.24;\nfunction f(uint256 unused) pure {}\n"
    (library / "Warned.sol").write_text(warned, encoding="utf-8")
    source = made.contracts / "Small.sol"
    text = source.read_text(encoding="utf-8")
    source.write_text(
        text.replace("contract Small", 'import "library/Warned.sol";\ncontract Small')
    )
    assert compiler.compile_contracts(made) == ["Small"]


def test_an_artifact_says_what_it_was_made_of(small_project: Project) -> None:
    made = small_project()
    assert compiler.compile_contracts(made) == ["Small"]
    content = json.loads((artifacts.folder(made) / "Small.json").read_text(encoding="utf-8"))
    assert content["sourceName"] == "contracts/Small.sol"
    assert content["sources"] == ["contracts/Small.sol"]
    assert content["compiler"]["version"] == made.compiler.version
    assert content["compiler"]["settings"]["evmVersion"] == made.compiler.evm_version
    loaded = artifacts.load("Small", made)
    assert loaded.abi[0]["name"] == "answer"
    assert loaded.bytecode.endswith(loaded.deployed_bytecode)


def test_nothing_is_compiled_twice_and_every_change_is(small_project: Project) -> None:
    made = small_project()
    assert compiler.compile_contracts(made) == ["Small"]
    assert compiler.compile_contracts(made) == []
    (artifacts.folder(made) / "Small.json").unlink()
    assert compiler.compile_contracts(made) == ["Small"]
    with (made.contracts / "Small.sol").open("a", encoding="utf-8") as file:
        file.write("// changed\n")
    assert compiler.compile_contracts(made) == ["Small"]
    settings = made.root / "brownie-config.yaml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("runs: 10000", "runs: 1"))
    assert compiler.compile_contracts(config.load(made.root)) == ["Small"]
    (artifacts.folder(made) / "digest.json").write_text("broken", encoding="utf-8")
    assert compiler.compile_contracts(config.load(made.root)) == ["Small"]


def test_an_artifact_goes_with_its_contract(small_project: Project) -> None:
    made = small_project()
    compiler.compile_contracts(made)
    source = made.contracts / "Small.sol"
    source.write_text(source.read_text(encoding="utf-8").replace("Small", "Renamed"))
    assert compiler.compile_contracts(made) == ["Renamed"]
    with pytest.raises(ArtifactMissing):
        artifacts.load("Small", made)


def test_a_missing_compiler_says_how_to_get_it(small_project: Project) -> None:
    made = small_project()
    (made.root / "node_modules").unlink()
    with pytest.raises(CompilerMissing, match="make install"):
        compiler.compile_contracts(made)
    (made.root / "bin" / "solc.cjs").unlink()
    with pytest.raises(CompilerMissing, match="make install"):
        compiler.compile_contracts(made)


def test_a_compiler_of_another_version_is_refused(small_project: Project) -> None:
    made = small_project()
    settings = made.root / "brownie-config.yaml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(f"version: {made.compiler.version}", "version: 0.8.1"))
    with pytest.raises(CompilerMissing) as caught:
        compiler.compile_contracts(config.load(made.root))
    assert caught.value.wanted == "0.8.1"
    assert made.compiler.version in caught.value.problem


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ("return 42", "return true"),
        ("return 42; }", "uint256 unused; return 42; }"),  # a warning
        ("// SPDX-License-Identifier: MIT\n", ""),  # a warning as well
        ("contract Small", 'import "./Missing.sol";\ncontract Small'),
    ],
)
def test_what_does_not_compile_cleanly_is_refused(
    small_project: Project, change: str, complaint: str
) -> None:
    made = small_project()
    source = made.contracts / "Small.sol"
    source.write_text(source.read_text(encoding="utf-8").replace(change, complaint))
    with pytest.raises(CompileFailed):
        compiler.compile_contracts(made)
    assert not artifacts.folder(made).exists()


def test_two_contracts_of_one_name_are_refused(small_project: Project) -> None:
    made = small_project()
    shutil.copy(made.contracts / "Small.sol", made.contracts / "Other.sol")
    with pytest.raises(CompileFailed, match=r"Small.*Other\.sol|Other\.sol.*Small"):
        compiler.compile_contracts(made)


def test_a_project_without_contracts_is_refused(small_project: Project) -> None:
    made = small_project()
    (made.contracts / "Small.sol").unlink()
    with pytest.raises(CompileFailed, match="no Solidity file"):
        compiler.compile_contracts(made)


@pytest.mark.usefixtures("compiled")
def test_the_command_says_what_it_did() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "chain.compiler"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""
    assert "unchanged" in done.stdout


def test_the_shim_writes_nothing_but_the_answer() -> None:
    shim = compiler.shim(config.load())
    done = subprocess.run(
        [shim, "--standard-json"], input="{}", capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout)["errors"]
    misused = subprocess.run([shim, "--bin"], check=False, capture_output=True, text=True)
    assert (misused.returncode, misused.stdout) == (2, "")

from pathlib import Path
from typing import Any

import pytest
import yaml

from chain import config
from chain.errors import ConfigError

MINIMAL = {
    "project_structure": {"contracts": "contracts", "build": "build"},
    "compiler": {
        "evm_version": "cancun",
        "solc": {
            "version": "0.8.37",
            "optimizer": {"enabled": True, "runs": 200},
            "remappings": ["@a/=lib/@a/"],
        },
    },
    "networks": {
        "default": "one",
        "one": {"host": "http://127.0.0.1:1", "chain_id": 1, "confirmations": 0},
        "two": {},
    },
}


def write(root: Path, content: Any) -> Path:
    text = content if isinstance(content, str) else yaml.safe_dump(content)
    (root / "brownie-config.yaml").write_text(text, encoding="utf-8")
    return root


def changed(path: str, value: object) -> dict[str, Any]:
    content = yaml.safe_load(yaml.safe_dump(MINIMAL))
    *parents, last = path.split(".")
    place = content
    for key in parents:
        place = place[key]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return content


def test_the_projects_own_file_is_read() -> None:
    loaded = config.load()
    assert loaded.contracts.is_dir()
    assert loaded.default_network == "embedded"
    assert loaded.networks["embedded"].confirmations == 0
    assert loaded.networks["external"].host is None
    assert loaded.networks["external"].confirmations == 12


def test_a_whole_file_becomes_typed_values(tmp_path: Path) -> None:
    loaded = config.load(write(tmp_path, MINIMAL))
    assert loaded.contracts == tmp_path / "contracts"
    assert loaded.build == tmp_path / "build"
    assert loaded.compiler == config.Compiler("0.8.37", "cancun", True, 200, (("@a/", "lib/@a/"),))
    assert loaded.networks == {
        "one": config.Network("one", "http://127.0.0.1:1", 1, 0),
        "two": config.Network("two", None, None, 12),
    }


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("compiler", ...),
        ("compiler", "solc"),
        ("compiler.evm_version", ...),
        ("compiler.evm_version", 1),
        ("compiler.solc", []),
        ("compiler.solc.version", 0.8),
        ("compiler.solc.version", ""),
        ("compiler.solc.optimizer.enabled", "yes, please"),
        ("compiler.solc.optimizer.runs", True),
        ("compiler.solc.optimizer.runs", -1),
        ("compiler.solc.remappings", "@a/=b"),
        ("compiler.solc.remappings", ["@a/"]),
        ("networks.default", ...),
        ("networks.default", "three"),
        ("networks.one", "http"),
        ("networks.one.host", 5),
        ("networks.one.chain_id", "1"),
        ("networks.one.confirmations", -1),
        ("project_structure.build", None),
    ],
)
def test_a_wrong_key_is_named_with_its_file(tmp_path: Path, key: str, value: object) -> None:
    with pytest.raises(ConfigError) as caught:
        config.load(write(tmp_path, changed(key, value)))
    assert caught.value.key == key
    assert caught.value.file == tmp_path / "brownie-config.yaml"
    assert key in str(caught.value)
    assert "brownie-config.yaml" in str(caught.value)


@pytest.mark.parametrize("content", ["[1", "just text", "", "- a"])
def test_a_file_that_is_no_mapping_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(ConfigError, match=r"brownie-config\.yaml"):
        config.load(write(tmp_path, content))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        config.load(tmp_path)

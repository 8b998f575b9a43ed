from collections.abc import Callable

import pytest

from chain import config
from chain.config import ROOT, ChainConfig
from chain.errors import CompileFailed
from chain.sources import collect

Project = Callable[..., ChainConfig]


def test_sources_have_fixed_names() -> None:
    units = collect(config.load())
    assert "contracts/AnchorLog.sol" in units
    assert "contracts/interfaces/IAnchorLog.sol" in units
    assert "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol" in units
    assert "@openzeppelin/contracts/utils/cryptography/Hashes.sol" in units
    assert all(unit.startswith(("contracts/", "@openzeppelin/")) for unit in units)


@pytest.mark.parametrize(
    "directive",
    [
        'import "./b.sol";',
        "import './b.sol';",
        'import * as B from "./b.sol";',
        'import {X, Y as Z} from "./b.sol";',
        'import {\n  X,\n  Y\n} from "./b.sol";',
        'import "./b.sol" as B;',
        'import "../contracts/b.sol";',
        'import "contracts/b.sol";',
    ],
)
def test_every_form_of_import_is_followed(small_project: Project, directive: str) -> None:
    made = small_project(directive)
    (made.contracts / "b.sol").write_text("", encoding="utf-8")
    (made.contracts / "Small.sol").rename(made.contracts / "a.sol")
    assert set(collect(made)) == {"contracts/a.sol", "contracts/b.sol"}


def test_a_missing_source_is_named_with_where_it_should_be(small_project: Project) -> None:
    made = small_project('import "@openzeppelin/contracts/Nothing.sol";')
    with pytest.raises(CompileFailed, match=r"node_modules/@openzeppelin/contracts/Nothing\.sol"):
        collect(made)


def test_what_only_forge_runs_is_left_out() -> None:
    found = collect(config.load())
    assert "contracts/AssetRegistry.sol" in found
    assert (ROOT / "contracts" / "test" / "forge" / "AssetRegistry.t.sol").is_file()
    assert not [unit for unit in found if "/forge/" in unit]

from collections.abc import Callable

import pytest

from chain import artifacts, config
from chain.config import ChainConfig
from chain.errors import ArtifactMissing

Project = Callable[..., ChainConfig]


@pytest.mark.usefixtures("compiled")
def test_an_artifact_is_opened_by_name() -> None:
    loaded = artifacts.load("AnchorLog", config.load())
    assert loaded == artifacts.load("AnchorLog")
    assert loaded.name == "AnchorLog"
    assert {item["type"] for item in loaded.abi} == {"function", "event", "error"}
    assert loaded.bytecode.endswith(loaded.deployed_bytecode)


def test_a_missing_artifact_says_what_to_run(small_project: Project) -> None:
    made = small_project()
    with pytest.raises(ArtifactMissing, match=r"python -m chain\.compiler"):
        artifacts.load("Small", made)
    artifacts.folder(made).mkdir(parents=True)
    (artifacts.folder(made) / "Small.json").write_text('{"abi": []}', encoding="utf-8")
    with pytest.raises(ArtifactMissing, match="KeyError"):
        artifacts.load("Small", made)

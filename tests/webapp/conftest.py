"""Applications with settings of their own, closed again at the end."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from chain.devnode.node import DevNode
from tests.support import instance

MakeApp = Callable[..., Flask]


@pytest.fixture
def make_closed_app(database_url: str, tmp_path: Path) -> Iterator[MakeApp]:
    """Give a maker of applications whose log is not open yet; keywords are settings."""
    made: list[Flask] = []

    def make(**overrides: Any) -> Flask:
        settings = {"database_url": database_url} | overrides
        made.append(instance.make_app(tmp_path, **settings))
        return made[-1]

    yield make
    for app in made:
        instance.close_app(app)


@pytest.fixture
def make_app(make_closed_app: MakeApp, node: DevNode) -> MakeApp:
    """Give a maker of applications with an open log; keywords are settings."""

    def make(**overrides: object) -> Flask:
        app = make_closed_app(**overrides)
        instance.use_node(app, node)
        return app

    return make

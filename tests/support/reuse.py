"""What one application after the other would work out anew: the tests of a process share it.

Hundreds of applications are made in a test run. Each compiles the same routes, and its engine
compiles the same statements; both were most of the time that many tests took.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine
from werkzeug.routing import Rule

_builders: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}
_compile_builder = Rule._compile_builder
_engines: dict[str, Engine] = {}


def share_routes() -> None:
    """Let every application have the functions that build URLs from those made before."""
    Rule._compile_builder = _compiled_once  # type: ignore[method-assign]


def _compiled_once(self: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    if self.defaults:  # they would be part of what is compiled
        return _compile_builder(self, append_unknown)
    key = (self.rule, tuple(self._trace), append_unknown)
    if key not in _builders:
        _builders[key] = _compile_builder(self, append_unknown)
    return _builders[key]


def lend_statements(engine: Engine) -> None:
    """Let later engines for the same kind of database have what this one compiles; it has connected."""
    _engines.setdefault(engine.url.drivername, engine)


def borrow_statements(engine: Engine) -> None:
    """Use the dialect and the compiled statements of the engine that lends them, if there is one."""
    lender: Any = _engines.get(engine.url.drivername)
    if lender is not None:
        engine.dialect = engine.pool._dialect = lender.dialect
        engine._compiled_cache = lender._compiled_cache

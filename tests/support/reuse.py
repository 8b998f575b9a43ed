"""What one application after the other would work out anew: the tests of a process share it.

Hundreds of applications are made in a test run. Each compiles the same routes, its engine compiles the
same statements, and some write the same document; these were most of the time that many tests took.
"""

from typing import Any

from flask import Response
from sqlalchemy import Engine
from sqlalchemy.util import LRUCache
from werkzeug.routing import Rule
from werkzeug.routing.rules import RulePart

from webapp.openapi import ProblemApi

STATEMENTS = 10_000

_compile = Rule.compile
_compiled: dict[tuple[str, bool | None], Rule] = {}
_parts: dict[tuple[object, ...], RulePart] = {}
_openapi_json = ProblemApi._openapi_json
_documents: dict[tuple[str, frozenset[tuple[str, str]]], bytes] = {}
_engines: dict[str, Engine] = {}


def share_routes() -> None:
    """Let every application have what the rules of those before it were compiled to."""
    Rule.compile = _compile_once  # type: ignore[method-assign]


def _compile_once(self: Rule) -> None:
    if self.defaults or self.subdomain or self.host:  # they would be part of what is compiled
        _compile(self)
        return
    key = (self.rule, self.merge_slashes)
    if key not in _compiled:
        _compile(self)
        # Equal parts are found by comparing them, which is quickest if they are the same.
        self._parts = [_parts.setdefault(_key(part), part) for part in self._parts]
        _compiled[key] = self
        return
    known = _compiled[key]
    self._parts, self._trace, self._converters = known._parts, known._trace, known._converters
    self.arguments.update(known.arguments)
    self._build = known._build.__func__.__get__(self, None)  # type: ignore[attr-defined]
    self._build_unknown = known._build_unknown.__func__.__get__(self, None)  # type: ignore[attr-defined]


def _key(part: RulePart) -> tuple[object, ...]:
    return (part.content, part.final, part.static, part.suffixed, repr(part.weight))


def share_document() -> None:
    """Let every application with the same routes have the OpenAPI document that one of them wrote."""
    ProblemApi._openapi_json = _written_once  # type: ignore[method-assign]


def _written_once(self: ProblemApi) -> Response:
    routes = frozenset((rule.rule, rule.endpoint) for rule in self._app.url_map.iter_rules())
    # How a session's cookies are called is all that settings change of the document.
    key = (self._app.config["JWT_ACCESS_COOKIE_NAME"], routes)
    self._document = self._document or _documents.get(key)
    answer = _openapi_json(self)
    assert self._document is not None
    _documents[key] = self._document
    return answer


def lend_statements(engine: Engine) -> None:
    """Let later engines for the same kind of database have what this one compiles; it has connected."""
    engine._compiled_cache = LRUCache(STATEMENTS)  # none of them makes room for another
    _engines.setdefault(engine.url.drivername, engine)


def borrow_statements(engine: Engine) -> None:
    """Use the dialect and the compiled statements of the engine that lends them, if there is one."""
    lender: Any = _engines.get(engine.url.drivername)
    if lender is not None:
        engine.dialect = engine.pool._dialect = lender.dialect
        engine._compiled_cache = lender._compiled_cache

"""The refusals: one stable code each, and all of them documented."""

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import webapp
from webapp.errors import HTTP_CODES, ProblemError

DOCUMENT = Path(webapp.__file__).parent.parent / "docs" / "errors.md"
# Bases that are never raised themselves, only their kinds.
ABSTRACT = {"RecordRefusedError", "NotBeforeError"}


def refusals() -> Iterator[type[ProblemError]]:
    for module in pkgutil.walk_packages(webapp.__path__, "webapp."):
        importlib.import_module(module.name)
    waiting = ProblemError.__subclasses__()
    while waiting:
        found = waiting.pop()
        waiting += found.__subclasses__()
        if found.__module__.startswith("webapp."):
            yield found


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = Counter(refusal.code for refusal in set(refusals()))
    assert len(codes) > 20
    assert [code for code, count in codes.items() if count > 1] == []


def test_every_refusal_has_a_usable_status_code_and_title() -> None:
    for refusal in refusals():
        assert 400 <= refusal.status < 600, refusal
        assert re.fullmatch("[a-z][a-z0-9_]+", refusal.code), refusal
        assert refusal.title, refusal


def test_every_refusal_names_its_own_code() -> None:
    for refusal in refusals():
        assert "code" in vars(refusal), refusal


def test_codes_of_the_framework_are_not_taken_by_other_statuses() -> None:
    by_code = {code: status for status, code in HTTP_CODES.items()}
    for refusal in refusals():
        assert by_code.get(refusal.code, refusal.status) == refusal.status, refusal


def test_every_code_is_documented() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    codes = {refusal.code for refusal in refusals() if refusal.__name__ not in ABSTRACT}
    missing = [code for code in sorted(codes | set(HTTP_CODES.values())) if f"`{code}`" not in text]
    assert missing == []


def test_whoever_is_told_to_come_back_is_told_when() -> None:
    silent = {
        refusal
        for refusal in refusals()
        if refusal.status in (429, 503) and refusal.retry_after is ProblemError.retry_after
    }
    assert silent == set()

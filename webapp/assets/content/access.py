"""Who may have content: everybody, unless something hides it.

What can hide content stands to the right of this, and says by a condition on its CID what is hidden.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from webapp.assets.content.cids import Cid, NotACidError, parse_cid
from webapp.assets.content.errors import ContentNotFoundError, ContentWithheldError
from webapp.assets.content.models import Content
from webapp.assets.content.service import StoredContent
from webapp.extensions import table_of

_C = table_of(Content).c
Hides = Callable[[ColumnElement[str]], ColumnElement[bool]]
_HIDDEN_BY: list[Hides] = []


def hides_content(condition: Hides) -> Hides:
    """Register a condition on a CID (canonical): content of which it is true is given to nobody."""
    _HIDDEN_BY.append(condition)
    return condition


def find_content(session: Session, cid: Cid | str) -> StoredContent:
    """Return a content by any spelling of its CID; raises ContentNotFoundError and ContentWithheldError."""
    known = _parsed(cid) if isinstance(cid, str) else cid
    columns = (_C.cid, _C.size, _C.mime, _C.sha256, _C.leaves)
    query = select(*columns, *_hidden()).where(_C.cid == str(known))
    found = session.execute(query).one_or_none()
    if found is None:
        raise ContentNotFoundError(str(cid))
    if any(found[len(columns) :]):
        raise ContentWithheldError(str(known))
    return StoredContent(*found[: len(columns)])


def _hidden() -> list[Any]:
    return [or_(*(one(_C.cid) for one in _HIDDEN_BY)).label("hidden")] if _HIDDEN_BY else []


def _parsed(text: str) -> Cid:
    try:
        return parse_cid(text)
    except NotACidError as error:
        raise ContentNotFoundError(text, str(error)) from None

"""HTTP for the log."""

import hashlib
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from webapp.chain_access import settings
from webapp.extensions import db
from webapp.http import ApiBlueprint
from webapp.log import publication
from webapp.log.schemas import (
    BatchPageSchema,
    BatchSchema,
    EntryPageSchema,
    LogPageQuerySchema,
    LogQuerySchema,
    LogSchema,
)
from webapp.log.service import current_log, newest_final_block

blueprint = ApiBlueprint("log", __name__, description="The log and its pins")
# What is sealed never changes, but an anchorer does not name a log: it may begin another one.
BRIEFLY = "public, max-age=300"
REVALIDATE = "public, no-cache"


@blueprint.get("/log")
@blueprint.response(200, LogSchema)
def log() -> dict[str, Any]:
    """Return what is needed to build a record, and the pins to check one by."""
    here = current_log(db.session())
    block = newest_final_block(db.session(), here)
    return {
        "domain": {"chainId": here.chain_id, "verifyingContract": here.contract},
        "genesis": "0x" + here.genesis.hex(),
        "anchorer": here.anchorer,
        "depth": settings().depth,
        "notBefore": {"number": block.number, "hash": "0x" + block.hash.hex()},
    }


@blueprint.get("/log/entries")
@blueprint.arguments(LogPageQuerySchema, location="query")
@blueprint.response(200, EntryPageSchema)
def entries(query: dict[str, Any]) -> Response:
    """Return sealed entries by position, with signatures and without any text."""
    session = db.session()
    found = publication.published_log(session, query.get("anchorer"))
    page = publication.entries_page(session, found, query["first"], query["limit"])
    lasting = page.next is not None and "anchorer" in query
    return _answer(page.body, lasting=lasting, following=_following(query, page.next))


@blueprint.get("/log/batches")
@blueprint.arguments(LogPageQuerySchema, location="query")
@blueprint.response(200, BatchPageSchema)
def batches(query: dict[str, Any]) -> Response:
    """Return batches by sequence, with their anchors once these are final."""
    session = db.session()
    found = publication.published_log(session, query.get("anchorer"))
    page = publication.batches_page(session, found, query["first"], query["limit"])
    return _answer(page.body, following=_following(query, page.next))


@blueprint.get("/log/batches/<int:sequence>")
@blueprint.arguments(LogQuerySchema, location="query")
@blueprint.response(200, BatchSchema)
def batch(query: dict[str, Any], sequence: int) -> Response:
    """Return one batch, its anchor once that is final, and the positions of its entries."""
    session = db.session()
    found = publication.published_log(session, query.get("anchorer"))
    return _answer(publication.batch_body(session, found, sequence))


def _answer(body: bytes, *, lasting: bool = False, following: str | None = None) -> Response:
    response = Response(body, content_type="application/json")
    response.headers["Cache-Control"] = BRIEFLY if lasting else REVALIDATE
    if following is not None:
        response.headers["Link"] = f'<{following}>; rel="next"'
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.make_conditional(request)
    return response


def _following(query: dict[str, Any], first: int | None) -> str | None:
    return None if first is None else f"{request.path}?{urlencode(query | {'first': first})}"

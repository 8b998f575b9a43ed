"""HTTP for content: ``/ipfs/{cid}``, at the root, as IPFS gateways have it; for everybody and every page."""

import secrets
from collections.abc import Iterator, Sequence

from flask import Response, request, stream_with_context
from werkzeug.http import unquote_etag

from webapp.assets.content.access import find_content
from webapp.assets.content.errors import RangeUnsatisfiableError
from webapp.assets.content.ranges import ByteRange, UnsatisfiableError, asked_ranges
from webapp.assets.content.reading import check_there, read_range
from webapp.assets.content.service import StoredContent
from webapp.assets.content.sniffing import BYTES, EXTENSIONS, SAFE, TEXT
from webapp.errors import problem_response
from webapp.extensions import db
from webapp.http import ApiBlueprint

# What is behind a CID never changes. That it may be erased, nobody's copy can be told.
FOREVER = "public, max-age=31536000, immutable"
HEADERS = {
    "Accept-Ranges": "bytes",
    "Cache-Control": FOREVER,
    "Content-Security-Policy": "default-src 'none'; sandbox",
}
# A wallet, a marketplace, a page of anybody's may read what everybody may.
SHARED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "Range, If-Range, If-None-Match",
    "Access-Control-Expose-Headers": "Accept-Ranges, Content-Length, Content-Range, ETag",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
PARAMETERS = [
    {"in": "path", "name": "cid", "required": True, "schema": {"type": "string", "maxLength": 80}},
    *(
        {"in": "header", "name": name, "required": False, "schema": {"type": "string"}}
        for name in ("Range", "If-Range", "If-None-Match")
    ),
]
BODY = {
    "application/octet-stream": {
        "schema": {"type": "string", "format": "binary"},
        "example": '{"image":"ipfs://bafy…","name":"A token"}',
    }
}

blueprint = ApiBlueprint("content", __name__, description="Content of assets, by CID")


@blueprint.after_request
def share(response: Response) -> Response:
    """Let every page read this, refusals too, which nobody keeps."""
    response.headers.update(SHARED)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


@blueprint.get("/ipfs/<cid>")
@blueprint.doc(
    parameters=PARAMETERS,
    responses={
        "200": {"description": "The whole content", "content": BODY},
        "206": {"description": "A range of it, or several as multipart/byteranges"},
        "304": {"description": "The client has it: its CID is the ETag"},
    },
)
def content(cid: str) -> Response:
    """Return the content of a CID, in any spelling, or ranges of it; checked against the CID on its way."""
    found = find_content(db.session(), cid)
    db.session.rollback()  # a slow reader must not hold the database
    if _client_has(found.cid):
        return _headed(Response(status=304), found)
    if request.method == "HEAD":
        check_there(found)
        return _sized(_headed(Response(), found), found.size)
    try:
        ranges = (
            asked_ranges(request.headers.get("Range"), found.size) if _may_range(found) else None
        )
    except UnsatisfiableError:
        return _unsatisfiable(found.size)
    if ranges is None:
        return _whole(found)
    return _part(found, ranges[0]) if len(ranges) == 1 else _parts(found, ranges)


def _client_has(cid: str) -> bool:
    return request.if_none_match.contains_weak(cid)


def _may_range(found: StoredContent) -> bool:
    """Tell whether a range may be given: If-Range, where it is sent, must name this very content."""
    condition = request.headers.get("If-Range")
    return condition is None or unquote_etag(condition.strip()) == (found.cid, False)


def _whole(found: StoredContent) -> Response:
    body = read_range(found, 0, found.size)
    return _sized(_headed(Response(stream_with_context(body)), found), found.size)


def _part(found: StoredContent, asked: ByteRange) -> Response:
    body = read_range(found, asked.start, asked.stop)
    response = _headed(Response(stream_with_context(body), 206), found)
    response.headers["Content-Range"] = asked.of(found.size)
    return _sized(response, asked.size)


def _parts(found: StoredContent, asked: Sequence[ByteRange]) -> Response:
    boundary = secrets.token_hex(16)
    heads = [
        f"\r\n--{boundary}\r\nContent-Type: {_type(found)}\r\nContent-Range: {one.of(found.size)}\r\n\r\n".encode()
        for one in asked
    ]
    end = f"\r\n--{boundary}--\r\n".encode()
    first = read_range(found, asked[0].start, asked[0].stop)

    def body() -> Iterator[bytes]:
        for number, (head, one) in enumerate(zip(heads, asked, strict=True)):
            yield head
            yield from first if number == 0 else read_range(found, one.start, one.stop)
        yield end

    response = _headed(Response(stream_with_context(body()), 206), found)
    response.headers["Content-Type"] = f"multipart/byteranges; boundary={boundary}"
    return _sized(response, sum(map(len, heads)) + sum(one.size for one in asked) + len(end))


def _unsatisfiable(size: int) -> Response:
    response = problem_response(RangeUnsatisfiableError(size))
    response.headers["Content-Range"] = f"bytes */{size}"
    return response


def _headed(response: Response, found: StoredContent) -> Response:
    """Say of a content what it is and nothing else, whatever a browser would make of its bytes."""
    response.headers.update(HEADERS)
    response.set_etag(found.cid)
    response.headers["Content-Type"] = _type(found)
    kind = found.mime if found.mime in SAFE else BYTES
    shown = "inline" if found.mime in SAFE else "attachment"
    response.headers["Content-Disposition"] = f'{shown}; filename="{found.cid}.{EXTENSIONS[kind]}"'
    return response


def _type(found: StoredContent) -> str:
    if found.mime == TEXT:
        return f"{TEXT}; charset=utf-8"
    return found.mime if found.mime in SAFE else BYTES


def _sized(response: Response, size: int) -> Response:
    response.headers["Content-Length"] = str(size)
    return response

"""Reading an upload off the wire: to a nameless file, never whole in memory."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, BinaryIO

from flask import request

from webapp.accounts.idempotency import use_fingerprint
from webapp.config import Settings
from webapp.errors import MalformedRequestError
from webapp.http import MAX_FORM_BYTES, nameless_file
from webapp.log.rules import MAX_ALT
from webapp.media.storage import CHUNK, digest_of

FORM = "multipart/form-data"
FILE, ALT = "file", "alt"
View = Callable[..., Any]


@dataclass(frozen=True)
class Upload:
    """An open file as it came, and the description that came with it."""

    file: BinaryIO
    size: int
    alt: str


def most_bytes(settings: Settings) -> int:
    """Return how large a body may be: the largest file, and a form round it."""
    return max(settings.media_image_bytes, settings.media_video_bytes) + MAX_FORM_BYTES


def with_upload(view: View) -> View:
    """Read the body before the view, which gets it as ``upload``; closes it afterwards.

    Raises MalformedRequestError for what is no file, or a form with anything but ``file`` and ``alt``.
    """

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        file, alt = _read_form() if request.mimetype == FORM else _read_raw()
        with file:
            digest, size = digest_of(file)
            if size == 0:
                raise _malformed(FILE, "is empty")
            _check_alt(alt)
            # A form sent again has another boundary, and says the same.
            use_fingerprint(digest + hashlib.sha256(alt.encode()).digest())
            return view(*args, upload=Upload(file, size, alt), **kwargs)

    return wrapper


def _read_raw() -> tuple[BinaryIO, str]:
    unknown = request.args.keys() - {ALT}
    if unknown:
        raise _malformed(min(unknown), "Unknown field.")
    file = nameless_file()
    try:
        while chunk := request.stream.read(CHUNK):
            file.write(chunk)
    except BaseException:
        file.close()
        raise
    return file, request.args.get(ALT, "")


def _read_form() -> tuple[BinaryIO, str]:
    files, fields = request.files, request.form
    unknown = (files.keys() - {FILE}) | (fields.keys() - {ALT})
    if unknown:
        raise _malformed(min(unknown), "Unknown field.")
    if len(files.getlist(FILE)) != 1 or len(fields.getlist(ALT)) > 1:
        raise _malformed(FILE, "Send one file as 'file', with at most one 'alt'.")
    stream: Any = files[FILE].stream
    return stream, fields.get(ALT, "")


def _check_alt(alt: str) -> None:
    if len(alt) > MAX_ALT or "\0" in alt:
        raise _malformed(ALT, f"Give at most {MAX_ALT} characters, none of them U+0000.")


def _malformed(field: str, problem: str) -> MalformedRequestError:
    return MalformedRequestError([{"field": field, "problem": problem}])

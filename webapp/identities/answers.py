"""What a file of somebody's evidence is answered as, to its owner and to moderators."""

from flask import Response


def evidence_answer(mime: str, data: bytes) -> Response:
    """Return a file of somebody's so that no browser takes it for anything but a download."""
    headers = {
        "Content-Disposition": "attachment",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(data, content_type=mime, headers=headers)

"""What a file is, by its first bytes alone: neither its name nor what the client says counts."""

from typing import BinaryIO

from webapp.media.errors import MediaTypeError

JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
GIF, AVIF = "image/gif", "image/avif"
MP4, WEBM = "video/mp4", "video/webm"
IMAGES = frozenset({JPEG, PNG, WEBP, GIF, AVIF})
VIDEOS = frozenset({MP4, WEBM})
EXTENSIONS = {JPEG: "jpg", PNG: "png", WEBP: "webp", GIF: "gif", AVIF: "avif"} | {
    MP4: "mp4",
    WEBM: "webm",
}
HEAD_BYTES = 64
_STARTS = (
    (b"\xff\xd8\xff", JPEG),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"GIF87a", GIF),
    (b"GIF89a", GIF),
    (b"\x1a\x45\xdf\xa3", WEBM),  # any EBML file; its reader goes on only if it says "webm"
)
_MP4_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash"}
)


def sniff(file: BinaryIO) -> str:
    """Return the type of an open file, read from its beginning; raises MediaTypeError."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    for start, mime in _STARTS:
        if head.startswith(start):
            return mime
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return WEBP
    if head[4:8] == b"ftyp":
        brand = head[8:12]
        if brand in (b"avif", b"avis"):
            return AVIF
        if brand in _MP4_BRANDS:
            return MP4
    raise MediaTypeError

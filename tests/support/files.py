"""Images and videos as tests make them, and uploading them."""

import io
import struct
from typing import Any

from PIL import Image
from werkzeug.test import TestResponse

from tests.support.wallet import V1, Person

SECRET = b"somewhere at home"


def picture(
    format_: str = "PNG", size: tuple[int, int] = (40, 30), colour: Any = "red", **options: Any
) -> bytes:
    """Return an image of one colour."""
    return saved(Image.new("RGB", size, colour), format_, **options)


def saved(image: Image.Image, format_: str, **options: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, format_, **options)
    return target.getvalue()


def loaded(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def animation(format_: str, colours: tuple[str, ...] = ("red", "green", "blue")) -> bytes:
    """Return an animated image, a tenth of a second each colour, endlessly."""
    frames = [Image.new("RGB", (20, 10), colour) for colour in colours]
    options = {"save_all": True, "append_images": frames[1:], "duration": 100, "loop": 0}
    return saved(frames[0], format_, **options)


def upload(person: Person, data: bytes, **query: str) -> TestResponse:
    """Upload bytes as they are."""
    return person.http.post(f"{V1}/media", data=data, query_string=query, headers=person.headers)


def upload_form(person: Person, data: bytes, name: str = "x.png", **fields: str) -> TestResponse:
    """Upload a form, as a browser does."""
    form: dict[str, Any] = {"file": (io.BytesIO(data), name), **fields}
    return person.http.post(f"{V1}/media", data=form, headers=person.headers)


def signed_media(file: dict[str, Any], alt: str = "") -> dict[str, str]:
    """Return a file as a record names it."""
    return {"digest": file["digest"], "mime": file["mime"], "alt": alt}


def box(kind: bytes, *contents: bytes) -> bytes:
    """Return an MP4 box."""
    body = b"".join(contents)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def mp4(
    *more: bytes,
    handler: bytes = b"vide",
    codec: bytes = b"avc1",
    in_track: bytes = b"",
    described: bytes = b"",
    place: bytes = b"\0\0\0\1",
) -> bytes:
    """Return the least that is an MP4 here, full of things that say too much."""
    made = struct.pack(">II", 3_000_000_000, 3_000_000_001)
    mvhd = box(b"mvhd", bytes(4), made, bytes(88))
    tkhd = box(b"tkhd", bytes(4), made, bytes(64), struct.pack(">II", 640 << 16, 360 << 16))
    mdhd = box(b"mdhd", bytes(4), made, bytes(12))
    hdlr = box(b"hdlr", bytes(8), handler, b"appl", bytes(8), SECRET + b"\0")
    # 32 bytes say what the pictures were compressed by; a profile may name more.
    entry = (bytes(42), SECRET[:31].ljust(32, b"\0"), bytes(4), described)
    stsd = box(b"stsd", struct.pack(">II", 0, 1), box(codec, *entry))
    stbl = box(b"stbl", stsd, box(b"stco", struct.pack(">III", 0, 1, 1_234)))
    dinf = box(b"dinf", box(b"dref", struct.pack(">II", 0, 1), box(b"url ", place)))
    mdia = box(b"mdia", mdhd, hdlr, box(b"minf", box(b"vmhd", bytes(12)), dinf, stbl))
    trak = box(b"trak", tkhd, mdia, box(b"meta", SECRET), in_track)
    moov = box(b"moov", mvhd, trak, box(b"udta", box(b"\xa9xyz", SECRET)))
    ftyp = box(b"ftyp", b"isom", bytes(4), b"isommp41")
    return b"".join((ftyp, moov, box(b"uuid", bytes(16), SECRET), *more, box(b"mdat", b"pictures")))


def part(id_: int, *contents: bytes, unknown: bool = False) -> bytes:
    """Return a WebM element."""
    body = b"".join(contents)
    size = b"\x01" + b"\xff" * 7 if unknown else ((1 << 56) | len(body)).to_bytes(8, "big")
    return id_.to_bytes((id_.bit_length() + 7) // 8, "big") + size + body


def webm(*more: bytes, codec: bytes = b"V_VP9", kind: int = 1, unknown: bool = False) -> bytes:
    """Return the least that is a WebM here, full of things that say too much."""
    head = part(0x1A45DFA3, part(0x4282, b"webm"))
    info = part(
        0x1549A966,
        part(0x2AD7B1, b"\x0f\x42\x40"),
        part(0x7BA9, SECRET),
        part(0x4461, bytes(7) + b"\x01"),
        part(0x4D80, SECRET),
    )
    video = part(0xE0, part(0xB0, b"\x02\x80"), part(0xBA, b"\x01\x68"))
    track = part(
        0xAE, part(0x83, bytes([kind])), part(0x86, codec), part(0x536E, SECRET * 20), video
    )
    cluster = part(0x1F43B675, part(0xE7, b"\0"), part(0xA3, b"pictures"), unknown=unknown)
    tags = part(0x1254C367, part(0x7373, SECRET * 20))
    body = (info, part(0x1654AE6B, track), cluster, *more, tags)
    return head + part(0x18538067, *body, unknown=unknown)

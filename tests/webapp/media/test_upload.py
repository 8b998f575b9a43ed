"""Uploading: what is taken, what is kept of it, and what is refused."""

import hashlib
import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image, ImageCms, PngImagePlugin
from sqlalchemy import func, select

from tests.support.answers import at_once, refused
from tests.support.files import (
    SECRET,
    animation,
    box,
    loaded,
    mp4,
    part,
    picture,
    saved,
    upload,
    upload_form,
    webm,
)
from tests.support.wallet import V1, Person
from webapp.extensions import db
from webapp.media.models import MediaFile, MediaLeftover

MakeApp = Callable[..., Flask]
# What is read of a file, and kept of it, has nothing to do with the database.
once = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
HTML = b"<script>alert(1)</script>"


def read(person: Person, media_id: str, headers: dict[str, str] | None = None) -> bytes:
    with person.call("GET", f"/media/{media_id}", headers=headers) as answer:
        assert answer.status_code in (200, 206), answer.text
        return answer.data


def kept(app: Flask) -> list[Path]:
    return [path for path in (app.config["TROTH"].data_dir / "media").rglob("*") if path.is_file()]


def count(app: Flask, table: type = MediaFile) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


@once
@pytest.mark.parametrize("format_", FORMATS)
def test_an_image_is_kept_as_what_its_bytes_are(app: Flask, carol: Person, format_: str) -> None:
    answer = upload_form(carol, picture(format_), "holiday.exe", alt="red")
    assert answer.status_code == 201, answer.text
    file = answer.json
    assert (file["mime"], file["alt"]) == (f"image/{format_.lower()}", "red")
    assert (file["width"], file["height"], file["frames"]) == (40, 30, 1)
    assert file["state"] == "processing"
    data = read(carol, file["id"])
    assert "0x" + hashlib.sha256(data).hexdigest() == file["digest"]
    assert len(data) == file["size"]
    assert loaded(data).format == format_
    assert loaded(data).size == (40, 30)
    red, green, blue = loaded(data).convert("RGB").getpixel((5, 5))
    assert (red > 240, green < 20, blue < 20) == (True, True, True)
    assert count(app, MediaLeftover) == 0


def test_the_same_file_again_is_the_same_row(app: Flask, alice: Person, bob: Person) -> None:
    first, second = upload(alice, picture()), upload(alice, picture(), alt="better")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json | {"alt": "better"} == second.json
    other = upload(bob, picture()).json
    assert (other["digest"], other["id"] == first.json["id"]) == (first.json["digest"], False)
    assert len(kept(app)) == 2


def test_sent_twice_at_once_it_is_kept_once(app: Flask, carol: Person) -> None:
    people = [carol.again(app.test_client()) for _ in range(2)]
    answers = at_once(*(lambda one=one: upload(one, picture()) for one in people))  # type: ignore[misc]
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert count(app) == 1
    # What was written for nothing is known, and erased in time.
    assert len(kept(app)) == 1 + count(app, MediaLeftover)


def test_an_idempotency_key_works_whatever_the_boundary(carol: Person) -> None:
    key = {"Idempotency-Key": "k"}

    def send(data: bytes) -> object:
        form = {"file": (io.BytesIO(data), "x")}
        return carol.http.post(f"{V1}/media", data=form, headers=carol.headers | key)

    first, again = send(picture()), send(picture())
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert first.json == again.json
    refused(send(picture(colour="blue")), 422, "idempotency_key_reused")


def gps_jpeg() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[2] = (48.0, 12.0, 34.0)
    exif.get_ifd(0x8825)[29] = SECRET.decode()
    image = Image.new("RGB", (40, 20), "red")
    image.paste("blue", (0, 0, 20, 20))
    xmp = b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    return saved(image, "JPEG", exif=exif, comment=HTML + SECRET, xmp=xmp, quality=95)


@once
def test_exif_and_comments_are_gone_and_the_picture_stands_upright(carol: Person) -> None:
    given = gps_jpeg()
    assert SECRET in given
    assert HTML in given
    file = upload(carol, given).json
    data = read(carol, file["id"])
    for word in (SECRET, HTML, b"Exif", b"xmp", b"script"):
        assert word not in data
    assert not loaded(data).getexif()
    assert (file["width"], file["height"]) == (20, 40)
    red, _, blue = loaded(data).getpixel((10, 5))
    assert blue > 200 > red  # what was at the left is on top


@once
def test_texts_profiles_and_what_follows_the_end_are_gone(carol: Person) -> None:
    texts = PngImagePlugin.PngInfo()
    texts.add_text("Location", SECRET.decode())
    texts.add_itxt("more", SECRET.decode(), zip=False)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = Image.new("RGBA", (9, 9), (255, 0, 0, 128))
    given = saved(image, "PNG", pnginfo=texts, icc_profile=profile) + HTML
    data = read(carol, upload(carol, given).json["id"])
    assert SECRET not in data
    assert HTML not in data
    assert b"iCCP" not in data
    assert loaded(data).getpixel((1, 1)) == (255, 0, 0, 128)


@once
@pytest.mark.parametrize(
    "image",
    [
        Image.new("L", (8, 8), 77),
        Image.new("CMYK", (8, 8), (0, 255, 255, 0)),
        Image.new("P", (8, 8), 3),
        Image.new("I;16", (8, 8), 40_000),
        Image.new("1", (8, 8), 1),
    ],
    ids=lambda image: str(image.mode),
)
def test_every_mode_is_taken(carol: Person, image: Image.Image) -> None:
    given = saved(image, "JPEG" if image.mode == "CMYK" else "PNG")
    answer = upload(carol, given)
    assert answer.status_code == 201, answer.text
    found = loaded(read(carol, answer.json["id"]))
    wanted = {"L": 77, "CMYK": (255, 0, 0), "I;16": 156, "1": 255}.get(image.mode)
    if isinstance(wanted, int):
        assert abs(found.convert("L").getpixel((2, 2)) - wanted) <= 1
    elif wanted:
        assert max(abs(a - b) for a, b in zip(found.getpixel((2, 2)), wanted, strict=True)) < 12


@once
@pytest.mark.parametrize("format_", ["GIF", "WEBP"])
def test_what_moves_goes_on_moving(carol: Person, format_: str) -> None:
    file = upload(carol, animation(format_)).json
    assert file["frames"] == 3
    found = loaded(read(carol, file["id"]))
    colours = []
    for number in range(found.n_frames):
        found.seek(number)
        found.load()
        assert found.info["duration"] == 100
        colours.append(max(range(3), key=found.convert("RGB").getpixel((3, 3)).__getitem__))
    assert colours == [0, 1, 2]
    assert found.info["loop"] == 0


def bomb() -> bytes:
    """Return a PNG of a hundred bytes that says it has a trillion pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    header = struct.pack(">IIBBBBB", 1_000_000, 1_000_000, 8, 2, 0, 0, 0)
    data = zlib.compress(bytes(1_000))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def long_gif() -> bytes:
    colours = tuple("red" if number % 2 else "blue" for number in range(1_001))
    return animation("GIF", colours)


HOSTILE = {
    "a bomb": (bomb, 422, "media_too_many_pixels"),
    "truncated": (lambda: picture("JPEG", (300, 300))[:-200], 422, "media_unreadable"),
    "a head alone": (lambda: picture("WEBP")[:30], 422, "media_unreadable"),
    "broken inside": (lambda: picture().replace(b"IDAT", b"IDAU"), 422, "media_unreadable"),
    "another format behind the first bytes": (
        lambda: b"GIF89a\x01\0\x01\0" + picture("JPEG"),
        422,
        "media_unreadable",
    ),
    "too many frames": (long_gif, 422, "media_unreadable"),
    "HTML": (lambda: b"<html>" + HTML, 415, "media_type"),
    "SVG": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg">' + HTML, 415, "media_type"),
    "PDF": (lambda: b"%PDF-1.7", 415, "media_type"),
    "TIFF": (lambda: picture("TIFF"), 415, "media_type"),
    "a QuickTime film": (lambda: box(b"ftyp", b"qt  ", bytes(4)) + bytes(40), 415, "media_type"),
    "one byte": (lambda: b"x", 415, "media_type"),
}


@once
def test_hostile_files_are_refused_and_leave_nothing(app: Flask, carol: Person) -> None:
    for name, (make, status, code) in HOSTILE.items():
        answer = upload_form(carol, make(), "innocent.png")
        assert (answer.status_code, answer.json["code"]) == (status, code), (name, answer.text)
    assert count(app) == count(app, MediaLeftover) == 0
    assert kept(app) == []
    uploads = app.config["TROTH"].data_dir / "uploads"
    assert {path.suffix for path in uploads.iterdir()} <= {".lock"}


@once
def test_bodies_that_are_no_upload_are_refused(carol: Person, visitor: Person) -> None:
    refused(upload(visitor, picture()), 401, "no_session")
    refused(upload(carol, b""), 400, "malformed")
    refused(upload(carol, picture(), more="1"), 400, "malformed")
    refused(upload(carol, picture(), alt="x" * 1_001), 400, "malformed")
    refused(upload_form(carol, picture(), more="1"), 400, "malformed")
    two = {"file": [(io.BytesIO(picture()), "a"), (io.BytesIO(picture()), "b")]}
    refused(carol.http.post(f"{V1}/media", data=two, headers=carol.headers), 400, "malformed")
    fields = {"file": (io.BytesIO(picture()), "a"), "alt": "x" * 100_000}
    refused(carol.http.post(f"{V1}/media", data=fields, headers=carol.headers), 413, "too_large")


def test_sizes_pixels_and_quota_are_bound(make_app: MakeApp) -> None:
    app = make_app(
        media_image_bytes=20_000,
        media_video_bytes=30_000,
        media_image_pixels=10_000,
        media_quota_files=2,
        media_quota_bytes=2_000,
    )
    carol = Person(app.test_client()).register("carol")
    refused(upload(carol, bytes(100_000)), 413, "too_large")
    refused(upload(carol, picture() + bytes(20_000)), 413, "media_too_large")
    refused(upload(carol, mp4(box(b"free", bytes(30_000)))), 413, "media_too_large")
    refused(upload(carol, picture(size=(101, 100))), 422, "media_too_many_pixels")
    refused(upload(carol, animation("GIF", ("red", "blue") * 30)), 422, "media_too_many_pixels")
    noise = Image.effect_noise((60, 60), 90)
    refused(upload(carol, saved(noise, "PNG")), 422, "media_quota")
    assert upload(carol, picture()).status_code == 201
    assert upload(carol, picture(colour="blue")).status_code == 201
    refused(upload(carol, picture(colour="green")), 422, "media_quota")
    assert count(app) == 2


@once
def test_a_decoder_that_takes_too_much_is_ended(
    app: Flask, carol: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.media.decoding.MEMORY_BYTES", 96 * 1024 * 1024)
    large = picture("PNG", (5_000, 5_000))
    refused(upload(carol, large), 422, "media_unreadable")
    assert kept(app) == []


@once
def test_videos_lose_what_says_too_much_and_nothing_moves(carol: Person) -> None:
    for given, mime in ((mp4(), "video/mp4"), (webm(), "video/webm"), (webm(unknown=True), "")):
        file = upload(carol, given).json
        assert file["mime"] == (mime or "video/webm")
        assert (file["width"], file["height"], file["state"]) == (640, 360, "ready")
        data = read(carol, file["id"])
        assert len(data) == len(given)
        assert SECRET not in data
        assert data.index(b"pictures") == given.index(b"pictures")
        assert struct.pack(">I", 3_000_000_000) not in data
        assert SECRET[:8] not in data
        assert b"appl" not in data


def test_what_describes_the_pictures_says_nothing_besides(carol: Person) -> None:
    """Cameras name themselves there, and a colour profile names whoever made it."""
    profile = box(b"colr", b"prof", SECRET)
    kept = box(b"avcC", b"decode me so") + box(b"colr", b"nclx", bytes(7))
    given = mp4(described=kept + profile + box(b"uuid", bytes(16), SECRET))
    data = read(carol, upload(carol, given).json["id"])
    assert (len(data), SECRET[:8] in data, kept in data) == (len(given), False, True)


@once
@pytest.mark.parametrize(
    "given",
    [
        mp4(box(b"evil", SECRET)),
        mp4(handler=b"meta"),
        mp4(codec=b"encv"),
        mp4(in_track=box(b"evil", b"")),
        mp4(described=box(b"evil", SECRET)),
        mp4(described=b"\0\0\0\x30avcC"),
        mp4(codec=b"mp4a").replace(bytes(42), bytes(8) + b"\0\1" + bytes(32)),
        mp4(place=b"\0\0\0\0file:///home/carol/" + SECRET),
        mp4(place=b"\0\0\0\1" + SECRET),
        mp4()[:-3],
        mp4() + b"\0\0",
        mp4(box(b"moov", box(b"mvhd", bytes(100)))),
        struct.pack(">I4sQ", 1, b"free", 2**63).join((mp4(), b"")),
        box(b"ftyp", b"isom", bytes(4)) + box(b"mdat", HTML),
        webm(codec=b"S_TEXT/UTF8"),
        webm(kind=17),
        webm(part(0x2001, SECRET)),
        webm()[:-1],
        webm().replace(b"webm", b"mkv\0"),
        webm() + HTML,
        b"\x1a\x45\xdf\xa3" + b"\xff" * 60,
    ],
)
def test_videos_that_are_not_understood_are_refused(carol: Person, given: bytes) -> None:
    refused(upload(carol, given), 422, "media_unreadable")

"""MP4 (ISO/IEC 14496-12): a walk over its boxes.

Places in the file must not move, since other boxes point at them: so a box that may say where, when, by whom
or with what the video was made becomes a ``free`` box of the same size, filled with zeros. A box that is not
known here is refused, not copied.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from webapp.media.errors import MediaUnreadableError
from webapp.media.video.reading import Bytes, Video, checked_video

BLANKED = frozenset({b"udta", b"meta", b"uuid", b"free", b"skip", b"wide", b"pdin", b"iods"})
# What each box may hold besides those; a box that holds none is kept as it is.
_HOLD: dict[bytes, frozenset[bytes]] = {
    b"": frozenset({b"ftyp", b"styp", b"moov", b"mdat", b"moof", b"sidx", b"ssix", b"mfra"}),
    b"moov": frozenset({b"mvhd", b"trak", b"mvex"}),
    b"trak": frozenset({b"tkhd", b"edts", b"mdia", b"tref"}),
    b"edts": frozenset({b"elst"}),
    b"mdia": frozenset({b"mdhd", b"hdlr", b"minf"}),
    b"minf": frozenset({b"vmhd", b"smhd", b"dinf", b"stbl"}),
    b"stbl": frozenset(
        b"stsd stts ctts cslg stsc stsz stz2 stco co64 stss stsh sdtp sbgp sgpd saiz saio subs".split()
    ),
    b"moof": frozenset({b"mfhd", b"traf"}),
    b"traf": frozenset(b"tfhd tfdt trun sdtp sbgp sgpd saiz saio subs".split()),
}
# Pictures and sound; text, hints and timed metadata (often a track of places) are no part of a video here.
_HANDLERS = frozenset({b"vide", b"soun"})
# How many bytes a description has before its boxes, for pictures and for sound (ISO/IEC 14496-12, 12.1 and 12.2).
_PICTURE, _SOUND = 78, 28
_CODECS = dict.fromkeys(b"avc1 avc3 hev1 hvc1 vp08 vp09 av01 mp4v".split(), _PICTURE) | (
    dict.fromkeys(b"mp4a Opus ac-3 ec-3 fLaC alac .mp3".split(), _SOUND)
)
_DESCRIBED = frozenset(
    b"avcC hvcC vpcC av1C esds dOps dac3 dec3 dfLa alac btrt pasp clap colr fiel gama chan chrm "
    b"clli mdcv SmDm CoLL dvcC dvvC lhvC hvcE amve st3d sv3d srat".split()
)
_HERE = b"\x00\x00\x00\x01"  # "in this very file", and no name


@dataclass(frozen=True)
class Box:
    """Where a box is: its contents go from ``body`` to ``end``."""

    kind: bytes
    start: int
    body: int
    end: int


@dataclass
class _Found:
    edges: list[tuple[int, int]] = field(default_factory=list)
    handlers: set[bytes] = field(default_factory=set)
    headers: int = 0


def blank(file: BinaryIO) -> Video:
    """Blank an MP4's metadata in place; return its picture's size. Raises MediaUnreadableError."""
    data, found = Bytes(file), _Found()
    _walk(data, Box(b"", 0, 0, data.size), found)
    if found.headers != 1 or b"vide" not in found.handlers or not found.edges:
        raise MediaUnreadableError("holds no track of pictures")
    return checked_video(*max(found.edges))


def boxes(data: Bytes, start: int, end: int, top: bool) -> Iterator[Box]:
    """Give the boxes that fill a place exactly; raises MediaUnreadableError."""
    while start < end:
        data.count()
        if end - start < 8:
            raise MediaUnreadableError("has bytes between its boxes")
        size, kind, body = data.number(start, 4), data.read(start + 4, 4), start + 8
        if size == 1:
            size, body = data.number(start + 8, 8), start + 16
        elif size == 0 and top:
            size = end - start  # the last box may go to the end of the file
        if size < body - start or start + size > end:
            raise MediaUnreadableError("has a box of an impossible size")
        yield Box(kind, start, body, start + size)
        start += size


def _walk(data: Bytes, parent: Box, found: _Found) -> None:
    for box in boxes(data, parent.body, parent.end, top=not parent.kind):
        if box.kind in BLANKED:
            _blank_box(data, box)
        elif box.kind not in _HOLD[parent.kind]:
            raise MediaUnreadableError(f"has a box {_name(box)} that is not known here")
        elif box.kind in _HOLD:
            _walk(data, box, found)
        elif box.kind in _READ:
            _READ[box.kind](data, box, found)


def _blank_box(data: Bytes, box: Box) -> None:
    data.write(box.start + 4, b"free")
    data.zero(box.body, box.end)


def _movie_header(data: Bytes, box: Box, found: _Found) -> None:
    found.headers += 1
    _blank_times(data, box)


def _track_header(data: Bytes, box: Box, found: _Found) -> None:
    _blank_times(data, box)
    # The last eight bytes are width and height, of which 16 bits each are behind the point.
    width, height = data.number(box.end - 8, 4) >> 16, data.number(box.end - 4, 4) >> 16
    if width and height:
        found.edges.append((width, height))


def _media_header(data: Bytes, box: Box, found: _Found) -> None:
    del found
    _blank_times(data, box)


def _blank_times(data: Bytes, box: Box) -> None:
    """Zero when the thing was made and changed."""
    version = data.number(box.body, 1)
    if version > 1:
        raise MediaUnreadableError(f"has a {_name(box)} of version {version}")
    size = 16 if version else 8
    if box.end - box.body < 4 + size + 8:
        raise MediaUnreadableError(f"has a {_name(box)} that is too short")
    data.zero(box.body + 4, box.body + 4 + size)


def _handler(data: Bytes, box: Box, found: _Found) -> None:
    kind = data.read(box.body + 8, 4)
    if kind not in _HANDLERS:
        shown = kind.decode("latin-1")
        raise MediaUnreadableError(f"has a track of '{shown}', neither pictures nor sound")
    found.handlers.add(kind)
    data.zero(box.body + 12, box.end)  # whose it is, and the name, which is free text


def _descriptions(data: Bytes, box: Box, found: _Found) -> None:
    """Check how the track is coded, and blank what a description says besides."""
    del found
    for entry in boxes(data, box.body + 8, box.end, top=False):
        fixed = _CODECS.get(entry.kind)
        if fixed is None:
            raise MediaUnreadableError(f"is coded as {_name(entry)}, which is not known here")
        if entry.body + fixed > entry.end:
            raise MediaUnreadableError(f"has a description {_name(entry)} that is too short")
        if fixed == _PICTURE:
            data.zero(entry.body + 42, entry.body + 74)  # the compressor's name, which is free text
        elif data.number(entry.body + 8, 2):
            raise MediaUnreadableError("describes its sound as QuickTime does, which is not known")
        for part in boxes(data, entry.body + fixed, entry.end, top=False):
            if part.kind in BLANKED or _is_profile(data, part):
                _blank_box(data, part)
            elif part.kind not in _DESCRIBED:
                raise MediaUnreadableError(
                    f"has a box {_name(part)} in {_name(entry)} that is not known here"
                )


def _is_profile(data: Bytes, part: Box) -> bool:
    """Tell whether a box holds a colour profile, whose texts may name a device or a person."""
    return part.kind == b"colr" and data.read(part.body, 4) in (b"prof", b"rICC")


def _references(data: Bytes, box: Box, found: _Found) -> None:
    """Refuse pictures and sound that lie in another file: the name of it says too much, and nobody has it."""
    del found
    for part in boxes(data, box.body, box.end, top=False):
        entries = boxes(data, part.body + 8, part.end, top=False) if part.kind == b"dref" else ()
        if part.kind != b"dref" or any(
            one.kind != b"url " or data.read(one.body, one.end - one.body).rstrip(b"\0") != _HERE
            for one in entries
        ):
            raise MediaUnreadableError("refers to another file")


def _name(box: Box) -> str:
    return f"'{box.kind.decode('latin-1')}'"


_READ: dict[bytes, Callable[[Bytes, Box, _Found], None]] = {
    b"mvhd": _movie_header,
    b"tkhd": _track_header,
    b"mdhd": _media_header,
    b"hdlr": _handler,
    b"stsd": _descriptions,
    b"dinf": _references,
}

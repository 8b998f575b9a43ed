"""WebM (RFC 8794 and RFC 9559, of which it is a part): a walk over its elements.

Places in the file must not move, since cues point at them: so an element that may say where, when, by whom
or with what the video was made becomes a Void element of the same size. An element that is not known here is
refused, not copied. Browsers record segments and clusters of unknown size; these are read as well.
"""

from dataclasses import dataclass
from typing import BinaryIO

from webapp.media.errors import MediaUnreadableError
from webapp.media.video.reading import Bytes, Video, checked_video

EBML, SEGMENT, VOID, CRC = 0x1A45DFA3, 0x18538067, 0xEC, 0xBF
DOC_TYPE = 0x4282
INFO, TRACKS, CLUSTER = 0x1549A966, 0x1654AE6B, 0x1F43B675
SEEK_HEAD, CUES = 0x114D9B74, 0x1C53BB6B
TAGS, ATTACHMENTS, CHAPTERS = 0x1254C367, 0x1941A469, 0x1043A770
TRACK, TRACK_TYPE, CODEC, PICTURE = 0xAE, 0x83, 0x86, 0xE0
WIDTH, HEIGHT, TRACK_NAME = 0xB0, 0xBA, 0x536E
TOP = frozenset({INFO, TRACKS, CLUSTER, SEEK_HEAD, CUES, TAGS, ATTACHMENTS, CHAPTERS, VOID, CRC})
IN_CLUSTER = frozenset({0xE7, 0xA3, 0xA0, 0xAB, 0xA7, 0x5854, VOID, CRC})
TIMESTAMP_SCALE, DURATION = 0x2AD7B1, 0x4489
WRITERS = frozenset({0x4D80, 0x5741})  # must be there; their text need not
CODECS = frozenset({b"V_VP8", b"V_VP9", b"V_AV1", b"A_OPUS", b"A_VORBIS"})
PICTURES, SOUND = 1, 2


@dataclass(frozen=True)
class Element:
    """Where an element is; ``open`` is one of unknown size, which ends where its parent does."""

    id: int
    start: int
    body: int
    end: int
    open: bool


def blank(file: BinaryIO) -> Video:
    """Blank a WebM's metadata in place; return its picture's size. Raises MediaUnreadableError."""
    data = Bytes(file)
    head = element(data, 0, data.size)
    if head.id != EBML or head.open or not _is_webm(data, head):
        raise MediaUnreadableError("is no WebM")
    segment = element(data, head.end, data.size)
    if segment.id != SEGMENT or segment.end != data.size:
        raise MediaUnreadableError("is not one segment after its header")
    sizes: list[tuple[int, int]] = []
    place = segment.body
    while place < segment.end:
        part = element(data, place, segment.end)
        if part.id not in TOP or (part.open and part.id != CLUSTER):
            raise MediaUnreadableError(f"has an element {part.id:X} that is not known here")
        if part.id == CLUSTER:
            place = _cluster_end(data, part)
            continue
        if part.id == INFO:
            _blank_info(data, part)
        elif part.id == TRACKS:
            sizes += _read_tracks(data, part)
        elif part.id not in (SEEK_HEAD, CUES):
            _void(data, part)
        place = part.end
    if not sizes:
        raise MediaUnreadableError("holds no track of pictures")
    return checked_video(*max(sizes))


def element(data: Bytes, place: int, end: int) -> Element:
    """Return the element at a place; raises MediaUnreadableError."""
    data.count()
    if place >= end:
        raise MediaUnreadableError("breaks off")
    first = data.number(place, 1)
    width = 9 - first.bit_length()
    if width > 4:
        raise MediaUnreadableError("has an element with an impossible id")
    id_ = data.number(place, width)
    at = place + width
    first = data.number(at, 1)
    length = 9 - first.bit_length()
    if length > 8:
        raise MediaUnreadableError("has an element of an impossible size")
    size, mask = data.number(at, length), (1 << 7 * length) - 1
    body = at + length
    unknown = size & mask == mask
    stop = end if unknown else body + (size & mask)
    if stop > end:
        raise MediaUnreadableError("has an element that is larger than what holds it")
    return Element(id_, place, body, stop, unknown)


def children(data: Bytes, parent: Element) -> list[Element]:
    """Return the elements in an element, which fill it exactly."""
    found, place = [], parent.body
    while place < parent.end:
        one = element(data, place, parent.end)
        if one.open:
            raise MediaUnreadableError("has an element of unknown size where none may be")
        found.append(one)
        place = one.end
    return found


def _is_webm(data: Bytes, head: Element) -> bool:
    kinds = [one for one in children(data, head) if one.id == DOC_TYPE]
    return [data.read(one.body, one.end - one.body).rstrip(b"\0") for one in kinds] == [b"webm"]


def _cluster_end(data: Bytes, cluster: Element) -> int:
    """Look through a cluster's elements; return where it ends: before the next one of the segment."""
    place = cluster.body
    while place < cluster.end:
        one = element(data, place, cluster.end)
        if cluster.open and one.id in TOP - IN_CLUSTER:
            return place
        if one.id not in IN_CLUSTER or one.open:
            raise MediaUnreadableError(f"has an element {one.id:X} in a cluster")
        if one.id in (VOID, CRC):
            _void(data, one)
        place = one.end
    return place


def _blank_info(data: Bytes, info: Element) -> None:
    for one in children(data, info):
        if one.id in WRITERS:
            data.zero(one.body, one.end)
        elif one.id not in (TIMESTAMP_SCALE, DURATION):
            _void(data, one)


def _read_tracks(data: Bytes, tracks: Element) -> list[tuple[int, int]]:
    sizes = []
    for track in children(data, tracks):
        if track.id in (VOID, CRC):
            _void(data, track)
            continue
        if track.id != TRACK:
            raise MediaUnreadableError(f"has an element {track.id:X} among its tracks")
        parts = children(data, track)
        kinds = [_number(data, one) for one in parts if one.id == TRACK_TYPE]
        codecs = [data.read(one.body, one.end - one.body) for one in parts if one.id == CODEC]
        if kinds not in ([PICTURES], [SOUND]) or len(codecs) != 1:
            raise MediaUnreadableError("has a track that is neither pictures nor sound")
        if codecs[0].rstrip(b"\0") not in CODECS:
            raise MediaUnreadableError("is coded in a way that WebM does not know")
        for one in parts:
            if one.id in (TRACK_NAME, VOID, CRC):
                _void(data, one)
            elif one.id == PICTURE and kinds == [PICTURES]:
                found = {part.id: _number(data, part) for part in children(data, one)[:64]}
                sizes.append((found.get(WIDTH, 0), found.get(HEIGHT, 0)))
    return sizes


def _number(data: Bytes, one: Element) -> int:
    return data.number(one.body, min(one.end - one.body, 8))


def _void(data: Bytes, one: Element) -> None:
    """Make an element a Void one of the same size, which holds zeros."""
    size = one.end - one.start
    if size <= 128:
        head = bytes([VOID, 0x80 | (size - 2)])
    else:
        head = bytes([VOID]) + ((1 << 56) | (size - 9)).to_bytes(8, "big")
    data.write(one.start, head)
    data.zero(one.start + len(head), one.end)

"""Bounded reading of a container's bytes, and blanking of some in place."""

from dataclasses import dataclass
from typing import BinaryIO

from webapp.media.errors import MediaUnreadableError

MOST_PARTS = 100_000
LARGEST_EDGE = 8_192
LARGEST_READ = 65_536
_ZEROS = bytes(65_536)


@dataclass(frozen=True)
class Video:
    """The size of a video's picture in pixels, as its container says."""

    width: int
    height: int


class Bytes:
    """An open file whose parts are read and blanked by place."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.size = file.seek(0, 2)
        self._parts = 0

    def count(self) -> None:
        """Count one more part of the container; raises MediaUnreadableError for too many."""
        self._parts += 1
        if self._parts > MOST_PARTS:
            raise MediaUnreadableError(f"has more than {MOST_PARTS} parts")

    def read(self, place: int, size: int) -> bytes:
        """Return exactly so many bytes; raises MediaUnreadableError where there are fewer."""
        if size > LARGEST_READ or place + size > self.size:
            raise MediaUnreadableError("breaks off, or has a part of an impossible size")
        self.file.seek(place)
        return self.file.read(size)

    def number(self, place: int, size: int) -> int:
        """Return a big-endian number."""
        return int.from_bytes(self.read(place, size), "big")

    def write(self, place: int, data: bytes) -> None:
        """Write over what is there."""
        self.file.seek(place)
        self.file.write(data)

    def zero(self, start: int, end: int) -> None:
        """Write zeros over what is there."""
        self.file.seek(start)
        while start < end:
            start += self.file.write(_ZEROS[: end - start])


def checked_video(width: int, height: int) -> Video:
    """Return a video's size; raises MediaUnreadableError for an impossible one."""
    if not (0 < width <= LARGEST_EDGE and 0 < height <= LARGEST_EDGE):
        raise MediaUnreadableError(
            f"has a picture of {width} by {height} pixels; at most {LARGEST_EDGE} either way are taken"
        )
    return Video(width, height)

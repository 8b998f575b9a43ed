"""Videos: read as containers only, to blank what says more than the pictures. Nothing decodes them."""

from typing import BinaryIO

from webapp.media.sniffing import MP4
from webapp.media.video import mp4, webm
from webapp.media.video.reading import Video

__all__ = ["Video", "blank_video"]


def blank_video(file: BinaryIO, mime: str) -> Video:
    """Blank a video's metadata in place; return what it says of itself.

    Raises MediaUnreadableError for whatever is not understood.
    """
    return mp4.blank(file) if mime == MP4 else webm.blank(file)

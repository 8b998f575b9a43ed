"""Has images decoded by ``decoder.py``, in a process that the system ends when it takes too much.

So many at once as TROTH_MEDIA_DECODERS says, of all processes of this machine together.
"""

import fcntl
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import structlog

from webapp.chain_access import settings
from webapp.http import uploads_folder
from webapp.media.errors import (
    MediaBusyError,
    MediaTooManyPixelsError,
    MediaUnreadableError,
)

SCRIPT = Path(__file__).with_name("decoder.py")
FORMATS = {
    "image/jpeg": "JPEG",
    "image/png": "PNG",
    "image/webp": "WEBP",
    "image/gif": "GIF",
    "image/avif": "AVIF",
}
THUMBNAILS = {"large": 1_080, "small": 320}  # longest edge in pixels, the larger first
CPU_SECONDS = 20
WALL_SECONDS = 90
MEMORY_BYTES = 1_536 * 1024 * 1024
SLOT_SECONDS = 10
_POLL_SECONDS = 0.05
log = structlog.get_logger(__name__)


def recode(source: BinaryIO, mime: str, target: BinaryIO) -> dict[str, int]:
    """Write an image anew without its metadata; return ``width``, ``height`` and ``frames``.

    Raises MediaTooManyPixelsError, MediaUnreadableError and MediaBusyError.
    """
    return _decode("recode", source, mime, [target], {})


def make_thumbnails(source: BinaryIO, mime: str, targets: Sequence[BinaryIO]) -> None:
    """Write an image in the sizes of THUMBNAILS, as WebP; raises what ``recode`` raises."""
    _decode("thumbnails", source, mime, targets, {"sizes": list(THUMBNAILS.values())})


def _decode(
    do: str, source: BinaryIO, mime: str, targets: Sequence[BinaryIO], more: dict[str, Any]
) -> dict[str, int]:
    source.seek(0)
    source.flush()
    most, numbers = settings().media_image_pixels, [target.fileno() for target in targets]
    job = {
        "do": do,
        "format": FORMATS[mime],
        "source": source.fileno(),
        "targets": numbers,
        "pixels": most,
        "seconds": CPU_SECONDS,
        "memory": MEMORY_BYTES,
        "output": 4 * settings().media_image_bytes,
    } | more
    with _slot():
        answer = _run(job, (source.fileno(), *numbers))
    if "ok" in answer:
        found: dict[str, int] = answer["ok"]
        return found
    log.info("media.refused", do=do, mime=mime, **answer)
    if answer["refused"] == "pixels":
        raise MediaTooManyPixelsError(answer["pixels"], most)
    if answer["refused"] == "frames":
        raise MediaUnreadableError(
            f"has {answer['frames']} frames, more than the {answer['most']} that are taken"
        )
    if answer["refused"] == "costly":
        raise MediaUnreadableError("takes more time or memory to read than is given to one")
    raise MediaUnreadableError(f"is broken or breaks off, as {mime}")


def _run(job: dict[str, Any], descriptors: tuple[int, ...]) -> dict[str, Any]:
    command = [sys.executable, "-I", str(SCRIPT), json.dumps(job)]
    try:
        done = subprocess.run(  # noqa: S603 - our own interpreter and script; the job is our own JSON
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=descriptors,
            timeout=WALL_SECONDS,
            check=False,
            env={"LC_ALL": "C.UTF-8"},
        )
    except subprocess.TimeoutExpired:
        return {"refused": "costly"}
    if done.returncode != 0:  # ended by the system: too long, too large, or a fault of the decoder
        return {"refused": "costly", "returncode": done.returncode}
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@contextmanager
def _slot() -> Iterator[None]:
    """Wait for one of the machine's decoders; raises MediaBusyError after SLOT_SECONDS."""
    folder = uploads_folder(settings())
    deadline = time.monotonic() + SLOT_SECONDS
    while True:
        for number in range(settings().media_decoders):
            with (folder / f"decoder-{number}.lock").open("wb") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                yield
                return
        if time.monotonic() > deadline:
            raise MediaBusyError
        time.sleep(_POLL_SECONDS)

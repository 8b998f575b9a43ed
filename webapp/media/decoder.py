"""Reads and writes images, alone in a process of its own: whoever sends them may be hostile.

Run as a script with a job as JSON; imports nothing but Pillow and the standard library, opens no file and
speaks to nobody: what it reads and writes are descriptors that it was given. Answers one line of JSON:
``{"ok": {...}}`` or ``{"refused": code, ...}``.
"""

import io
import json
import os
import resource
import sys
from typing import Any

from PIL import Image, ImageCms

ORIENTATION = 0x0112
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
ANIMATED = ("GIF", "WEBP")
MOST_FRAMES = 1_000
LONGEST_FRAME = 60_000  # milliseconds
SAVED_AS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 90},
    "PNG": {},
    "WEBP": {"quality": 85, "method": 2},
    "GIF": {},
    "AVIF": {"quality": 80, "speed": 9, "max_threads": 1},
}


class RefusedError(Exception):
    """An image that is read no further; carries the answer."""

    def __init__(self, refused: str, **more: Any) -> None:
        self.answer = {"refused": refused, **more}
        super().__init__(refused)


def main() -> int:
    """Do the job of the first argument."""
    job = json.loads(sys.argv[1])
    bound(job["seconds"], job["memory"], job["output"])
    do = recode if job["do"] == "recode" else thumbnails
    answer: dict[str, Any]
    try:
        with os.fdopen(job["source"], "rb") as source:
            answer = {"ok": do(job, source)}
    except RefusedError as error:
        answer = error.answer
    except MemoryError:
        answer = {"refused": "costly"}
    except Exception as error:  # noqa: BLE001 - a broken image can make Pillow raise anything
        answer = {"refused": "broken", "kind": type(error).__name__}
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0


def bound(seconds: int, memory: int, output: int) -> None:
    """Let the system end this process when it uses more than is due."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    if sys.platform != "darwin":  # which has no bound of that kind
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def recode(job: dict[str, Any], source: io.BufferedReader) -> dict[str, int]:
    """Write the image anew, upright, in sRGB and without anything but its pixels."""
    image = opened(job, source)
    format_, frames = job["format"], 1
    if format_ in ANIMATED:
        frames = count_frames(image, job["pixels"])
    with os.fdopen(job["targets"][0], "w+b") as target:
        if frames > 1:
            size = save_animated(image, frames, format_, target)
        else:
            size = save_still(image, format_, target)
    return {"width": size[0], "height": size[1], "frames": frames}


def thumbnails(job: dict[str, Any], source: io.BufferedReader) -> dict[str, int]:
    """Write the image in smaller sizes as WebP, the first frame of an animated one."""
    image = opened(job, source)
    image.draft("RGB", (job["sizes"][0], job["sizes"][0]))
    image = plain(image, "WEBP")
    for size, number in zip(job["sizes"], job["targets"], strict=True):
        image.thumbnail((size, size))
        with os.fdopen(number, "w+b") as target:
            image.save(target, "WEBP", quality=80, method=3)
    return {"made": len(job["sizes"])}


def opened(job: dict[str, Any], source: io.BufferedReader) -> Image.Image:
    """Open an image of the one format that its bytes begin with; its size is judged before any pixel."""
    Image.MAX_IMAGE_PIXELS = None  # judged here, exactly
    image = Image.open(source, formats=[job["format"]])
    check_pixels(image.width * image.height, job["pixels"])
    return image


def check_pixels(pixels: int, most: int) -> None:
    """Refuse more pixels than there may be."""
    if pixels > most:
        raise RefusedError("pixels", pixels=pixels)


def count_frames(image: Image.Image, most: int) -> int:
    """Return how many frames there are; all of them together are bound like one image."""
    frames = int(getattr(image, "n_frames", 1))
    if frames > MOST_FRAMES:
        raise RefusedError("frames", frames=frames, most=MOST_FRAMES)
    check_pixels(image.width * image.height * frames, most)
    return frames


def save_still(image: Image.Image, format_: str, target: Any) -> tuple[int, int]:
    """Save one picture; return its size."""
    clean = plain(image, format_)
    clean.save(target, format_, **SAVED_AS[format_])
    return clean.size


def save_animated(image: Image.Image, frames: int, format_: str, target: Any) -> tuple[int, int]:
    """Save all frames with their times; return their size."""
    pictures, durations = [], []
    loop = image.info.get("loop")
    for number in range(frames):
        image.seek(number)
        picture = image.convert("RGBA")
        # A WebP frame's duration is known only once it was decoded.
        durations.append(max(0, min(int(image.info.get("duration", 0)), LONGEST_FRAME)))
        picture.info = {}
        pictures.append(picture)
    options: dict[str, Any] = {"duration": durations, **SAVED_AS[format_]}
    if loop is not None:
        options["loop"] = loop
    if format_ == "GIF":
        options["disposal"] = 2
    pictures[0].save(target, format_, save_all=True, append_images=pictures[1:], **options)
    return pictures[0].size


def plain(image: Image.Image, format_: str) -> Image.Image:
    """Return the pixels alone, upright, in sRGB, in a mode that the format knows."""
    turn = UPRIGHT.get(orientation(image))
    image.load()
    image = in_srgb(image)
    if turn is not None:
        image = image.transpose(turn)
    image = in_mode(image, format_)
    image.info = {}
    return image


def orientation(image: Image.Image) -> int:
    """Return how the image is to be turned, as its EXIF says; upright where that is broken."""
    try:
        return int(image.getexif().get(ORIENTATION, 1))
    except Exception:  # noqa: BLE001 - broken EXIF can make Pillow raise anything, and is dropped anyway
        return 1


def in_srgb(image: Image.Image) -> Image.Image:
    """Convert colours by the embedded profile, which is dropped afterwards; a broken one is ignored."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "RGBA", "CMYK"):
        return image
    try:
        given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if image.mode == "RGBA" else "RGB"
        srgb = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, given, srgb, outputMode=mode) or image
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image


def in_mode(image: Image.Image, format_: str) -> Image.Image:
    """Return the image with eight bits a channel, in a mode that the format can hold."""
    if image.mode.startswith(("I", "F")):
        image = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if format_ == "JPEG":
        return image if image.mode in ("L", "RGB") else image.convert("RGB")
    clear = image.has_transparency_data
    if format_ == "PNG" and not clear and image.mode in ("1", "L", "P", "RGB"):
        return image
    if format_ == "GIF" and not clear and image.mode in ("L", "P"):
        return image
    wanted = "RGBA" if clear else "RGB"
    return image if image.mode == wanted else image.convert(wanted)


if __name__ == "__main__":
    sys.exit(main())

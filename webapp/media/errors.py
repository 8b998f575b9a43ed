"""Why a file is not taken, not shown or not usable."""

from dataclasses import dataclass

from webapp.errors import ProblemError


@dataclass(eq=False)
class MediaNotFoundError(ProblemError):
    """No such file, or none that the reader may know of."""

    status = 404
    code = "media_not_found"
    title = "There is no such file here"
    media: str

    @property
    def detail(self) -> str:
        """Name the id."""
        return f"There is no file {self.media} that you may see."


@dataclass(eq=False)
class ThumbnailMissingError(ProblemError):
    """A file of which there is no thumbnail and will be none."""

    status = 404
    code = "thumbnail_missing"
    title = "The file has no thumbnail"
    media: str

    @property
    def detail(self) -> str:
        """Name the file."""
        return f"There is no thumbnail of {self.media}; show the file itself."


@dataclass(eq=False)
class MediaProcessingError(ProblemError):
    """A file whose thumbnails are still being made."""

    status = 409
    code = "media_processing"
    title = "The file is still being prepared"
    media: str

    @property
    def detail(self) -> str:
        """Say when to come again."""
        return (
            f"{self.media} is still being prepared; nothing was changed, send the same again soon."
        )

    @property
    def retry_after(self) -> int | None:
        """Seconds at most, usually."""
        return 1


@dataclass(eq=False)
class MediaTypeError(ProblemError):
    """Bytes that are none of the types which are taken."""

    status = 415
    code = "media_type"
    title = "The file is of no type that is taken here"

    @property
    def detail(self) -> str:
        """List the types."""
        return (
            "The bytes are no JPEG, PNG, WebP, GIF or AVIF image and no MP4 or WebM video, "
            "whatever the file is called; convert it to one of these."
        )


@dataclass(eq=False)
class MediaTooLargeError(ProblemError):
    """A file of more bytes than its type may have."""

    status = 413
    code = "media_too_large"
    title = "The file is too large"
    mime: str
    size: int
    most: int

    @property
    def detail(self) -> str:
        """Say the bound."""
        return f"The {self.mime} file has {self.size} bytes; at most {self.most} are taken."


@dataclass(eq=False)
class MediaTooManyPixelsError(ProblemError):
    """An image of more pixels, in all frames together, than are taken."""

    status = 422
    code = "media_too_many_pixels"
    title = "The image has too many pixels"
    pixels: int
    most: int

    @property
    def detail(self) -> str:
        """Say the bound."""
        return (
            f"The image has {self.pixels} pixels in all its frames together; "
            f"at most {self.most} are taken, scale it down."
        )


@dataclass(eq=False)
class MediaUnreadableError(ProblemError):
    """A file that breaks off, is broken, or holds what is not understood here."""

    status = 422
    code = "media_unreadable"
    title = "The file cannot be read"
    why: str

    @property
    def detail(self) -> str:
        """Say what is wrong."""
        return f"The file {self.why}; save it anew with another program and send that."


@dataclass(eq=False)
class MediaBusyError(ProblemError):
    """Too many images are being read at the moment."""

    status = 503
    code = "media_busy"
    title = "Too many files are being read"

    @property
    def detail(self) -> str:
        """Say that nothing was kept."""
        return "Too many files are being read just now; nothing was kept, send the file again."

    @property
    def retry_after(self) -> int | None:
        """A few files later."""
        return 5


@dataclass(eq=False)
class MediaQuotaError(ProblemError):
    """An upload beyond what one account may keep here."""

    status = 422
    code = "media_quota"
    title = "The account's space for files is used up"
    used: int
    most: int
    unit: str

    @property
    def detail(self) -> str:
        """Say how much there is."""
        return (
            f"This account keeps {self.used} {self.unit} of at most {self.most}; delete posts with "
            "files, or wait until unused uploads are removed."
        )


@dataclass(eq=False)
class MediaUnknownError(ProblemError):
    """A post or profile with a file that its author did not upload."""

    status = 422
    code = "media_unknown"
    title = "The file was not uploaded"
    media: str

    @property
    def detail(self) -> str:
        """Name it."""
        return (
            f"{self.media} is no file of this account; upload it by POST /api/v1/media and take "
            "id, digest and mime from the answer."
        )


@dataclass(eq=False)
class MediaUnusableError(ProblemError):
    """An own file that cannot be used for what it was named for."""

    status = 422
    code = "media_unusable"
    title = "The file cannot be used for this"
    media: str
    why: str

    @property
    def detail(self) -> str:
        """Say why."""
        return f"{self.media} {self.why}."

"""Whether a file is the one that a bundle names by its digest; for `troth verify --file`."""

from dataclasses import dataclass

from chain.proofs.bundle import Bundle
from chain.proofs.records import Kind
from chain.proofs.shapes import to_hex
from chain.proofs.verdicts import Verdict


@dataclass(frozen=True)
class HeldFile:
    """The verdict on a file, and its SHA-256."""

    verdict: Verdict
    reason: str
    digest: bytes

    def to_json(self) -> dict[str, str]:
        """Return it as JSON values."""
        return {"verdict": self.verdict, "reason": self.reason, "digest": to_hex(self.digest)}

    def combined(self, code: int) -> int:
        """Return the exit code of a verification that also asked for the file: what fails outranks all."""
        if self.verdict is Verdict.FAIL or code == 1:
            return 1
        return 3 if self.verdict is Verdict.UNKNOWN else code


def names_files(bundle: Bundle) -> bool:
    """Tell whether the record is of a kind that names files: a Stamp, or a Post by its media."""
    return bundle.kind in (Kind.STAMP, Kind.POST)


def judge_file(bundle: Bundle, digest: bytes) -> HeldFile:
    """Compare a file's SHA-256 with the digests that the bundle's record names."""
    message = bundle.message
    if message is None:
        return HeldFile(Verdict.UNKNOWN, "the record was erased, and its digest with it", digest)
    if bundle.kind is Kind.STAMP:
        named = [message["digest"]]
    else:
        named = [medium["digest"] for medium in message["media"]]
    if to_hex(digest) in named:
        return HeldFile(Verdict.PASS, "its SHA-256 is the one that the record names", digest)
    shown = ", ".join(named) or "none"
    reason = f"its SHA-256 is {to_hex(digest)}, the record names {shown}"
    return HeldFile(Verdict.FAIL, reason, digest)

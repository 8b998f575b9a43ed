"""Verdicts: what a verifier says of each claim, as values with a reason in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """What became of a claim: it holds, it does not, or it could not be decided."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"


class Claim(StrEnum):
    """The claims that a bundle makes, in the order in which they are reported."""

    INTEGRITY = "integrity"
    AUTHOR = "author"
    AUTHORITY = "authority"
    ANCHORED = "anchored"
    NOT_AFTER = "not_after"
    NOT_BEFORE = "not_before"
    LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict with its reason, before it is given to a claim."""

    verdict: Verdict
    reason: str


def passed(reason: str) -> Finding:
    """Return the finding that something holds."""
    return Finding(Verdict.PASS, reason)


def failed(reason: str) -> Finding:
    """Return the finding that something does not hold."""
    return Finding(Verdict.FAIL, reason)


def unknown(reason: str) -> Finding:
    """Return the finding that something could not be decided."""
    return Finding(Verdict.UNKNOWN, reason)


def worst(findings: Sequence[Finding]) -> Finding:
    """Return the first that failed, else the first undecided, else the last."""
    for verdict in (Verdict.FAIL, Verdict.UNKNOWN):
        for finding in findings:
            if finding.verdict is verdict:
                return finding
    return findings[-1]


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """One claim's verdict.

    `time` (seconds since 1970) belongs to `not_after` and `not_before`: read from the chain, or, where
    `stated` is True, only written in the file. An `unknown` that is `excused` follows from what the
    record is (unsigned, erased), not from a check that is still owed.
    """

    claim: Claim
    verdict: Verdict
    reason: str
    time: int | None = None
    stated: bool = False
    excused: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON values; `time` and `stated` only where there is a time."""
        value: dict[str, Any] = {
            "claim": str(self.claim),
            "verdict": str(self.verdict),
            "reason": self.reason,
        }
        if self.time is not None:
            value |= {"time": self.time, "stated": self.stated}
        return value


class ClaimPart(StrEnum):
    """What a claim file says of a person, in the order in which it is reported."""

    INTEGRITY = "integrity"
    ISSUER = "issuer"
    STATUS = "status"


@dataclass(frozen=True, slots=True)
class ClaimReport:
    """All verdicts on one claim file: what it says of whom, and whether that holds.

    `kind` names the schema; `issuer` and `subject` are lower-case addresses, as the file has them.
    """

    kind: str
    value: str
    subject: str
    issuer: str
    results: tuple[tuple[ClaimPart, Finding], ...]

    @property
    def failed(self) -> bool:
        """Whether something in it does not hold."""
        return any(finding.verdict is Verdict.FAIL for _, finding in self.results)

    @property
    def undecided(self) -> bool:
        """Whether something in it could not be decided."""
        return any(finding.verdict is Verdict.UNKNOWN for _, finding in self.results)

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            "kind": self.kind,
            "value": self.value,
            "subject": self.subject,
            "issuer": self.issuer,
            "results": [
                {"claim": str(part), "verdict": str(one.verdict), "reason": one.reason}
                for part, one in self.results
            ],
        }


@dataclass(frozen=True, slots=True)
class Report:
    """All verdicts on one bundle.

    `signer` is the address that is shown to have signed (lower case), or, where `author` does not pass,
    the one that the signature's bytes name, None if they name none. `unsigned` and `erased` say what the record is; `self_anchored` that its author anchored it.
    `claims` are those that the file carries about its author, each judged on its own.
    """

    results: tuple[ClaimResult, ...]
    signer: str | None = None
    unsigned: bool = False
    erased: bool = False
    self_anchored: bool = False
    claims: tuple[ClaimReport, ...] = ()

    def by_claim(self, name: str) -> ClaimResult:
        """Return the result of the claim with this name; raises ValueError for any other name."""
        claim = Claim(name)
        return next(result for result in self.results if result.claim is claim)

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        value = {
            "results": [result.to_json() for result in self.results],
            "signer": self.signer,
            "unsigned": self.unsigned,
            "erased": self.erased,
            "self_anchored": self.self_anchored,
        }
        if self.claims:
            value["claims"] = [one.to_json() for one in self.claims]
        return value


_ASKED_OFFLINE = (Claim.INTEGRITY, Claim.AUTHOR)
_ASKED = (*_ASKED_OFFLINE, Claim.ANCHORED, Claim.NOT_AFTER, Claim.NOT_BEFORE)


def exit_code(report: Report, *, offline: bool) -> int:
    """Return a verifier's exit code: 1 if any claim fails, 3 if one asked for is undecided, else 0.

    Offline only integrity and author are asked for. An unsigned author and an erased message do not
    count; nor does a claim file in the bundle that is undecided. 2, an unusable file or call, is the caller's.
    """
    if any(result.verdict is Verdict.FAIL for result in report.results):
        return 1
    if any(one.failed for one in report.claims):
        return 1
    asked = [report.by_claim(claim) for claim in (_ASKED_OFFLINE if offline else _ASKED)]
    owed = [each for each in asked if each.verdict is Verdict.UNKNOWN and not each.excused]
    return 3 if owed else 0


# Beyond the year 9999 there is no calendar date to show, and a file may state any number.
_LAST_DATE = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())


def spell_time(seconds: int) -> str:
    """Return a time as people read it, for instance `2026-01-02 03:04:05 UTC`."""
    if seconds > _LAST_DATE:
        return f"{seconds} seconds after 1970"
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"

"""Why something is not vouched for, or a claim cannot be read or changed."""

from dataclasses import dataclass

from webapp.errors import ProblemError


@dataclass(eq=False)
class ClaimsUnavailableError(ProblemError):
    """A claim asked of a server that has no issuer."""

    status = 503
    code = "claims_unavailable"
    title = "This server vouches for nobody"

    @property
    def detail(self) -> str:
        """Say who can change that."""
        return "Its operator has given it no issuer's key (TROTH_ISSUER_KEY); `troth doctor` says more."

    @property
    def retry_after(self) -> int | None:
        """An operator has to act first."""
        return 3_600


@dataclass(eq=False)
class MailUnavailableError(ProblemError):
    """An e-mail claim at a server that sends no mail."""

    status = 503
    code = "mail_unavailable"
    title = "This server sends no mail"

    @property
    def detail(self) -> str:
        """Say who can change that."""
        return "Its operator has named no mail server (TROTH_SMTP_URL), so that it checks no addresses."

    @property
    def retry_after(self) -> int | None:
        """An operator has to act first."""
        return 3_600


@dataclass(eq=False)
class ClaimNotFoundError(ProblemError):
    """No such claim, or one of somebody else's."""

    status = 404
    code = "claim_not_found"
    title = "There is no such claim here"
    claim: str

    @property
    def detail(self) -> str:
        """Name it."""
        return f"There is no claim {self.claim} of yours; see GET /api/v1/claims."


@dataclass(eq=False)
class ClaimRefusedError(ProblemError):
    """A value that cannot be verified, or that is not the account's."""

    status = 422
    code = "claim_refused"
    title = "This cannot be vouched for"
    field: str
    why: str

    @property
    def detail(self) -> str:
        """Say why."""
        return f"{self.why}."

    @property
    def errors(self) -> list[dict[str, str]]:
        """Name the field."""
        return [{"field": self.field, "problem": f"{self.why}."}]


@dataclass(eq=False)
class ClaimDeclinedError(ProblemError):
    """A claim that its subject declined before."""

    status = 409
    code = "claim_declined"
    title = "You have declined this claim"

    @property
    def detail(self) -> str:
        """Say that it is final."""
        return "A declined claim is never made again about the same address, under no salt."


@dataclass(eq=False)
class TooManyClaimsError(ProblemError):
    """More claims, or codes, than one account or address may have."""

    status = 429
    code = "too_many_claims"
    title = "Too many claims or codes"
    what: str
    seconds: int

    @property
    def detail(self) -> str:
        """Say the bound."""
        return f"{self.what}; wait, or withdraw what you do not need."

    @property
    def retry_after(self) -> int | None:
        """Seconds after which it may be tried again."""
        return self.seconds


@dataclass(eq=False)
class ClaimStateError(ProblemError):
    """Something asked of a claim that is not where that can be done."""

    status = 409
    code = "claim_state"
    title = "The claim does not stand so that this can be done"
    state: str
    why: str

    @property
    def detail(self) -> str:
        """Say how it stands."""
        return f"The claim is {self.state}: {self.why}."


@dataclass(eq=False)
class WrongCodeError(ProblemError):
    """A code that is not the one that was sent, or not any more."""

    status = 422
    code = "wrong_code"
    title = "This is not the code"
    left: int

    @property
    def detail(self) -> str:
        """Say how many tries are left."""
        if self.left:
            return f"The code is another one; {self.left} tries are left."
        return "The code is used up, or too old; POST /claims/{id}/retry sends another one."


@dataclass(eq=False)
class EvidenceNotFoundError(ProblemError):
    """No such piece of evidence."""

    status = 404
    code = "evidence_not_found"
    title = "There is no such evidence"
    evidence: str

    @property
    def detail(self) -> str:
        """Name it."""
        return f"There is no evidence {self.evidence} for this claim."

"""Why a record is not accepted into the log."""

from dataclasses import dataclass

from webapp.errors import ProblemError


@dataclass(eq=False)
class RecordRefusedError(ProblemError):
    """A well-formed record that the log cannot accept."""

    status = 422
    code = "record_refused"
    title = "The record cannot be accepted"


@dataclass(eq=False)
class SuspendedError(ProblemError):
    """An account that is suspended and may only read."""

    status = 403
    code = "suspended"
    title = "The account is suspended"
    what: str = "A request that began before the suspension"

    @property
    def detail(self) -> str:
        """Say what is still possible."""
        return (
            f"{self.what} is closed to suspended accounts; they may read, sign in and "
            "out, appeal, export their data and delete the account."
        )


@dataclass(eq=False)
class LogNotOpenError(ProblemError):
    """No log has been opened yet: the contract is not deployed."""

    status = 503
    code = "log_not_open"
    title = "The log is not open yet"

    @property
    def detail(self) -> str:
        """Say what is missing."""
        return "The chain has not been set up yet; start Troth with its worker and try again."

    @property
    def retry_after(self) -> int | None:
        """Deployment takes seconds."""
        return 5


@dataclass(eq=False)
class LogReplacedError(ProblemError):
    """Another log was opened while a record was being accepted."""

    status = 503
    code = "log_replaced"
    title = "Another log was opened"

    @property
    def detail(self) -> str:
        """Say that nothing was written."""
        return "Another log was opened just now; nothing was changed, send the request again."

    @property
    def retry_after(self) -> int | None:
        """At once."""
        return 1


@dataclass(eq=False)
class NotYourAuthorError(ProblemError):
    """A record whose author is no address of the signed-in account."""

    status = 403
    code = "not_your_author"
    title = "The record's author is not yours"
    author: str

    @property
    def detail(self) -> str:
        """Name the address."""
        return f"{self.author} is not a wallet of this account; sign in with it first."


@dataclass(eq=False)
class SignatureInvalidError(RecordRefusedError):
    """A signature that is neither the author's nor an allowed device's."""

    code = "signature_invalid"
    title = "The signature is not the author's"
    author: str
    recovered: str | None

    @property
    def detail(self) -> str:
        """Name both addresses."""
        found = f"it is by {self.recovered}" if self.recovered else "it is by nobody"
        return (
            f"The signature is not by {self.author} nor by a device it allows; {found}. "
            "Check that the domain of GET /api/v1/log was signed."
        )


@dataclass(eq=False)
class HighSignatureError(RecordRefusedError):
    """A malleable signature: s in the upper half of the curve's order (EIP-2)."""

    code = "signature_malleable"
    title = "The signature has its s value in the upper half"

    @property
    def detail(self) -> str:
        """Say what to send instead."""
        return "Replace s by n - s and flip v between 27 and 28; ordinary wallets do so."


@dataclass(eq=False)
class SignatureRequiredError(RecordRefusedError):
    """An account with a wallet sent an unsigned record."""

    code = "signature_required"
    title = "This account signs its records"

    @property
    def detail(self) -> str:
        """Say what to send."""
        return "This account has a wallet; send the record as {message, signature}."


@dataclass(eq=False)
class NotDelegableError(RecordRefusedError):
    """A Delegation or Revocation signed by a delegate."""

    code = "not_delegable"
    title = "Only the author itself can sign this record"
    kind: str

    @property
    def detail(self) -> str:
        """Name the record."""
        return f"A {self.kind} must be signed by the author's own wallet, never by a device."


@dataclass(eq=False)
class DelegateExpiredError(RecordRefusedError):
    """A device whose delegation ran out."""

    code = "delegate_expired"
    title = "The device's permission has expired"
    delegate: str
    expired_at: int

    @property
    def detail(self) -> str:
        """Name the device and the time."""
        return (
            f"The permission of {self.delegate} ended at {self.expired_at} (seconds since 1970); "
            "allow the device again."
        )


@dataclass(eq=False)
class DelegateRevokedError(RecordRefusedError):
    """A device whose delegation was revoked."""

    code = "delegate_revoked"
    title = "The device's permission was revoked"
    delegate: str

    @property
    def detail(self) -> str:
        """Name the device."""
        return f"The permission of {self.delegate} was revoked; allow the device again."


@dataclass(eq=False)
class NotBeforeError(RecordRefusedError):
    """A notBefore block that the log cannot accept."""

    code = "not_before_refused"
    title = "The record's notBefore block cannot be accepted"
    number: int
    why: str

    @property
    def detail(self) -> str:
        """Say which rule the block breaks."""
        return f"Block {self.number} {self.why}; take notBefore from GET /api/v1/log."


@dataclass(eq=False)
class NotBeforeNotCanonicalError(NotBeforeError):
    """The block is not on the chain that this server follows."""

    code = "not_before_not_canonical"


@dataclass(eq=False)
class NotBeforeNotFinalError(NotBeforeError):
    """The block is not deep enough yet."""

    code = "not_before_not_final"


@dataclass(eq=False)
class NotBeforeTooOldError(NotBeforeError):
    """The block is more than a day older than the newest one."""

    code = "not_before_too_old"


@dataclass(eq=False)
class SaltRefusedError(RecordRefusedError):
    """A salt that is zero or was used before."""

    code = "salt_refused"
    title = "The salt cannot be accepted"
    why: str

    @property
    def detail(self) -> str:
        """Say what is wrong with the salt."""
        return f"The salt {self.why}; draw 32 fresh random bytes for every version."


@dataclass(eq=False)
class VersionConflictError(ProblemError):
    """A record that does not replace the current version."""

    status = 409
    code = "version_conflict"
    title = "The record does not replace the current version"
    record: str
    replaces: str
    current: str | None

    @property
    def detail(self) -> str:
        """Name what is current."""
        current = self.current or "none"
        return (
            f"{self.record} was to replace {self.replaces}, but its current version is {current}; "
            "read the post again and edit that version, or use a fresh id."
        )


@dataclass(eq=False)
class RecordEndedError(ProblemError):
    """A record whose id was ended by a Deletion."""

    status = 409
    code = "record_ended"
    title = "The record was deleted for good"
    record: str

    @property
    def detail(self) -> str:
        """Name the record."""
        return f"{self.record} was deleted; its id cannot be used again."


@dataclass(eq=False)
class DelegationRefusedError(RecordRefusedError):
    """A Delegation whose terms break the protocol."""

    code = "delegation_refused"
    title = "The delegation's terms cannot be accepted"
    why: str

    @property
    def detail(self) -> str:
        """Say which term."""
        return f"The delegation {self.why}."


@dataclass(eq=False)
class SignatureTooLongError(RecordRefusedError):
    """A signature above the protocol's bound."""

    code = "signature_too_long"
    title = "The signature is too long"
    length: int

    @property
    def detail(self) -> str:
        """Name both lengths."""
        return f"The signature has {self.length} bytes; at most 8192 are accepted."


@dataclass(eq=False)
class LogUnknownError(ProblemError):
    """A log that was never kept here."""

    status = 404
    code = "log_unknown"
    title = "There is no such log here"
    anchorer: str

    @property
    def detail(self) -> str:
        """Name the anchorer."""
        return f"No log of {self.anchorer} is kept here; GET /api/v1/log names the present one."


@dataclass(eq=False)
class BatchUnknownError(ProblemError):
    """A batch that the log does not have (yet)."""

    status = 404
    code = "batch_unknown"
    title = "The log has no such batch"
    sequence: int

    @property
    def detail(self) -> str:
        """Name the sequence."""
        return f"The log has no batch {self.sequence}; GET /api/v1/log/batches lists them."

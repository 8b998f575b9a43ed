"""Why somebody is not let in, or an account cannot be made."""

from dataclasses import dataclass

from webapp.errors import ProblemError


@dataclass(eq=False)
class NoSessionError(ProblemError):
    """A request without a session that is good now."""

    status = 401
    code = "no_session"
    title = "You are not signed in"
    why: str

    @property
    def detail(self) -> str:
        """Say what is wrong with the token."""
        return f"{self.why}; sign in and send the access token as 'Authorization: Bearer …'."


@dataclass(eq=False)
class ScopeMissingError(ProblemError):
    """A token that is good, but not for this."""

    status = 403
    code = "insufficient_scope"
    title = "The token is not good for this"
    scope: str

    @property
    def detail(self) -> str:
        """Name the scope."""
        if self.scope == "account":
            return "Only the person's own sign-in may do this, no app's token."
        return f"This needs the scope {self.scope}; ask the person to allow it."


@dataclass(eq=False)
class CsrfRefusedError(ProblemError):
    """A write by cookie without the CSRF value that belongs to it."""

    status = 403
    code = "csrf_refused"
    title = "The CSRF value is missing or wrong"
    header: str

    @property
    def detail(self) -> str:
        """Say what to send."""
        return (
            f"A write that is signed in by cookie needs {self.header} with the value of the cookie "
            "troth_csrf_access (at /auth/refresh: troth_csrf_refresh), whose name begins with __Host- "
            "behind https; or send a bearer token."
        )


@dataclass(eq=False)
class CrossSiteError(ProblemError):
    """A write by cookie from a page of another origin."""

    status = 403
    code = "cross_site"
    title = "Another site's page may not write with this session"
    origin: str

    @property
    def detail(self) -> str:
        """Name the origin."""
        return f"The request came from {self.origin}; use a bearer token, or TROTH_CORS_ORIGINS."


@dataclass(eq=False)
class SlowDownError(ProblemError):
    """More requests than one caller may make in a while."""

    status = 429
    code = "slow_down"
    title = "Slow down"
    budget: str
    amount: int
    seconds: int
    wait: int

    @property
    def detail(self) -> str:
        """Say the limit, and when to try again."""
        return (
            f"{self.amount} units of '{self.budget}' are allowed in {self.seconds} seconds. "
            f"Try again in {self.wait} seconds."
        )

    @property
    def retry_after(self) -> int | None:
        """When the count begins again."""
        return self.wait


@dataclass(eq=False)
class SignInRefusedError(ProblemError):
    """A sign-in whose message, nonce, signature or password is not good."""

    status = 401
    code = "sign_in_refused"
    title = "The sign-in was refused"
    why: str

    @property
    def detail(self) -> str:
        """Say which check failed."""
        return f"{self.why}."


@dataclass(eq=False)
class MessageRefusedError(SignInRefusedError):
    """An EIP-4361 message for another place, chain or time."""

    code = "sign_in_message_refused"


@dataclass(eq=False)
class NonceRefusedError(SignInRefusedError):
    """A nonce that this server did not give, or that was used or is too old."""

    code = "sign_in_nonce_refused"


@dataclass(eq=False)
class HandleRefusedError(ProblemError):
    """A handle that breaks the rules."""

    status = 422
    code = "handle_refused"
    title = "The handle cannot be used"
    handle: str
    why: str

    @property
    def detail(self) -> str:
        """Say which rule."""
        return f"{self.handle!r} {self.why}; choose 3 to 30 of a-z, 0-9 and _."


@dataclass(eq=False)
class HandleTakenError(ProblemError):
    """A handle that somebody has, in any case of letters."""

    status = 409
    code = "handle_taken"
    title = "The handle is taken"
    handle: str

    @property
    def detail(self) -> str:
        """Name the handle."""
        return f"{self.handle} belongs to somebody else; choose another."


@dataclass(eq=False)
class PasswordRefusedError(ProblemError):
    """A password that is too short or too long."""

    status = 422
    code = "password_refused"
    title = "The password cannot be used"
    length: int

    @property
    def detail(self) -> str:
        """Say the bounds."""
        return f"The password has {self.length} characters; use 10 to 256."


@dataclass(eq=False)
class UserNotFoundError(ProblemError):
    """No account of that id."""

    status = 404
    code = "user_not_found"
    title = "There is no such person here"
    who: str

    @property
    def detail(self) -> str:
        """Name the id."""
        return f"No account has the id or handle {self.who}."


@dataclass(eq=False)
class DeviceNotFoundError(ProblemError):
    """No allowed device of that address."""

    status = 404
    code = "device_not_found"
    title = "There is no such device"
    delegate: str

    @property
    def detail(self) -> str:
        """Name the address."""
        return f"{self.delegate} is not an allowed device of this account."


@dataclass(eq=False)
class DeviceMismatchError(ProblemError):
    """A Revocation of another device than the path names."""

    status = 422
    code = "device_mismatch"
    title = "The revocation names another device"
    path: str
    delegate: str

    @property
    def detail(self) -> str:
        """Name both."""
        return f"The path names {self.path}, the revocation {self.delegate}; send them alike."


@dataclass(eq=False)
class IdempotencyKeyMalformedError(ProblemError):
    """An Idempotency-Key that is empty or too long."""

    status = 400
    code = "idempotency_key_malformed"
    title = "The Idempotency-Key cannot be used"
    length: int

    @property
    def detail(self) -> str:
        """Say the bounds."""
        return f"The key has {self.length} characters; use 1 to 128 visible ASCII characters."


@dataclass(eq=False)
class IdempotencyKeyReusedError(ProblemError):
    """A key that came before with another request."""

    status = 422
    code = "idempotency_key_reused"
    title = "The Idempotency-Key belongs to another request"
    key: str

    @property
    def detail(self) -> str:
        """Say what to do."""
        return f"{self.key} came before with another body or path; draw a fresh key."


@dataclass(eq=False)
class InFlightError(ProblemError):
    """A key whose first request has not been answered yet."""

    status = 409
    code = "in_flight"
    title = "The first request with this Idempotency-Key is still under way"
    key: str

    @property
    def detail(self) -> str:
        """Say what to do."""
        return f"{self.key} is being worked on; ask again in a moment."

    @property
    def retry_after(self) -> int | None:
        """Writes take milliseconds."""
        return 1


@dataclass(eq=False)
class AnswerErasedError(ProblemError):
    """A key whose answer was erased: with what it was about, or because it held tokens."""

    status = 409
    code = "answer_erased"
    title = "The answer to this Idempotency-Key was erased"
    key: str

    @property
    def detail(self) -> str:
        """Say why."""
        return (
            f"{self.key} was used, and what it answered was deleted since or held tokens, which are "
            "handed out again for ten minutes only; draw a fresh key."
        )

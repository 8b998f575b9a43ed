"""Why credentials are not changed."""

from dataclasses import dataclass

from webapp.errors import ProblemError


@dataclass(eq=False)
class PasswordWrongError(ProblemError):
    """A password that is asked for again, and is not right."""

    status = 403
    code = "password_wrong"
    title = "The password is wrong"

    @property
    def detail(self) -> str:
        """Say what to do."""
        return "That is not the account's password; send it as 'password', or use a recovery code."


@dataclass(eq=False)
class SignInAgainError(ProblemError):
    """A deed for which the sign-in must be fresh."""

    status = 403
    code = "sign_in_again"
    title = "The sign-in is too long ago"
    minutes: int

    @property
    def detail(self) -> str:
        """Say how fresh."""
        return f"This needs a sign-in of the last {self.minutes} minutes, or the password; sign in again."


@dataclass(eq=False)
class TooNewError(ProblemError):
    """A wallet or password that would take away what has let its person in for longer."""

    status = 403
    code = "way_in_too_new"
    title = "This way in is too new"
    days: int

    @property
    def detail(self) -> str:
        """Say what does."""
        return (
            f"What lets somebody in for less than {self.days} days takes nothing older away. "
            "Do this with the password, or a wallet, that the account has had for longer, or later."
        )


@dataclass(eq=False)
class HandleNeededError(ProblemError):
    """A password or recovery codes for an account without a handle."""

    status = 409
    code = "handle_needed"
    title = "The account has no handle yet"

    @property
    def detail(self) -> str:
        """Say what to do."""
        return "People sign in with handle and password; choose a handle first (PATCH /me)."

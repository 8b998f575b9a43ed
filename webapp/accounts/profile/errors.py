"""Why a profile cannot be changed."""

from dataclasses import dataclass

from webapp.errors import ProblemError


@dataclass(eq=False)
class ProfileRefusedError(ProblemError):
    """A name, biography, link or picture that cannot be shown."""

    status = 422
    code = "profile_refused"
    title = "The profile cannot be changed so"
    field: str
    why: str

    @property
    def detail(self) -> str:
        """Say which field, and why."""
        return f"{self.field} {self.why}."

    @property
    def errors(self) -> list[dict[str, str]]:
        """Name the field."""
        return [{"field": self.field, "problem": f"{self.why}."}]


@dataclass(eq=False)
class HandleFixedError(ProblemError):
    """Another handle for an account that has one."""

    status = 409
    code = "handle_fixed"
    title = "The account has a handle"
    handle: str

    @property
    def detail(self) -> str:
        """Say that it stays."""
        return f"The handle is {self.handle} and stays so; others know the account by it."


@dataclass(eq=False)
class StaleProfileError(ProblemError):
    """A change of a profile that was changed meanwhile."""

    status = 412
    code = "stale"
    title = "It was changed meanwhile"
    given: str
    current: str

    @property
    def detail(self) -> str:
        """Name both versions and what to do."""
        return (
            f"If-Match names {self.given}, the profile is at {self.current}; read it again, then "
            "send your change with the new ETag."
        )

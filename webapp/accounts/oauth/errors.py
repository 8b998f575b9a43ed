"""Why an app cannot be registered, or an authorization cannot be asked for."""

from dataclasses import dataclass

from webapp.errors import ProblemError


@dataclass(eq=False)
class AppNotFoundError(ProblemError):
    """No app of that id, or none of this person's."""

    status = 404
    code = "app_not_found"
    title = "There is no such app"
    app: str

    @property
    def detail(self) -> str:
        """Name the id."""
        return f"No app with the client_id {self.app} is registered."


@dataclass(eq=False)
class TooManyAppsError(ProblemError):
    """A person who has as many apps as one may have."""

    status = 422
    code = "too_many_apps"
    title = "There are too many apps"
    most: int

    @property
    def detail(self) -> str:
        """Say the bound."""
        return f"One account may register {self.most} apps; delete one that is not used."


@dataclass(eq=False)
class RedirectUriRefusedError(ProblemError):
    """An authorization asked for with a redirect URI that the app did not register."""

    status = 400
    code = "redirect_uri_refused"
    title = "The redirect URI is not one of the app's"
    uri: str

    @property
    def detail(self) -> str:
        """Name the URI."""
        return f"{self.uri} is not registered; it must be sent exactly as the app registered it."

"""Why a wallet cannot be linked or unlinked."""

from dataclasses import dataclass

from webapp.accounts.errors import SignInRefusedError
from webapp.errors import ProblemError


@dataclass(eq=False)
class WalletTakenError(ProblemError):
    """A wallet that belongs to another account."""

    status = 409
    code = "wallet_taken"
    title = "The wallet belongs to another account"
    address: str

    @property
    def detail(self) -> str:
        """Say what to do."""
        return (
            f"{self.address} belongs to another account, or signed posts of one; sign in there, or "
            "link another wallet."
        )


@dataclass(eq=False)
class WalletNotFoundError(ProblemError):
    """No wallet of that address on this account."""

    status = 404
    code = "wallet_not_found"
    title = "There is no such wallet"
    address: str

    @property
    def detail(self) -> str:
        """Name the address."""
        return f"{self.address} is no wallet of this account."


@dataclass(eq=False)
class LastSignInError(ProblemError):
    """Unlinking the only way to sign in."""

    status = 409
    code = "last_way_to_sign_in"
    title = "The account could not be signed in to any more"
    address: str

    @property
    def detail(self) -> str:
        """Say what is needed first."""
        return (
            f"{self.address} is the only way to sign in; link another wallet, or choose a handle and "
            "a password, first."
        )


@dataclass(eq=False)
class TooManyWalletsError(ProblemError):
    """More wallets than an account may have."""

    status = 409
    code = "too_many_wallets"
    title = "The account has as many wallets as it may"
    most: int

    @property
    def detail(self) -> str:
        """Say the bound."""
        return f"An account has at most {self.most} wallets; unlink one first."


@dataclass(eq=False)
class WalletUnlinkedError(SignInRefusedError):
    """Signing in with a wallet that was unlinked from its account."""

    code = "wallet_unlinked"

    @property
    def detail(self) -> str:
        """Say how to come in."""
        return (
            f"{self.why} was unlinked from the account whose posts it signed; sign in there another "
            "way and link it again."
        )

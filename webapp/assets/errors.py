"""Why a token cannot be shown, made, moved or attached."""

from dataclasses import dataclass
from datetime import UTC, datetime

from webapp.errors import ProblemError


@dataclass(eq=False)
class AssetNotFoundError(ProblemError):
    """A token that the registry of this server's chain does not hold, as far as it was read."""

    status = 404
    code = "asset_not_found"
    title = "There is no such token"
    asset: str

    @property
    def detail(self) -> str:
        """Name it, and say how long to wait for one that was just made."""
        return (
            f"The registry holds no token {self.asset}, as far as its chain was read here; a new one is "
            "here seconds after its block."
        )


@dataclass(eq=False)
class NotYourAssetError(ProblemError):
    """A token that none of the account's wallets holds."""

    status = 403
    code = "not_your_asset"
    title = "None of your wallets holds the token"
    asset: str
    owner: str

    @property
    def detail(self) -> str:
        """Name the holder, who is public."""
        return f"{self.owner} holds {self.asset}, and is no wallet of this account."


@dataclass(eq=False)
class ReceiverRefusedError(ProblemError):
    """A receiver that has no wallet, or that a token would be lost to."""

    status = 422
    code = "receiver_refused"
    title = "The token cannot go there"
    why: str

    @property
    def detail(self) -> str:
        """Say why."""
        return f"{self.why}; name another address, or another person."


@dataclass(eq=False)
class MetadataRefusedError(ProblemError):
    """Metadata that cannot be minted: its texts, links or size."""

    status = 422
    code = "metadata_refused"
    title = "The metadata cannot be accepted"
    field: str
    why: str

    @property
    def detail(self) -> str:
        """Say which part, and why."""
        return f"{self.field} {self.why}."

    @property
    def errors(self) -> list[dict[str, str]]:
        """The part."""
        return [{"field": self.field, "problem": f"{self.why[:1].upper()}{self.why[1:]}."}]


@dataclass(eq=False)
class MintNotFoundError(ProblemError):
    """No such mint, or somebody else's."""

    status = 404
    code = "mint_not_found"
    title = "There is no such mint here"
    mint: str

    @property
    def detail(self) -> str:
        """Name the id."""
        return f"There is no mint {self.mint} of this account; see GET /api/v1/mints."


@dataclass(eq=False)
class CreatorRefusedError(ProblemError):
    """A creator that is no wallet of the account, or an account without one."""

    status = 403
    code = "creator_refused"
    title = "The creator must be a wallet of yours"
    creator: str

    @property
    def detail(self) -> str:
        """Say what to do."""
        named = f"{self.creator} is no wallet of this account" if self.creator else "It has none"
        return f"A token is made by a wallet. {named}; link it by POST /api/v1/wallets first."


@dataclass(eq=False)
class AlreadyMintedError(ProblemError):
    """A token that exists: the same creator, metadata and royalty."""

    status = 409
    code = "already_minted"
    title = "The token exists already"
    token: str

    @property
    def detail(self) -> str:
        """Name the token."""
        return (
            f"The same creator made {self.token} of the same metadata at the same royalty, and a token is "
            "made once; change one of these to make another."
        )


@dataclass(eq=False)
class AlreadyMintingError(ProblemError):
    """A token that is being made, on other terms."""

    status = 409
    code = "already_minting"
    title = "The token is being made already"
    mint: str

    @property
    def detail(self) -> str:
        """Name the other mint."""
        return f"Mint {self.mint} is for the same token; finish it, or withdraw it by DELETE first."


@dataclass(eq=False)
class MintOnItsWayError(ProblemError):
    """A mint that may be on the chain any moment, or is there."""

    status = 409
    code = "mint_on_its_way"
    title = "The mint cannot be changed any more"
    mint: str
    state: str

    @property
    def detail(self) -> str:
        """Say how far it is."""
        return f"Mint {self.mint} is {self.state}; only one that was not sent can be withdrawn or signed."


@dataclass(eq=False)
class MintWithdrawnError(ProblemError):
    """A mint that was taken back."""

    status = 409
    code = "mint_withdrawn"
    title = "The mint was withdrawn"
    mint: str

    @property
    def detail(self) -> str:
        """Say what to do."""
        return f"Mint {self.mint} was withdrawn; make a new one by POST /api/v1/mints."


@dataclass(eq=False)
class WrongMintError(ProblemError):
    """A mint that another way of making tokens is for."""

    status = 409
    code = "mint_by_other_means"
    title = "The mint is to be made in the other way"
    mint: str
    by: str

    @property
    def detail(self) -> str:
        """Say which."""
        way = (
            "the creator signs its permission and POST /api/v1/mints/{id}/permission takes it"
            if self.by == "permission"
            else "the creator's wallet sends what POST /api/v1/mints/transaction answers"
        )
        return f"Mint {self.mint} is by {self.by}: {way}."


@dataclass(eq=False)
class DeadlineRefusedError(ProblemError):
    """A permission's deadline that has passed, is too near or too far."""

    status = 422
    code = "deadline_refused"
    title = "The permission's deadline cannot be accepted"
    deadline: int
    why: str

    @property
    def detail(self) -> str:
        """Say why, and what to do."""
        moment = datetime.fromtimestamp(self.deadline, UTC).isoformat().replace("+00:00", "Z")
        return f"The deadline {moment} {self.why}; POST the same mint again for a fresh one."


@dataclass(eq=False)
class PermissionRefusedError(ProblemError):
    """A permission that the creator did not sign, or that the contract would refuse."""

    status = 422
    code = "permission_refused"
    title = "The permission is not the creator's"
    creator: str
    why: str

    @property
    def detail(self) -> str:
        """Say why."""
        return (
            f"{self.why}; sign the mint's 'permission' with {self.creator} and send that signature."
        )


@dataclass(eq=False)
class PermissionGasError(ProblemError):
    """A contract wallet whose check of a signature costs too much gas."""

    status = 422
    code = "permission_gas"
    title = "The mint would cost more gas than is paid here"
    creator: str
    most: int

    @property
    def detail(self) -> str:
        """Say the bound, and the other way."""
        return (
            f"Minting for the contract wallet {self.creator} would take more than {self.most} gas; mint "
            "by that wallet itself ('by': 'wallet')."
        )


@dataclass(eq=False)
class MintQuotaError(ProblemError):
    """More mints than are paid for in a day."""

    status = 429
    code = "mint_quota"
    title = "No more mints are paid for today"
    most: int
    whose: str
    seconds: int

    @property
    def detail(self) -> str:
        """Say the bound, and the other way."""
        return (
            f"This server pays for {self.most} mints a day {self.whose}; come back later, or mint with "
            "your own wallet ('by': 'wallet')."
        )

    @property
    def retry_after(self) -> int | None:
        """When the oldest mint of the day is a day old."""
        return self.seconds


@dataclass(eq=False)
class MintingClosedError(ProblemError):
    """A server that pays for no mints: by its settings, or for want of a sender."""

    status = 503
    code = "minting_closed"
    title = "This server pays for no mints"

    @property
    def detail(self) -> str:
        """Say the other way."""
        return (
            "This server pays for no mints at present; mint with your own wallet ('by': 'wallet')."
        )

    @property
    def retry_after(self) -> int | None:
        """An operator has to change something."""
        return 3_600


@dataclass(eq=False)
class MintBatchRefusedError(ProblemError):
    """Mints that one transaction cannot make together."""

    status = 422
    code = "mint_batch_refused"
    title = "These mints cannot be made together"
    why: str

    @property
    def detail(self) -> str:
        """Say why."""
        return f"{self.why}; a batch has one creator and one receiver, and each mint once."


@dataclass(eq=False)
class TokenMediaRefusedError(ProblemError):
    """A token in a post that cannot be attached."""

    status = 422
    code = "token_refused"
    title = "The token cannot be attached"
    token: str
    why: str

    @property
    def detail(self) -> str:
        """Say why."""
        return f"{self.token} {self.why}."


@dataclass(eq=False)
class TooManyMintsError(ProblemError):
    """More mints than may wait for their creator."""

    status = 422
    code = "too_many_mints"
    title = "Too many mints wait for you"
    most: int

    @property
    def detail(self) -> str:
        """Say what to do."""
        return f"{self.most} mints of this account wait for their creator; sign or withdraw some first."

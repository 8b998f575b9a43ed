"""Which ways into an account have stood for a week: what is newer takes none of them away, and gives way to them.

Whoever holds a token of a sign-in of the last ten minutes can link a wallet, or choose a first password. By
that they come in for good, and could take the owner's ways in, or the account, before the owner looks.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp.accounts.credentials.errors import TooNewError
from webapp.accounts.models import Account
from webapp.accounts.wallets.owners import linked_wallets
from webapp.columns import utc_now
from webapp.extensions import table_of

_DAYS = 7
STANDS_AFTER = timedelta(days=_DAYS)
_A = table_of(Account).c


@dataclass(frozen=True)
class Standing:
    """The ways in that have stood: whether the password has, and which wallets."""

    password: bool
    wallets: frozenset[str]

    def check_wallet(self, address: str) -> None:
        """Refuse to let a wallet alone delete what something else has stood for; raises TooNewError."""
        if address not in self.wallets and (self.password or self.wallets):
            raise TooNewError(_DAYS)

    def check_password(self) -> None:
        """Refuse to let the password alone delete what wallets have stood for; raises TooNewError."""
        if self.wallets and not self.password:
            raise TooNewError(_DAYS)

    def check_unlinking(self, address: str, linked: set[str], *, by_password: bool) -> None:
        """Refuse to unlink the last wallet that has stood, but by a password that has, too; raises TooNewError."""
        if address not in self.wallets or self.wallets & (linked - {address}):
            return
        if not (self.password and by_password):
            raise TooNewError(_DAYS)


def standing(session: Session, account_id: UUID) -> Standing:
    """Return an account's ways in that have stood; under the lock of its row where something is decided by them."""
    before = utc_now() - STANDS_AFTER
    terms = select(_A.password_hash, _A.password_since, _A.created_at).where(_A.id == account_id)
    row = session.execute(terms).one()
    since: datetime = row.password_since or row.created_at
    wallets = (one for one in linked_wallets(session, account_id) if one.created_at <= before)
    return Standing(
        row.password_hash is not None and since <= before, frozenset(one.address for one in wallets)
    )

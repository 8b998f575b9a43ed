"""Checks of claims: whether this server vouches for people at all, who pays for it, and what waits."""

from datetime import timedelta

from chain.client import ChainClient
from chain.errors import ChainError
from webapp.columns import utc_now
from webapp.commands.doctor.findings import Finding, fail, ok, warn
from webapp.config import Settings
from webapp.extensions import db
from webapp.identities.counting import count_waiting
from webapp.identities.issuers import own_issuer
from webapp.signers import issuer_signer

# One claim alone, and fewer than so many of them paid for is worth a word.
CLAIM_GAS, LOW_CLAIMS = 50_000, 100
ETHER = 10**18
STUCK = timedelta(hours=1)


def check_identities(client: ChainClient, here: Settings) -> list[Finding]:
    """Look at issuer, mail and what waits."""
    signer = issuer_signer(here)
    if signer is None:
        says = (
            "This server vouches for nobody: it has no issuer's key, so that claims answer 503. If it is to, set "
            "TROTH_ISSUER_KEY (or TROTH_ISSUER_KEYSTORE) and run `troth setup`."
        )
        return [ok("issuer", says)]
    own = own_issuer(db.session())
    db.session.rollback()
    if own != signer.address:
        says = f"The issuer's key is that of {signer.address}, and claims are made by {own or 'nobody'}."
        return [fail("issuer", says, "Run `troth setup`, which makes the key known.")]
    return [_funds(client, signer.address), _mail(here), _waiting()]


def _funds(client: ChainClient, address: str) -> Finding:
    try:
        balance, price = client.balance(address), client.fees().max_fee
    except ChainError as error:
        return warn("issuer", f"It cannot be told now: {error}", "Wait, or look at the node.")
    claims = balance // max(1, price * CLAIM_GAS)
    says = (
        f"The issuer {address} has {balance / ETHER:.6f} ether, enough for about {claims} claims."
    )
    if claims < LOW_CLAIMS:
        return warn("issuer", says, "Send it funds; what waits goes on by itself.")
    return ok("issuer", says)


def _mail(here: Settings) -> Finding:
    if not here.smtp_url and not (here.embedded_chain and here.embedded_database):
        says = (
            "No mail server is named, so that no e-mail addresses are verified. If they are to be, set "
            "TROTH_SMTP_URL and TROTH_SMTP_FROM."
        )
        return ok("mail", says)
    if not here.smtp_url:
        return ok("mail", "Codes are sent to nobody: logs/mail.log in TROTH_DATA_DIR shows them.")
    return ok("mail", "Codes are sent by mail.")


def _waiting() -> Finding:
    waiting = count_waiting(db.session().connection())
    db.session.rollback()
    if halted := waiting["halted"].count:
        says = f"{halted} claims are halted: the chain refused what they were sent with."
        do = "See `troth transactions` for the reason; whose they are can try again."
        return fail("claims", says, do)
    since = utc_now() - STUCK
    late = {
        state: one
        for state, one in waiting.items()
        if state in ("checked", "owed", "revoking")
        and one.oldest is not None
        and one.oldest < since
    }
    if late:
        parts = ", ".join(f"{one.count} {state}" for state, one in late.items())
        says = f"Claims wait for more than an hour: {parts}."
        return warn("claims", says, "Look at the worker, the node and the issuer's funds.")
    return ok("claims", "None waits for long.")

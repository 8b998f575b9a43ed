"""Use-cases of people: register, sign in, allow and revoke devices, grant roles."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from chain.proofs.records import Kind, account_author
from webapp.accounts import siwe
from webapp.accounts.errors import (
    DeviceMismatchError,
    DeviceNotFoundError,
    HandleTakenError,
    SignInRefusedError,
    UserNotFoundError,
)
from webapp.accounts.handles import PATTERN, check_not_retired, normal_handle
from webapp.accounts.models import Account, AccountCounts
from webapp.accounts.passwords import hash_password, password_matches
from webapp.accounts.tokens import Tokens, start_session
from webapp.accounts.wallets import owners
from webapp.accounts.wallets.errors import WalletUnlinkedError
from webapp.chain_access import settings
from webapp.columns import utc_now
from webapp.database import insert_or_ignore, locked, writing
from webapp.events.models import EventType
from webapp.events.service import record_event
from webapp.extensions import db
from webapp.log import delegations
from webapp.log.acceptance import accepting, admit, check_record, in_the_open_log
from webapp.log.models import Author, Delegation
from webapp.log.service import add_author, current_log

ROLES = ("member", "moderator", "operator")


class UnknownRoleError(ValueError):
    """A role that does not exist."""

    def __init__(self, role: str) -> None:
        self.role = role
        super().__init__(f"{role!r} is no role; choose one of {', '.join(ROLES)}.")


def register(handle: str, password: str) -> Tokens:
    """Make an account with handle and password.

    Raises HandleRefusedError, HandleTakenError and PasswordRefusedError.
    """
    name = normal_handle(handle)
    password_hash = hash_password(password)
    account_id = uuid7()
    with writing() as session:
        made = insert_or_ignore(
            session,
            Account,
            id=account_id,
            handle=name,
            password_hash=password_hash,
            role="member",
            created_at=utc_now(),
        )
        if not made:
            raise HandleTakenError(name)
        check_not_retired(session, name)
        session.add(AccountCounts(account_id=account_id))
        add_author(session, account_author(str(account_id)), account_id, signs=False)
        record_event(session, EventType.ACCOUNT_CREATED, account_id, str(account_id))
        return start_session(session, account_id)


def sign_in_with_password(handle: str, password: str) -> Tokens:
    """Sign in with handle and password; raises SignInRefusedError, the same for both."""
    name = handle.lower()
    account = None
    if PATTERN.match(name):
        account = db.session.scalars(select(Account).filter_by(handle=name)).one_or_none()
    if not password_matches(account.password_hash if account else None, password) or not account:
        raise SignInRefusedError("Handle or password is wrong")
    account_id, confirmed = account.id, account.password_hash
    with writing() as session:
        # Who changes the password ends all sessions: one that begins now must not be missed.
        same = select(Account.id).filter_by(id=account_id, password_hash=confirmed, deleted_at=None)
        if session.execute(locked(session, same)).one_or_none() is None:
            raise SignInRefusedError("Handle or password is wrong")
        return start_session(session, account_id)


def sign_in_with_wallet(message_text: str, signature: str) -> Tokens:
    """Sign in with an EIP-4361 message; finds the wallet's account or makes one.

    Raises MalformedRequestError, MessageRefusedError, NonceRefusedError, SignInRefusedError, and
    WalletUnlinkedError.
    """
    message = siwe.parse_message(message_text)
    chain_id = current_log(db.session()).chain_id
    siwe.check_nonce(db.session(), message.nonce)
    address = siwe.check_message(message, signature, settings(), chain_id)
    with writing() as session:
        siwe.spend_nonce(session, message.nonce)
        owner = owners.lock_owner(session, address)
        if owner is not None and not owner.linked:
            raise WalletUnlinkedError(address)
        account_id = owner.account_id if owner else _wallet_account(session, address)
        return start_session(session, account_id, address)


def _wallet_account(session: Session, address: str) -> UUID:
    account_id = uuid7()
    session.add(Account(id=account_id, role="member", created_at=utc_now()))
    session.flush()
    if not owners.take(
        session, address, account_id
    ):  # another request made it between our look and our insert
        session.delete(session.get_one(Account, account_id))
        session.flush()
        return session.get_one(Author, address).account_id
    session.add(AccountCounts(account_id=account_id))
    record_event(session, EventType.ACCOUNT_CREATED, account_id, str(account_id))
    return account_id


@in_the_open_log
def allow_device(account_id: UUID, message: object, signature: bytes) -> tuple[Delegation, bool]:
    """Accept a signed Delegation; return the device and whether it is new."""
    record = check_record(db.session(), Kind.DELEGATION, message, signature, account_id)
    with accepting() as session:
        admission = admit(session, record, account_id)
        if admission.new is None:
            return session.get_one(Delegation, admission.entry_id), False
        delegation = delegations.allow(session, admission.new)
        record_event(session, EventType.DEVICE_ALLOWED, account_id, delegation.delegate)
        return delegation, True


@in_the_open_log
def revoke_device(
    account_id: UUID, address: str, message: dict[str, Any], signature: bytes
) -> Delegation:
    """Accept a signed Revocation of the device at ``address``; return the device.

    Raises DeviceMismatchError, DeviceNotFoundError and what admitting a record raises.
    """
    record = check_record(db.session(), Kind.REVOCATION, message, signature, account_id)
    delegate = str(record.message["delegate"])
    if delegate != address.lower():
        raise DeviceMismatchError(address, delegate)
    with accepting() as session:
        known = select(Delegation).filter_by(author=record.author, delegate=delegate)
        devices = list(session.scalars(known.order_by(Delegation.entry_id.desc())))
        admission = admit(session, record, account_id)
        if not devices:
            raise DeviceNotFoundError(delegate)
        if admission.new is not None:
            delegations.revoke(session, admission.new)
            record_event(session, EventType.DEVICE_REVOKED, account_id, delegate)
        ended = [one for one in devices if one.revocation_id == admission.entry_id]
        return (ended or devices)[0]


def grant_role(handle: str, role: str) -> Account:
    """Give an account a role; raises UserNotFoundError and UnknownRoleError."""
    if role not in ROLES:
        raise UnknownRoleError(role)
    with writing() as session:
        account = session.scalars(select(Account).filter_by(handle=handle.lower())).one_or_none()
        if account is None:
            raise UserNotFoundError(handle)
        account.role = role
        record_event(session, EventType.ROLE_GRANTED, account.id, str(account.id), role=role)
    return account

"""The state as it is read: each entry counted once, in the state that the API tells of it."""

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

from flask import Flask
from sqlalchemy import delete, select

from tests.support.wallet import Person
from tests.webapp.status.conftest import Change, Look
from webapp.columns import utc_now
from webapp.database import one_snapshot, writing
from webapp.extensions import db
from webapp.log.models import Anchor, Batch, Entry
from webapp.outbox.models import Attempt, Chain, SignerAccount, Transaction, TransactionState
from webapp.status.counting import signers_of_transactions
from webapp.status.state import AnchoringState, EntryState
from workers.claims import claimed

MINUTE = timedelta(minutes=1)


def numbers(state: AnchoringState) -> dict[str, tuple[int, int]]:
    """Return entries and batches by state, where there are any."""
    counts = state.counts
    return {
        name.value: (counts.entries[name].count, counts.batches[name].count)
        for name in EntryState
        if counts.entries[name].count or counts.batches[name].count
    }


def transactions(state: AnchoringState) -> dict[str, int]:
    return {name: pile.count for name, pile in state.counts.transactions.items() if pile.count}


def test_an_empty_log_has_nothing_to_say(look: Look) -> None:
    state = look()
    assert numbers(state) == {}
    assert transactions(state) == {}
    assert (state.anchored, state.unanchored_seconds, state.worker_seen) == (None, 0.0, None)
    assert state.chain.cursor is not None
    anchorer, issuer, sender = state.signers
    assert (anchorer.address, anchorer.role) == (state.log.anchorer, "anchorer")
    assert (issuer.role, sender.role, sender.nonce) == ("issuer", "sender", None)
    assert (anchorer.balance, anchorer.nonce, anchorer.gap) == (None, None, None)


def test_entries_are_counted_where_they_are_from_saved_to_final(
    look: Look, alice: Person, carol: Person, seal: Callable[[], None], anchor: Callable[[], None]
) -> None:
    alice.publish()
    carol.call("POST", "/posts", {"text": "one"})
    assert numbers(look()) == {"saved": (2, 0)}
    seal()
    state = look()
    assert numbers(state) == {"sealed": (2, 1)}
    assert transactions(state) == {"queued": 1}
    carol.call("POST", "/posts", {"text": "two"})
    assert numbers(look()) == {"saved": (1, 0), "sealed": (2, 1)}
    anchor()
    state = look()
    assert numbers(state) == {"final": (3, 2)}
    assert transactions(state) == {}
    assert state.anchored is not None
    assert (state.anchored.batch, state.anchored.final) == (1, True)
    assert state.anchored.block == state.chain.cursor
    assert state.counts.unanchored_since is None
    assert state.worker_seen is not None
    assert state.fees.max_fee is not None
    assert state.fees.cap == 500 * 10**9


def test_the_oldest_of_a_pile_counts_from_when_it_was_accepted(
    app: Flask, look: Look, carol: Person, seal: Callable[[], None]
) -> None:
    now = utc_now()
    accepted = {}
    for number, text in enumerate(("old", "older batch", "unsealed")):
        carol.call("POST", "/posts", {"text": text})
        if text != "unsealed":
            seal()
        with app.app_context(), writing() as session:
            entry = session.scalars(select(Entry).order_by(Entry.id.desc()).limit(1)).one()
            accepted[number] = entry.accepted_at = now - (10 - number) * MINUTE
    counts = look().counts
    assert counts.entries[EntryState.SEALED].oldest == accepted[0]
    assert counts.entries[EntryState.SAVED].oldest == accepted[2]
    assert counts.unanchored_since == accepted[0]
    assert look().unanchored_seconds >= 600


CASES = [
    (state, sent, anchor)
    for state, sent, anchor in product(TransactionState, (False, True), (None, "seen", "final"))
    if (state is TransactionState.FINAL) == (anchor == "final") and (sent or anchor is None)
]


def test_every_batch_is_counted_in_the_state_that_the_api_tells_of_its_posts(
    app: Flask, look: Look, carol: Person, seal: Callable[[], None]
) -> None:
    post = carol.call("POST", "/posts", {"text": "told"}).json
    seal()
    seen = set()
    for state, sent, anchor in CASES:
        with app.app_context(), writing() as session:
            _put(session, state, sent, anchor)
        told = carol.call("GET", f"/posts/{post['id']}").json["anchoring"]["state"]
        found = look()
        assert numbers(found) == {told: (1, 1)}, (state, sent, anchor)
        assert (found.counts.unanchored_since is None) == (anchor is not None)
        seen.add(told)
    assert seen == {"sealed", "sent", "mined", "final", "delayed", "halted"}


def _put(session: Any, state: TransactionState, sent: bool, anchor: str | None) -> None:
    """Bring the one batch's rows into a state."""
    now = utc_now()
    session.execute(delete(Anchor))
    owed = session.scalars(select(Transaction)).one()
    owed.state, owed.sent_at = state, now if sent else None
    if anchor is None:
        return
    batch = session.scalars(select(Batch)).one()
    facts = {"sequence": batch.sequence, "first": batch.first, "count": batch.count}
    block = {"block_number": 3, "block_hash": bytes(32), "block_time": 5}
    final_at = now if anchor == "final" else None
    here = {"log_id": batch.log_id, "root": batch.root, "transaction_hash": bytes(32)}
    session.add(Anchor(**here, **facts, **block, indexed_at=now, final_at=final_at))


def test_while_the_chain_is_halted_whatever_is_not_final_is_halted(
    look: Look,
    carol: Person,
    seal: Callable[[], None],
    anchor: Callable[[], None],
    change: Change,
) -> None:
    carol.call("POST", "/posts", {"text": "final"})
    anchor()
    carol.call("POST", "/posts", {"text": "sealed"})
    seal()
    carol.call("POST", "/posts", {"text": "saved"})
    for state in ("halted_deep", "halted_instance"):
        change(Chain, state=state, reason="Block 7 was final and is gone")
        found = look()
        assert numbers(found) == {"final": (1, 1), "halted": (2, 1)}
        assert found.chain.halted
        assert found.chain.reason == "Block 7 was final and is gone"


def test_what_a_halted_chain_lost_is_not_counted_as_final(
    look: Look, carol: Person, anchor: Callable[[], None], change: Change
) -> None:
    for text in ("zero", "one"):
        carol.call("POST", "/posts", {"text": text})
        anchor()
    first = carol.call("GET", "/log/batches/0").json["anchor"]["block"]["number"]
    for sound_to, wanted in (
        (first, {"final": (1, 1), "halted": (1, 1)}),
        (-1, {"halted": (2, 2)}),
    ):
        change(Chain, state="halted_deep", reason="Block 7 is gone", sound_to=sound_to)
        found = look()
        assert numbers(found) == wanted
        assert (None if found.anchored is None else found.anchored.batch) == (
            0 if sound_to == first else None
        )
        assert found.unanchored_seconds > 0
    change(Chain, state="following", reason=None, sound_to=None)
    assert numbers(look()) == {"final": (2, 2)}


def test_what_waits_for_something_is_named_with_its_reason(
    look: Look, carol: Person, seal: Callable[[], None], change: Change
) -> None:
    carol.call("POST", "/posts", {"text": "poor"})
    seal()
    change(Transaction, state="blocked_funds", reason="The account is out of funds")
    state = look()
    (trouble,) = state.troubles
    assert (trouble.batch, trouble.state) == (0, "blocked_funds")
    assert trouble.reason == "The account is out of funds"
    assert transactions(state) == {"blocked_funds": 1}


def test_the_nonce_gap_is_what_is_ours_and_not_yet_used_by_the_chain(
    look: Look,
    carol: Person,
    anchor: Callable[[], None],
    all_well: Callable[[], None],
    change: Change,
) -> None:
    carol.call("POST", "/posts", {"text": "one"})
    anchor()
    all_well()
    signer = look().signers[0]
    assert signer.highest is not None
    # The chain was asked before the last send; what was found in a block since is used.
    assert (signer.nonce, signer.gap) == (signer.highest + 1, 0)
    change(Transaction, state=TransactionState.BROADCAST)
    assert look().signers[0].gap == signer.highest + 1
    assert signer.balance == 25 * 10**17


def test_other_signers_are_counted_and_listed(
    look: Look, carol: Person, seal: Callable[[], None], add: Callable[..., None]
) -> None:
    carol.call("POST", "/posts", {"text": "one"})
    seal()
    senders = ["0x" + digit * 40 for digit in "123"]
    call = {"chain_ref": 1, "to": senders[0], "data": b"", "gas": 1, "created_at": utc_now()}
    owed = [Transaction(key=f"mint:{one}", signer=one, **call) for one in senders]
    add(*owed, SignerAccount(chain_ref=1, address=senders[0], role="sender", nonce=4, balance="7"))
    state = look()
    assert transactions(state) == {"queued": 4}
    assert [signer.role for signer in state.signers] == ["anchorer", "issuer", "sender", "sender"]
    (other,) = [signer for signer in state.signers if signer.address == senders[0]]
    assert (other.balance, other.gap) == (7, 0)


def test_signers_are_found_one_by_one_in_the_index(app: Flask, add: Callable[..., None]) -> None:
    with app.app_context(), one_snapshot() as connection:
        assert signers_of_transactions(connection) == []
    signers = ["0x" + digit * 40 for digit in "3120"]
    call = {"chain_ref": 1, "to": signers[0], "data": b"", "gas": 1, "created_at": utc_now()}
    add(*(Transaction(key=f"{one}{n}", signer=one, **call) for one in signers for n in range(3)))
    with app.app_context(), one_snapshot() as connection:
        assert signers_of_transactions(connection) == sorted(signers)


def test_a_claim_is_held_while_its_holder_works(app: Flask, look: Look) -> None:
    with app.app_context(), claimed("job"):
        (claim,) = look().claims
        assert (claim.job, claim.held) == ("job", True)
    (claim,) = look().claims
    assert not claim.held
    assert look().worker_seen == claim.seen


def test_the_newest_anchor_is_found_past_batches_that_wait(
    look: Look, carol: Person, seal: Callable[[], None], anchor: Callable[[], None]
) -> None:
    for text in ("zero", "one"):
        carol.call("POST", "/posts", {"text": text})
        anchor()
    carol.call("POST", "/posts", {"text": "waits"})
    seal()
    found = look().anchored
    assert found is not None
    assert found.batch == 1


def test_a_snapshot_does_not_move_under_its_reader(
    app: Flask, carol: Person, anchor: Callable[[], None]
) -> None:
    query = select(Attempt.id)
    with app.app_context(), one_snapshot() as connection:
        assert connection.scalars(query).all() == []
        carol.call("POST", "/posts", {"text": "meanwhile"})
        anchor()
        assert connection.scalars(query).all() == []
    with app.app_context():
        assert len(db.session.scalars(query).all()) == 1

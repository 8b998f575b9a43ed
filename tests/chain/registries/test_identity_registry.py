from collections.abc import Callable

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak

from chain.claims import DOMAIN, EMAIL, HANDLE
from chain.contracts import (
    ClaimKey,
    ClaimState,
    ClaimStatus,
    IdentityRegistry,
    NewClaim,
    RevocationReason,
    decode_claim_change,
)
from chain.contracts.identity_registry import CLAIM_OF, EIP712_DOMAIN, EVENTS, ISSUE
from chain.errors import ContractReverted
from chain.local import LocalChain
from chain.wire import Receipt

Refusal = Callable[..., tuple[str | None, tuple[object, ...]]]
DIGEST, OTHER = keccak(b"a claim"), keccak(b"another claim")
ZERO = "0x" + "00" * 20
FAR = 2**63


class Scene:
    """An issuer (account 0), a subject (account 1) and anybody else (account 2)."""

    def __init__(self, local: LocalChain, identities: IdentityRegistry) -> None:
        self.local, self.registry = local, identities
        self.issuer, self.subject, self.other = (one.address for one in local.accounts[:3])

    def key(self, **changes: object) -> ClaimKey:
        given = {"issuer": self.issuer, "subject": self.subject, "schema": HANDLE, "digest": DIGEST}
        return ClaimKey(**given | changes)

    def claim(self, expires_at: int = 0, digest: bytes = DIGEST) -> NewClaim:
        return NewClaim(self.subject, HANDLE, digest, expires_at)

    def send(self, calldata: bytes, account: int = 0) -> Receipt:
        return self.local.sender(account).send(self.registry.address, calldata)

    def issue(self, expires_at: int = 0, digest: bytes = DIGEST) -> Receipt:
        return self.send(self.registry.issue(self.claim(expires_at, digest)))

    def revoke(self, reason: int = 2, account: int = 0) -> Receipt:
        return self.send(self.registry.revoke(self.subject, HANDLE, DIGEST, reason), account)

    def decline(self, account: int = 1) -> Receipt:
        return self.send(self.registry.decline(self.issuer, HANDLE, DIGEST), account)

    def status(self, **changes: object) -> ClaimStatus:
        return self.registry.status_of(self.key(**changes))

    def time(self, receipt: Receipt) -> int:
        block = self.local.client.block(receipt.block_number)
        assert block is not None
        return block.time

    def pass_time(self, seconds: int) -> None:
        """Mine a block that is later than the newest by as much."""
        later = self.local.client.head().time + seconds
        self.local.client.request("evm_setNextBlockTimestamp", [later])
        self.local.mine()

    @property
    def now(self) -> int:
        return self.local.client.head().time


@pytest.fixture
def scene(local: LocalChain, identities: IdentityRegistry) -> Scene:
    # The chain may have been made many minutes ago, and its newest block with it.
    local.mine()
    return Scene(local, identities)


def test_a_claim_is_valid_once_it_is_issued(scene: Scene) -> None:
    assert scene.registry.claim_of(scene.key()) == ClaimState(ClaimStatus.NONE, 0, 0, 0, 0)
    time = scene.time(scene.issue())
    assert scene.registry.claim_of(scene.key()) == ClaimState(ClaimStatus.VALID, time, 0, 0, 0)


def test_the_whole_key_decides(scene: Scene) -> None:
    scene.issue()
    assert scene.status() is ClaimStatus.VALID
    for change in (
        {"issuer": scene.other},
        {"subject": scene.other},
        {"schema": EMAIL},
        {"digest": OTHER},
        {"digest": DIGEST[:31] + bytes([DIGEST[31] ^ 1])},
        {"issuer": scene.subject, "subject": scene.issuer},
    ):
        assert scene.status(**change) is ClaimStatus.NONE


def test_a_claim_expires_after_its_last_second(scene: Scene) -> None:
    expires_at = scene.now + 1_000
    scene.issue(expires_at)
    scene.pass_time(expires_at - scene.now)
    assert scene.now == expires_at
    assert scene.status() is ClaimStatus.VALID
    scene.pass_time(1)
    assert scene.status() is ClaimStatus.EXPIRED


def test_earlier_blocks_answer_as_of_then(scene: Scene) -> None:
    expires_at = scene.now + 1_000
    issued = scene.issue(expires_at).block_number
    scene.pass_time(2_000)
    expired = scene.local.client.head().number
    renewed = scene.issue().block_number
    revoked = scene.revoke().block_number
    at = {
        issued - 1: ClaimStatus.NONE,
        issued: ClaimStatus.VALID,
        expired: ClaimStatus.EXPIRED,
        renewed: ClaimStatus.VALID,
        revoked: ClaimStatus.REVOKED,
    }
    assert {number: scene.registry.status_of(scene.key(), number) for number in at} == at


def test_the_events_alone_say_the_same(scene: Scene) -> None:
    receipts = [scene.issue(FAR), scene.issue(), scene.revoke(3)]
    changes = []
    for receipt in receipts:
        (log,) = scene.local.client.logs(scene.registry.address, [], receipt.block_hash)
        changes.append(decode_claim_change(log))
        assert changes[-1].block_number == receipt.block_number
        assert changes[-1].transaction_hash == receipt.transaction_hash
    assert {change.key for change in changes} == {scene.key()}
    assert [(change.status, change.expires_at, change.reason) for change in changes] == [
        (ClaimStatus.VALID, FAR, 0),
        (ClaimStatus.VALID, 0, 0),
        (ClaimStatus.REVOKED, 0, 3),
    ]


def test_a_declined_claim_says_so_in_an_event(scene: Scene) -> None:
    scene.issue()
    receipt = scene.decline()
    (log,) = scene.local.client.logs(scene.registry.address, [], receipt.block_hash)
    change = decode_claim_change(log)
    assert (change.key, change.status) == (scene.key(), ClaimStatus.DECLINED)


def test_events_are_found_by_issuer_subject_and_schema(scene: Scene) -> None:
    receipt = scene.issue()
    padded = [bytes(12) + bytes.fromhex(one[2:]) for one in (scene.issuer, scene.subject)]
    for topics in ([None, padded[0]], [None, None, padded[1]], [None, None, None, HANDLE]):
        assert len(scene.local.client.logs(scene.registry.address, topics, receipt.block_hash)) == 1
    other = [None, None, None, DOMAIN]
    assert scene.local.client.logs(scene.registry.address, other, receipt.block_hash) == []


def test_an_event_about_something_else_is_refused(scene: Scene) -> None:
    receipt = scene.issue()
    (log,) = scene.local.client.logs(scene.registry.address, [], receipt.block_hash)
    for topics in ((), (keccak(b"Other()"),), log.topics[:3]):
        with pytest.raises(ValueError, match=r"log|Issued"):
            decode_claim_change(type(log)(**{**log.__dict__, "topics": topics}))
    assert len({event.topic for event in EVENTS}) == len(EVENTS)


def test_a_renewal_replaces_the_expiry_and_keeps_the_first_time(scene: Scene) -> None:
    first = scene.time(scene.issue(scene.now + 1_000))
    scene.pass_time(5_000)
    assert scene.status() is ClaimStatus.EXPIRED
    until = scene.now + 9_000
    scene.issue(until)
    expected = ClaimState(ClaimStatus.VALID, first, until, 0, 0)
    assert scene.registry.claim_of(scene.key()) == expected
    scene.issue(0)
    assert scene.registry.claim_of(scene.key()).expires_at == 0


def test_many_are_issued_at_once(scene: Scene) -> None:
    claims = [
        NewClaim("0x" + keccak(digest)[-20:].hex(), schema, digest, expires_at)
        for digest, schema, expires_at in (
            (DIGEST, HANDLE, 0),
            (OTHER, EMAIL, FAR),
            (keccak(b"third"), DOMAIN, 0),
        )
    ]
    receipt = scene.send(scene.registry.issue_many(claims))
    logs = scene.local.client.logs(scene.registry.address, [], receipt.block_hash)
    changes = [decode_claim_change(log) for log in logs]
    for claim, change in zip(claims, changes, strict=True):
        key = ClaimKey(scene.issuer, claim.subject, claim.schema, claim.digest)
        assert (change.key, change.expires_at) == (key, claim.expires_at)
        assert scene.registry.claim_of(key).expires_at == claim.expires_at
        assert scene.registry.status_of(key) is ClaimStatus.VALID


def test_one_bad_claim_undoes_its_batch(scene: Scene, refusal: Refusal) -> None:
    scene.issue(digest=OTHER)
    scene.send(scene.registry.revoke(scene.subject, HANDLE, OTHER, 0))
    calldata = scene.registry.issue_many([scene.claim(), scene.claim(digest=OTHER)])
    assert refusal(scene.registry.address, calldata)[0] == "ClaimEnded"
    assert scene.status() is ClaimStatus.NONE


def test_an_empty_batch_is_refused(scene: Scene, refusal: Refusal) -> None:
    assert refusal(scene.registry.address, scene.registry.issue_many([])) == ("EmptyBatch", ())


@pytest.mark.parametrize("reason", [*RevocationReason, 128, 255])
def test_revoking_is_final_and_keeps_its_reason(
    scene: Scene, refusal: Refusal, reason: int
) -> None:
    issued = scene.time(scene.issue(FAR))
    ended = scene.time(scene.revoke(reason))
    state = ClaimState(ClaimStatus.REVOKED, issued, FAR, ended, reason)
    assert scene.registry.claim_of(scene.key()) == state
    over = "ClaimEnded", (scene.issuer, scene.subject, HANDLE, DIGEST, ClaimStatus.REVOKED)
    registry = scene.registry
    assert refusal(registry.address, registry.issue(scene.claim())) == over
    assert refusal(registry.address, registry.revoke(scene.subject, HANDLE, DIGEST, 1)) == over
    assert refusal(registry.address, registry.decline(scene.issuer, HANDLE, DIGEST), 1) == over
    scene.pass_time(1_000)
    assert registry.claim_of(scene.key()) == state


def test_declining_is_final(scene: Scene, refusal: Refusal) -> None:
    issued = scene.time(scene.issue())
    ended = scene.time(scene.decline())
    state = ClaimState(ClaimStatus.DECLINED, issued, 0, ended, 0)
    over = "ClaimEnded", (scene.issuer, scene.subject, HANDLE, DIGEST, ClaimStatus.DECLINED)
    registry = scene.registry
    assert refusal(registry.address, registry.issue(scene.claim())) == over
    assert refusal(registry.address, registry.revoke(scene.subject, HANDLE, DIGEST, 1)) == over
    assert refusal(registry.address, registry.decline(scene.issuer, HANDLE, DIGEST), 1) == over
    assert registry.claim_of(scene.key()) == state


@pytest.mark.parametrize("end", [Scene.revoke, Scene.decline])
def test_an_expired_claim_can_still_be_ended(scene: Scene, end: Callable[..., Receipt]) -> None:
    scene.issue(scene.now + 1_000)
    scene.pass_time(2_000)
    assert scene.status() is ClaimStatus.EXPIRED
    end(scene)
    assert scene.status() in {ClaimStatus.REVOKED, ClaimStatus.DECLINED}


def test_nobody_ends_what_is_not_theirs(scene: Scene, refusal: Refusal) -> None:
    scene.issue()
    registry = scene.registry
    for account, who in ((1, scene.subject), (2, scene.other)):
        calldata = registry.revoke(scene.subject, HANDLE, DIGEST, 0)
        missing = "NotIssued", (who, scene.subject, HANDLE, DIGEST)
        assert refusal(registry.address, calldata, account) == missing
    for account, who in ((0, scene.issuer), (2, scene.other)):
        calldata = registry.decline(scene.issuer, HANDLE, DIGEST)
        missing = "NotIssued", (scene.issuer, who, HANDLE, DIGEST)
        assert refusal(registry.address, calldata, account) == missing
    assert scene.status() is ClaimStatus.VALID


def test_a_claim_cannot_be_declined_before_it_is_there(scene: Scene, refusal: Refusal) -> None:
    calldata = scene.registry.decline(scene.issuer, HANDLE, DIGEST)
    assert refusal(scene.registry.address, calldata, 1)[0] == "NotIssued"


def test_issuers_do_not_touch_each_other(scene: Scene) -> None:
    scene.issue()
    scene.send(scene.registry.issue(scene.claim(FAR)), account=2)
    scene.revoke()
    assert scene.status() is ClaimStatus.REVOKED
    assert scene.status(issuer=scene.other) is ClaimStatus.VALID


def test_one_may_vouch_for_oneself(scene: Scene) -> None:
    claim = NewClaim(scene.issuer, HANDLE, DIGEST)
    scene.send(scene.registry.issue(claim))
    scene.send(scene.registry.decline(scene.issuer, HANDLE, DIGEST))
    assert scene.status(subject=scene.issuer) is ClaimStatus.DECLINED


@pytest.mark.parametrize("field", ["subject", "schema", "digest"])
def test_an_incomplete_claim_is_refused(scene: Scene, refusal: Refusal, field: str) -> None:
    given = {"subject": scene.subject, "schema": HANDLE, "digest": DIGEST}
    given[field] = ZERO if field == "subject" else bytes(32)
    calldata = scene.registry.issue(NewClaim(**given))
    assert refusal(scene.registry.address, calldata) == ("IncompleteClaim", tuple(given.values()))


def test_a_claim_that_would_be_expired_is_refused(scene: Scene, refusal: Refusal) -> None:
    past = scene.now - 1
    name, arguments = refusal(scene.registry.address, scene.registry.issue(scene.claim(past)))
    assert name == "ExpiryPassed"
    assert arguments[0] == past


@pytest.mark.parametrize(("position", "width"), [(0, 160), (3, 64)])
def test_a_value_wider_than_its_type_is_refused(
    scene: Scene, refusal: Refusal, position: int, width: int
) -> None:
    words = [int(scene.subject, 16), int.from_bytes(HANDLE), int.from_bytes(DIGEST), 0]
    words[position] += 2**width
    calldata = ISSUE.selector + encode(["uint256"] * 4, words)
    assert refusal(scene.registry.address, calldata) == (None, ())


def test_the_largest_expiry_is_kept(scene: Scene) -> None:
    scene.issue(2**64 - 1)
    scene.revoke(255)
    state = scene.registry.claim_of(scene.key())
    assert (state.expires_at, state.reason) == (2**64 - 1, 255)


def test_ether_is_not_accepted(scene: Scene, refusal: Refusal) -> None:
    with pytest.raises(ContractReverted):
        scene.local.sender().send(
            scene.registry.address, scene.registry.issue(scene.claim()), value=1
        )
    assert scene.status() is ClaimStatus.NONE


def test_the_domain_is_this_contracts(scene: Scene) -> None:
    answer = scene.local.client.call(scene.registry.address, EIP712_DOMAIN.encode())
    assert EIP712_DOMAIN.decode(answer) == (
        b"\x0f",
        "Troth",
        "1",
        scene.local.client.chain_id(),
        scene.registry.address,
        bytes(32),
        (),
    )


def test_what_is_not_there_reads_as_zeros(scene: Scene) -> None:
    asked = CLAIM_OF.encode(scene.issuer, scene.subject, HANDLE, DIGEST)
    assert scene.local.client.call(scene.registry.address, asked) == bytes(32 * 5)

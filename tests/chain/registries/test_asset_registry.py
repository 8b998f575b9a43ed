import dataclasses
from collections.abc import Callable

import pytest
from eth_abi.abi import encode
from eth_hash.auto import keccak
from eth_keys import keys

from chain.contracts import AssetRegistry, Fragment, decode_minted, decode_transfer
from chain.contracts.asset_registry import (
    EIP712_DOMAIN,
    MINT,
    MINT_WITH_PERMISSION,
    MINTED,
    TOKEN_ID_OF,
    TRANSFER,
    TRANSFER_FROM,
)
from chain.errors import ContractReverted
from chain.local import LocalChain
from chain.permissions import Permission
from chain.proofs.domain import Domain
from chain.tokens import split_token_id, token_id, token_uri
from chain.wire import Receipt

Refusal = Callable[..., tuple[str | None, tuple[object, ...]]]
DIGEST, OTHER = keccak(b"metadata"), keccak(b"other metadata")
ZERO = "0x" + "00" * 20
NEVER = 2**256 - 1
SET_MODE = Fragment("setMode(uint8)")


class Scene:
    """A creator (account 0), somebody who pays (account 1) and a collector (account 2)."""

    def __init__(self, local: LocalChain, assets: AssetRegistry) -> None:
        self.local, self.registry = local, assets
        self.creator, self.payer, self.collector = (one.address for one in local.accounts[:3])
        self.domain = Domain(local.client.chain_id(), assets.address)

    def send(self, calldata: bytes, account: int = 0) -> Receipt:
        return self.local.sender(account).send(self.registry.address, calldata)

    def mint(self, digest: bytes = DIGEST, royalty: int = 250, to: str | None = None) -> int:
        self.send(self.registry.mint(to or self.creator, digest, royalty))
        return token_id(self.creator, digest, royalty)

    def permission(self, **changes: object) -> Permission:
        made = Permission(self.creator, self.collector, DIGEST, 250, NEVER)
        return dataclasses.replace(made, **changes)

    def signed(self, permission: Permission, key: int = 1) -> bytes:
        """Return the calldata, signed by an account's key: account n has the key n + 1."""
        signature = sign(key, permission.signed_hash(self.domain))
        return self.registry.mint_with_permission(permission, signature)

    @property
    def now(self) -> int:
        return self.local.client.head().time


def sign(key: int, digest: bytes) -> bytes:
    signature = keys.PrivateKey(key.to_bytes(32)).sign_msg_hash(digest).to_bytes()
    return signature[:64] + bytes([27 + signature[64]])


@pytest.fixture
def scene(local: LocalChain, assets: AssetRegistry) -> Scene:
    # The chain may have been made many minutes ago, and its newest block with it.
    local.mine()
    return Scene(local, assets)


def test_a_token_says_who_made_it_of_what(scene: Scene) -> None:
    token = scene.mint(to=scene.collector)
    registry = scene.registry
    assert registry.owner_of(token) == scene.collector
    assert registry.balance_of(scene.collector) == 1
    assert registry.digest_of(token) == DIGEST
    assert registry.token_uri(token) == f"ipfs://f01551220{DIGEST.hex()}" == token_uri(DIGEST)
    assert registry.royalty_info(token, 10_000) == (scene.creator, 250)
    parts = split_token_id(token)
    assert (parts.creator, parts.royalty, parts.digest_start) == (scene.creator, 250, DIGEST[:10])


def test_the_events_say_the_same(scene: Scene) -> None:
    receipt = scene.send(scene.registry.mint(scene.collector, DIGEST, 250))
    token = token_id(scene.creator, DIGEST, 250)
    client, address = scene.local.client, scene.registry.address
    (log,) = client.logs(address, [TRANSFER.topic], receipt.block_hash)
    transfer = decode_transfer(log)
    assert (transfer.sender, transfer.receiver, transfer.token_id) == (None, scene.collector, token)
    (log,) = client.logs(address, [MINTED.topic], receipt.block_hash)
    minted = decode_minted(log)
    assert (minted.creator, minted.token_id, minted.digest) == (scene.creator, token, DIGEST)
    assert (minted.block_number, minted.transaction_hash) == (
        receipt.block_number,
        receipt.transaction_hash,
    )
    assert len(client.logs(address, [], receipt.block_hash)) == 2
    with pytest.raises(ValueError, match="not Transfer"):
        decode_transfer(log)
    moved = scene.send(scene.registry.transfer(scene.collector, scene.payer, token), account=2)
    (log,) = client.logs(address, [], moved.block_hash)
    transfer = decode_transfer(log)
    assert (transfer.sender, transfer.receiver) == (scene.collector, scene.payer)


@pytest.mark.parametrize("royalty", [0, 1, 9_999, 10_000])
def test_ids_are_computed_alike_off_chain(scene: Scene, royalty: int) -> None:
    asked = TOKEN_ID_OF.encode(scene.creator, DIGEST, royalty)
    (there,) = TOKEN_ID_OF.decode(scene.local.client.call(scene.registry.address, asked))
    assert there == token_id(scene.creator, DIGEST, royalty)
    assert scene.mint(royalty=royalty) == there
    assert scene.registry.owner_of(there) == scene.creator


def test_the_same_twice_is_refused_and_named(scene: Scene, refusal: Refusal) -> None:
    token = scene.mint()
    again = scene.registry.mint(scene.collector, DIGEST, 250)
    assert refusal(scene.registry.address, again) == ("AlreadyMinted", (token,))
    # Other terms, other metadata and another creator make another token.
    scene.mint(royalty=251)
    scene.mint(digest=OTHER)
    scene.send(scene.registry.mint(scene.payer, DIGEST, 250), account=1)
    assert scene.registry.balance_of(scene.creator) == 3


def test_metadata_that_share_the_start_do_not_share_a_token(scene: Scene, refusal: Refusal) -> None:
    token = scene.mint()
    alike = DIGEST[:10] + OTHER[10:]
    calldata = scene.registry.mint(scene.creator, alike, 250)
    assert refusal(scene.registry.address, calldata) == ("AlreadyMinted", (token,))
    assert scene.registry.digest_of(token) == DIGEST


@pytest.mark.parametrize(
    ("digest", "royalty", "to", "problem"),
    [
        (bytes(32), 250, None, ("ZeroDigest", ())),
        (DIGEST, 10_001, None, ("RoyaltyTooHigh", (10_001,))),
        (DIGEST, 65_535, None, ("RoyaltyTooHigh", (65_535,))),
        (DIGEST, 250, ZERO, ("ERC721InvalidReceiver", (ZERO,))),
    ],
)
def test_what_cannot_be_minted(
    scene: Scene,
    refusal: Refusal,
    digest: bytes,
    royalty: int,
    to: str | None,
    problem: tuple[str, tuple[object, ...]],
) -> None:
    to = to or scene.creator
    registry = scene.registry
    assert refusal(registry.address, registry.mint(to, digest, royalty)) == problem
    assert refusal(registry.address, registry.mint_many(to, [(digest, royalty)])) == problem
    permission = scene.permission(digest=digest, royalty=royalty, to=to)
    assert refusal(registry.address, scene.signed(permission), 1) == problem


def test_a_digest_may_begin_with_zeros(scene: Scene) -> None:
    digest = bytes(31) + b"\1"
    token = scene.mint(digest=digest, royalty=0)
    assert token == int(scene.creator, 16) << 96
    assert scene.registry.token_uri(token) == token_uri(digest)


def test_a_batch_is_whole_or_nothing(scene: Scene, refusal: Refusal) -> None:
    items = [(keccak(number.to_bytes(1)), number) for number in range(20)]
    scene.send(scene.registry.mint_many(scene.collector, items))
    assert scene.registry.balance_of(scene.collector) == 20
    for digest, royalty in items:
        token = token_id(scene.creator, digest, royalty)
        assert scene.registry.owner_of(token) == scene.collector
        assert scene.registry.digest_of(token) == digest
    again = scene.registry.mint_many(scene.collector, [(OTHER, 0), items[7]])
    assert refusal(scene.registry.address, again)[0] == "AlreadyMinted"
    assert scene.registry.balance_of(scene.collector) == 20
    twice = scene.registry.mint_many(scene.collector, [(OTHER, 0), (OTHER, 0)])
    assert refusal(scene.registry.address, twice)[0] == "AlreadyMinted"
    empty = scene.registry.mint_many(scene.collector, [])
    assert refusal(scene.registry.address, empty) == ("EmptyBatch", ())


def test_anyone_may_send_a_permission(scene: Scene) -> None:
    permission = scene.permission()
    scene.send(scene.signed(permission), account=1)
    token = token_id(scene.creator, DIGEST, 250)
    assert scene.registry.owner_of(token) == scene.collector
    assert scene.registry.royalty_info(token, 10_000) == (scene.creator, 250)


def test_a_permission_serves_once(scene: Scene, refusal: Refusal) -> None:
    calldata = scene.signed(scene.permission())
    scene.send(calldata, account=1)
    token = token_id(scene.creator, DIGEST, 250)
    assert refusal(scene.registry.address, calldata, 1) == ("AlreadyMinted", (token,))
    scene.send(scene.registry.transfer(scene.collector, scene.payer, token), account=2)
    assert refusal(scene.registry.address, calldata, 1) == ("AlreadyMinted", (token,))


def test_a_creator_takes_a_permission_back_by_minting(scene: Scene, refusal: Refusal) -> None:
    calldata = scene.signed(scene.permission())
    token = scene.mint()
    assert refusal(scene.registry.address, calldata, 1) == ("AlreadyMinted", (token,))
    assert scene.registry.owner_of(token) == scene.creator


@pytest.mark.parametrize(
    "change",
    [
        {"creator": "0x" + "11" * 20},
        {"to": "0x" + "22" * 20},
        {"digest": OTHER},
        {"royalty": 251},
        {"deadline": NEVER - 1},
        {"creator": ZERO},
    ],
)
def test_a_permission_says_exactly_what_was_signed(
    scene: Scene, refusal: Refusal, change: dict[str, object]
) -> None:
    signature = sign(1, scene.permission().signed_hash(scene.domain))
    other = scene.permission(**change)
    calldata = scene.registry.mint_with_permission(other, signature)
    refused = "InvalidPermission", (other.creator, other.signed_hash(scene.domain))
    assert refusal(scene.registry.address, calldata, 1) == refused


@pytest.mark.parametrize("domain", [("chain_id", 1), ("verifying_contract", "0x" + "33" * 20)])
def test_a_permission_for_another_place_is_refused(
    scene: Scene, refusal: Refusal, domain: tuple[str, object]
) -> None:
    elsewhere = dataclasses.replace(scene.domain, **dict([domain]))
    signature = sign(1, scene.permission().signed_hash(elsewhere))
    calldata = scene.registry.mint_with_permission(scene.permission(), signature)
    assert refusal(scene.registry.address, calldata, 1)[0] == "InvalidPermission"


def malleable(signature: bytes) -> bytes:
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    other = order - int.from_bytes(signature[32:64])
    return signature[:32] + other.to_bytes(32) + bytes([55 - signature[64]])


@pytest.mark.parametrize(
    "spoil",
    [
        malleable,
        lambda signature: b"",
        lambda signature: signature[:64],
        lambda signature: signature + b"\0",
        lambda signature: signature[:64] + bytes([signature[64] - 27]),
        lambda signature: bytes(65),
        lambda signature: b"\xff" * 65,
    ],
    ids=["high s", "empty", "short", "long", "v below 27", "zeros", "ones"],
)
def test_a_spoilt_signature_is_refused(
    scene: Scene, refusal: Refusal, spoil: Callable[[bytes], bytes]
) -> None:
    signature = spoil(sign(1, scene.permission().signed_hash(scene.domain)))
    calldata = scene.registry.mint_with_permission(scene.permission(), signature)
    assert refusal(scene.registry.address, calldata, 1)[0] == "InvalidPermission"


@pytest.mark.parametrize("creator", [ZERO, *(f"0x{number:040x}" for number in (1, 2, 3, 4, 9))])
def test_nobody_signs_for_the_zero_address_or_a_precompile(
    scene: Scene, refusal: Refusal, creator: str
) -> None:
    permission = scene.permission(creator=creator)
    for signature in (bytes(65), b"", sign(1, permission.signed_hash(scene.domain))):
        calldata = scene.registry.mint_with_permission(permission, signature)
        assert refusal(scene.registry.address, calldata, 1)[0] == "InvalidPermission"


def test_a_permission_serves_until_its_last_second(scene: Scene, refusal: Refusal) -> None:
    deadline = scene.now + 1_000
    permission = scene.permission(deadline=deadline)
    with scene.local.undone():
        scene.local.client.request("evm_setNextBlockTimestamp", [deadline])
        scene.send(scene.signed(permission), account=1)
        assert scene.now == deadline
    scene.local.client.request("evm_setNextBlockTimestamp", [deadline + 1])
    scene.local.mine()
    name, arguments = refusal(scene.registry.address, scene.signed(permission), 1)
    assert (name, arguments[0]) == ("PermissionExpired", deadline)


def test_a_contract_wallet_gives_permissions(scene: Scene, refusal: Refusal) -> None:
    wallet = scene.local.deploy("TestWallet", ("address",), scene.creator)
    permission = scene.permission(creator=wallet)
    for mode in range(1, 4):
        scene.local.sender().send(wallet, SET_MODE.encode(mode))
        refused = refusal(scene.registry.address, scene.signed(permission), 1)
        assert refused[0] == "InvalidPermission"
    scene.local.sender().send(wallet, SET_MODE.encode(0))
    assert refusal(scene.registry.address, scene.signed(permission, key=2), 1)[0] == (
        "InvalidPermission"
    )
    scene.send(scene.signed(permission), account=1)
    token = token_id(wallet, DIGEST, 250)
    assert scene.registry.owner_of(token) == scene.collector
    assert scene.registry.royalty_info(token, 100) == (wallet, 2)


@pytest.mark.anvil
def test_an_address_with_code_may_still_sign_itself(anvil: LocalChain, assets: object) -> None:
    # EIP-7702: the creator's account runs a wallet's code, and its key signs as before.
    place = anvil.deploy_contracts().asset_registry
    scene = Scene(anvil, AssetRegistry(anvil.client, place.address))
    anvil.client.request("anvil_setCode", [scene.creator, "0x5f5ffd"])
    scene.send(scene.signed(scene.permission()), account=1)
    assert scene.registry.balance_of(scene.collector) == 1


def test_royalties_round_down_and_do_not_overflow(scene: Scene) -> None:
    token = scene.mint(royalty=9_999)
    assert scene.registry.royalty_info(token, 0) == (scene.creator, 0)
    assert scene.registry.royalty_info(token, 1) == (scene.creator, 0)
    assert scene.registry.royalty_info(token, 10_001) == (scene.creator, 9_999)
    largest = 2**256 - 1
    assert scene.registry.royalty_info(token, largest)[1] == largest * 9_999 // 10_000


def test_an_unknown_token_is_refused_everywhere(scene: Scene) -> None:
    registry, token = scene.registry, token_id(scene.creator, DIGEST, 250)
    for ask in (
        lambda: registry.owner_of(token),
        lambda: registry.token_uri(token),
        lambda: registry.digest_of(token),
        lambda: registry.royalty_info(token, 1),
        lambda: registry.token_uri(0),
        lambda: registry.royalty_info(2**256 - 1, 1),
    ):
        with pytest.raises(ContractReverted) as caught:
            ask()
        assert caught.value.data[:4] == keccak(b"ERC721NonexistentToken(uint256)")[:4]


def test_a_receiver_is_not_called_when_minting(scene: Scene) -> None:
    # The probe has no function for it: a safe mint would revert.
    deaf = scene.local.deploy("GasProbe")
    assert scene.registry.owner_of(scene.mint(to=deaf)) == deaf


def test_a_transfer_keeps_creator_and_royalty(scene: Scene) -> None:
    token = scene.mint()
    scene.send(TRANSFER_FROM.encode(scene.creator, scene.collector, token))
    assert scene.registry.owner_of(token) == scene.collector
    assert scene.registry.balance_of(scene.creator) == 0
    assert scene.registry.royalty_info(token, 10_000) == (scene.creator, 250)
    assert scene.registry.token_uri(token) == token_uri(DIGEST)


@pytest.mark.parametrize(("position", "width"), [(0, 160), (2, 16)])
def test_a_value_wider_than_its_type_is_refused(
    scene: Scene, refusal: Refusal, position: int, width: int
) -> None:
    words = [int(scene.creator, 16), int.from_bytes(DIGEST), 250]
    words[position] += 2**width
    calldata = MINT.selector + encode(["uint256"] * 3, words)
    assert refusal(scene.registry.address, calldata) == (None, ())


def test_a_dirty_permission_is_refused(scene: Scene, refusal: Refusal) -> None:
    clean = scene.signed(scene.permission())
    offset = len(MINT_WITH_PERMISSION.selector)
    for word in (0, 1, 3):  # creator, to and royalty are narrower than a word
        dirty = bytearray(clean)
        dirty[offset + 32 * word] = 1
        assert refusal(scene.registry.address, bytes(dirty), 1) == (None, ())


def test_ether_is_not_accepted(scene: Scene) -> None:
    calldata = scene.registry.mint(scene.creator, DIGEST, 250)
    with pytest.raises(ContractReverted):
        scene.local.sender().send(scene.registry.address, calldata, value=1)


def test_the_domain_is_this_contracts(scene: Scene) -> None:
    answer = scene.local.client.call(scene.registry.address, EIP712_DOMAIN.encode())
    assert EIP712_DOMAIN.decode(answer)[:5] == (
        b"\x0f",
        "Troth",
        "1",
        scene.local.client.chain_id(),
        scene.registry.address,
    )

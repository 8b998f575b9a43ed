"""Every sentence of ERC-721, ERC-165 and ERC-2981 that can be tried, on the deployed contract."""

from collections.abc import Callable

import pytest
from eth_abi.abi import decode, encode
from eth_hash.auto import keccak

from chain.contracts import AssetRegistry, Fragment, decode_transfer
from chain.contracts.asset_registry import (
    APPROVAL,
    APPROVAL_FOR_ALL,
    APPROVE,
    BALANCE_OF,
    GET_APPROVED,
    IS_APPROVED_FOR_ALL,
    NAME,
    OWNER_OF,
    ROYALTY_INFO,
    SAFE_TRANSFER_FROM,
    SAFE_TRANSFER_FROM_WITH,
    SET_APPROVAL_FOR_ALL,
    SUPPORTS_INTERFACE,
    SYMBOL,
    TOKEN_URI,
    TRANSFER_FROM,
)
from chain.local import LocalChain
from chain.tokens import token_id
from chain.wire import Receipt

Refusal = Callable[..., tuple[str | None, tuple[object, ...]]]
ZERO = "0x" + "00" * 20
DIGEST = keccak(b"metadata")
MOVES = (TRANSFER_FROM, SAFE_TRANSFER_FROM, SAFE_TRANSFER_FROM_WITH)
RECEIVED = Fragment("received()", ("address", "address", "uint256", "bytes"))
SET_ANSWER = Fragment("setAnswer(uint8)")


def interface(*functions: Fragment) -> bytes:
    """The exclusive or of the selectors (ERC-165)."""
    whole = 0
    for function in functions:
        whole ^= int.from_bytes(function.selector)
    return whole.to_bytes(4)


ERC165 = interface(SUPPORTS_INTERFACE)
ERC721 = interface(
    BALANCE_OF,
    OWNER_OF,
    *MOVES,
    APPROVE,
    SET_APPROVAL_FOR_ALL,
    GET_APPROVED,
    IS_APPROVED_FOR_ALL,
)
METADATA = interface(NAME, SYMBOL, TOKEN_URI)
ERC2981 = interface(ROYALTY_INFO)


class Scene:
    """A token of account 0; account 1 is an operator, account 2 an approved address, 3 a stranger."""

    def __init__(self, local: LocalChain, assets: AssetRegistry) -> None:
        self.local, self.registry = local, assets
        self.owner, self.operator, self.approved, self.stranger = (
            one.address for one in local.accounts[:4]
        )
        self.token = token_id(self.owner, DIGEST, 0)
        self.send(assets.mint(self.owner, DIGEST, 0))

    def send(self, calldata: bytes, account: int = 0) -> Receipt:
        return self.local.sender(account).send(self.registry.address, calldata)

    def ask(self, function: Fragment, *arguments: object) -> object:
        answer = self.local.client.call(self.registry.address, function.encode(*arguments))
        return function.decode(answer)[0]

    def move(self, how: Fragment, receiver: str, sender: str | None = None) -> bytes:
        rest = (b"data",) if how is SAFE_TRANSFER_FROM_WITH else ()
        return how.encode(sender or self.owner, receiver, self.token, *rest)

    def events(self, receipt: Receipt, topic: bytes) -> list[tuple[bytes, ...]]:
        logs = self.local.client.logs(self.registry.address, [topic], receipt.block_hash)
        return [(*log.topics[1:], log.data) for log in logs]


@pytest.fixture
def scene(local: LocalChain, assets: AssetRegistry) -> Scene:
    return Scene(local, assets)


def word(address: str) -> bytes:
    return bytes(12) + bytes.fromhex(address[2:])


def test_the_interface_ids_are_those_of_the_standards() -> None:
    assert ERC165.hex() == "01ffc9a7"
    assert ERC721.hex() == "80ac58cd"
    assert METADATA.hex() == "5b5e139f"
    assert ERC2981.hex() == "2a55205a"


def test_erc165_names_what_is_there_and_nothing_else(scene: Scene) -> None:
    for known in (ERC165, ERC721, METADATA, ERC2981):
        assert scene.ask(SUPPORTS_INTERFACE, known) is True
    enumerable, receiver, erc1155 = (
        bytes.fromhex(text) for text in ("780e9d63", "150b7a02", "d9b67a26")
    )
    for other in (b"\xff" * 4, bytes(4), enumerable, receiver, erc1155):
        assert scene.ask(SUPPORTS_INTERFACE, other) is False


def test_erc165_takes_less_than_its_gas(scene: Scene) -> None:
    asked = SUPPORTS_INTERFACE.encode(b"\xff" * 4)
    used = scene.local.client.estimate_gas(
        scene.registry.address, asked, sender=scene.owner, value=0
    )
    assert used - 21_000 < 30_000


def test_the_collection_has_a_name_and_a_symbol(scene: Scene) -> None:
    assert (scene.ask(NAME), scene.ask(SYMBOL)) == ("Troth", "TROTH")


def test_the_zero_address_owns_nothing(scene: Scene, refusal: Refusal) -> None:
    asked = BALANCE_OF.encode(ZERO)
    assert refusal(scene.registry.address, asked) == ("ERC721InvalidOwner", (ZERO,))
    unknown = scene.token ^ 1
    for function in (OWNER_OF, GET_APPROVED, TOKEN_URI):
        missing = "ERC721NonexistentToken", (unknown,)
        assert refusal(scene.registry.address, function.encode(unknown)) == missing


@pytest.mark.parametrize("how", MOVES, ids=lambda how: how.signature)
def test_the_owner_the_approved_and_an_operator_move_a_token(scene: Scene, how: Fragment) -> None:
    scene.send(APPROVE.encode(scene.approved, scene.token))
    scene.send(SET_APPROVAL_FOR_ALL.encode(scene.operator, True))
    for account in (0, 1, 2):
        with scene.local.undone():
            receipt = scene.send(scene.move(how, scene.stranger), account)
            assert scene.ask(OWNER_OF, scene.token) == scene.stranger
            assert scene.ask(BALANCE_OF, scene.owner) == 0
            assert scene.ask(BALANCE_OF, scene.stranger) == 1
            # Whoever was approved for this one token is so no more.
            assert scene.ask(GET_APPROVED, scene.token) == ZERO
            (log,) = scene.local.client.logs(scene.registry.address, [], receipt.block_hash)
            moved = decode_transfer(log)
            assert (moved.sender, moved.receiver) == (scene.owner, scene.stranger)
            assert moved.token_id == scene.token


@pytest.mark.parametrize("how", MOVES, ids=lambda how: how.signature)
def test_nobody_else_moves_it(scene: Scene, refusal: Refusal, how: Fragment) -> None:
    lacking = "ERC721InsufficientApproval", (scene.stranger, scene.token)
    assert refusal(scene.registry.address, scene.move(how, scene.stranger), 3) == lacking
    scene.send(SET_APPROVAL_FOR_ALL.encode(scene.operator, True))
    scene.send(SET_APPROVAL_FOR_ALL.encode(scene.operator, False))
    assert refusal(scene.registry.address, scene.move(how, scene.operator), 1)[0] == lacking[0]
    scene.send(APPROVE.encode(scene.approved, scene.token))
    scene.send(APPROVE.encode(ZERO, scene.token))
    assert refusal(scene.registry.address, scene.move(how, scene.approved), 2)[0] == lacking[0]


@pytest.mark.parametrize("how", MOVES, ids=lambda how: how.signature)
def test_a_move_names_the_owner_a_receiver_and_a_token_that_is_there(
    scene: Scene, refusal: Refusal, how: Fragment
) -> None:
    address = scene.registry.address
    assert refusal(address, scene.move(how, scene.approved, sender=scene.stranger)) == (
        "ERC721IncorrectOwner",
        (scene.stranger, scene.token, scene.owner),
    )
    assert refusal(address, scene.move(how, ZERO)) == ("ERC721InvalidReceiver", (ZERO,))
    there, scene.token = scene.token, scene.token ^ 1
    missing = "ERC721NonexistentToken", (scene.token,)
    assert refusal(address, scene.move(how, scene.approved)) == missing
    scene.token = there
    assert scene.ask(OWNER_OF, there) == scene.owner


def test_a_former_owner_and_its_approvals_have_no_say(scene: Scene, refusal: Refusal) -> None:
    scene.send(APPROVE.encode(scene.approved, scene.token))
    scene.send(SET_APPROVAL_FOR_ALL.encode(scene.operator, True))
    scene.send(scene.move(TRANSFER_FROM, scene.stranger))
    back = TRANSFER_FROM.encode(scene.stranger, scene.owner, scene.token)
    for account in (0, 1, 2):
        assert refusal(scene.registry.address, back, account)[0] == "ERC721InsufficientApproval"


def test_a_token_can_be_sent_to_its_owner(scene: Scene) -> None:
    scene.send(APPROVE.encode(scene.approved, scene.token))
    scene.send(scene.move(TRANSFER_FROM, scene.owner))
    assert scene.ask(OWNER_OF, scene.token) == scene.owner
    assert scene.ask(BALANCE_OF, scene.owner) == 1
    assert scene.ask(GET_APPROVED, scene.token) == ZERO


def test_approvals_are_told_and_read(scene: Scene, refusal: Refusal) -> None:
    receipt = scene.send(APPROVE.encode(scene.approved, scene.token))
    token = scene.token.to_bytes(32)
    told = [(word(scene.owner), word(scene.approved), token, b"")]
    assert scene.events(receipt, APPROVAL.topic) == told
    assert scene.ask(GET_APPROVED, scene.token) == scene.approved
    # Neither the approved address nor a stranger may approve another one.
    for account in (2, 3):
        calldata = APPROVE.encode(scene.stranger, scene.token)
        assert refusal(scene.registry.address, calldata, account)[0] == "ERC721InvalidApprover"
    receipt = scene.send(SET_APPROVAL_FOR_ALL.encode(scene.operator, True))
    told = [(word(scene.owner), word(scene.operator), (1).to_bytes(32))]
    assert scene.events(receipt, APPROVAL_FOR_ALL.topic) == told
    assert scene.ask(IS_APPROVED_FOR_ALL, scene.owner, scene.operator) is True
    assert scene.ask(IS_APPROVED_FOR_ALL, scene.operator, scene.owner) is False
    scene.send(APPROVE.encode(scene.stranger, scene.token), account=1)
    assert scene.ask(GET_APPROVED, scene.token) == scene.stranger
    scene.send(SET_APPROVAL_FOR_ALL.encode(scene.approved, True))
    assert scene.ask(IS_APPROVED_FOR_ALL, scene.owner, scene.approved) is True
    assert scene.ask(IS_APPROVED_FOR_ALL, scene.owner, scene.operator) is True


def test_a_contract_is_asked_before_a_safe_transfer_ends(scene: Scene, refusal: Refusal) -> None:
    receiver = scene.local.deploy("TestReceiver")
    with scene.local.undone():
        scene.send(scene.move(SAFE_TRANSFER_FROM, receiver))
        told = RECEIVED.decode(scene.local.client.call(receiver, RECEIVED.encode()))
        assert told == (scene.owner, scene.owner, scene.token, b"")
    with scene.local.undone():
        scene.send(SET_APPROVAL_FOR_ALL.encode(scene.operator, True))
        scene.send(scene.move(SAFE_TRANSFER_FROM_WITH, receiver), account=1)
        told = RECEIVED.decode(scene.local.client.call(receiver, RECEIVED.encode()))
        assert told == (scene.operator, scene.owner, scene.token, b"data")
        assert scene.ask(OWNER_OF, scene.token) == receiver
    for answer in (1, 2):  # another value, a revert
        scene.local.sender().send(receiver, SET_ANSWER.encode(answer))
        for how in (SAFE_TRANSFER_FROM, SAFE_TRANSFER_FROM_WITH):
            name, _ = refusal(scene.registry.address, scene.move(how, receiver))
            assert name in {"ERC721InvalidReceiver", None}
    assert scene.ask(OWNER_OF, scene.token) == scene.owner
    scene.send(scene.move(TRANSFER_FROM, receiver))
    assert scene.ask(OWNER_OF, scene.token) == receiver


def test_a_contract_without_the_answer_gets_nothing_safely(scene: Scene, refusal: Refusal) -> None:
    deaf = scene.local.deploy("GasProbe")
    refused = "ERC721InvalidReceiver", (deaf,)
    for how in (SAFE_TRANSFER_FROM, SAFE_TRANSFER_FROM_WITH):
        name, arguments = refusal(scene.registry.address, scene.move(how, deaf))
        assert (name, tuple(str(one).lower() for one in arguments)) == refused


def test_royalties_are_in_the_unit_of_the_price(scene: Scene) -> None:
    digest = keccak(b"another")
    scene.send(scene.registry.mint(scene.stranger, digest, 1_000))
    token = token_id(scene.owner, digest, 1_000)
    for price in (0, 9, 10, 12_345, 10**30):
        asked = ROYALTY_INFO.encode(token, price)
        answer = scene.local.client.call(scene.registry.address, asked)
        assert decode(["address", "uint256"], answer) == (scene.owner, price // 10)
    assert encode(["address"], [scene.owner]) == word(scene.owner)

import pickle

import pytest

from chain import errors
from chain.errors import (
    AlreadyKnown,
    ChainError,
    ContractReverted,
    FeeTooLow,
    InsufficientFunds,
    MethodUnknown,
    NonceTooHigh,
    NonceTooLow,
    OutOfGas,
    ReplacementUnderpriced,
    RpcRefused,
    SendOutcomeUnknown,
    SendRejected,
    StateUnavailable,
    Unacceptable,
    translate,
)
from chain.local import LocalChain
from chain.signer import LocalSigner

GWEI = 10**9
# As go-ethereum 1.14 writes them, except where another node is named.
GETH = [
    ("already known", AlreadyKnown),
    ("nonce too low: next nonce 5, tx nonce 4", NonceTooLow),
    ("nonce too high: address 0x11, tx: 9 state: 5", NonceTooHigh),
    ("replacement transaction underpriced", ReplacementUnderpriced),
    ("insufficient funds for gas * price + value: balance 0, tx cost 1", InsufficientFunds),
    ("insufficient funds for transfer", InsufficientFunds),
    ("transaction underpriced: gas tip cap 1, minimum needed 2", FeeTooLow),
    ("max fee per gas less than block base fee: address 0x11", FeeTooLow),
    ("intrinsic gas too low: gas 1, minimum needed 21000", Unacceptable),
    ("exceeds block gas limit", Unacceptable),
    ("tx fee (2.00 ether) exceeds the configured cap (1.00 ether)", SendRejected),
    ("only replay-protected (EIP-155) transactions allowed over RPC", SendRejected),
    ("invalid sender", SendRejected),
    ("max priority fee per gas higher than max fee per gas", SendRejected),
    ("transaction type not supported", SendRejected),
    ("typed transaction too short", SendRejected),
    ("rlp: expected input list for types.LegacyTx", SendRejected),
    ("txpool is full", SendRejected),
    ("max initcode size exceeded: code size 50000, limit 49152", Unacceptable),
    ("missing trie node 1234 (path )", StateUnavailable),
    ("header not found", StateUnavailable),
    ("unknown block", StateUnavailable),
    ("historical state 0x12 is not available", StateUnavailable),
    ("required historical state unavailable (reexec=128)", StateUnavailable),
    ("the method eth_nope does not exist/is not available", MethodUnknown),
    ("out of gas", OutOfGas),
    ("gas required exceeds allowance (21000)", OutOfGas),
    ("execution reverted", ContractReverted),
    ("invalid opcode: INVALID", ContractReverted),
    ("invalid jump destination", ContractReverted),
    ("Known transaction", AlreadyKnown),  # besu
    ("Upfront cost exceeds account balance", InsufficientFunds),  # besu
    ("Gas price below configured minimum gas price", FeeTooLow),  # besu
    ("AlreadyKnown", AlreadyKnown),  # nethermind
    ("OldNonce", NonceTooLow),  # nethermind
    ("something nobody has seen", RpcRefused),
]


@pytest.mark.parametrize(("message", "kind"), GETH, ids=[message for message, _ in GETH])
def test_messages_of_nodes_become_types(message: str, kind: type[ChainError]) -> None:
    translated = translate({"code": -32000, "message": message})
    assert type(translated) is kind


def test_the_refusal_keeps_what_the_node_said() -> None:
    translated = translate({"code": -32000, "message": "nonce too low", "data": "0x12"})
    assert isinstance(translated, NonceTooLow)
    assert (translated.code, translated.message, translated.data) == (
        -32000,
        "nonce too low",
        "0x12",
    )
    assert str(translated) == "The node refused the request: nonce too low (code -32000)."


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("0x0102", b"\1\2"),
        ({"data": "0x0102"}, b"\1\2"),
        ({"result": "0x0102"}, b"\1\2"),
        ("Reverted 0x0102", b"\1\2"),
        (None, b""),
        ("0x1", b""),
        (7, b""),
        ({"data": None}, b""),
    ],
)
def test_revert_data_is_found_where_nodes_put_it(data: object, expected: bytes) -> None:
    translated = translate({"code": 3, "message": "execution reverted", "data": data})
    assert isinstance(translated, ContractReverted)
    assert translated.data == expected


@pytest.mark.parametrize("error", [{}, {"code": "x", "message": None}, {"message": ["a"]}])
def test_an_odd_error_object_is_still_a_refusal(error: dict[str, object]) -> None:
    assert type(translate(error)) is RpcRefused


def test_only_proven_answers_count_as_rejected() -> None:
    assert issubclass(NonceTooLow, SendRejected)
    assert not issubclass(AlreadyKnown, SendRejected)
    assert not issubclass(SendOutcomeUnknown, SendRejected)
    assert not issubclass(OutOfGas, SendRejected)


def test_every_error_is_in_the_tree_and_survives_a_process_boundary() -> None:
    unknown = SendOutcomeUnknown(b"\1" * 32, "time-out")
    copy = pickle.loads(pickle.dumps(unknown))  # noqa: S301 - made here
    assert str(copy) == str(unknown)
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    raised = [kind for kind in kinds if issubclass(kind, Exception)]
    assert len(raised) > 20
    assert all(issubclass(kind, ChainError) for kind in raised)


class Sending:
    """Signs transactions with one thing wrong in each."""

    def __init__(self, local: LocalChain) -> None:
        self.local = local
        self.signer = local.accounts[0]

    def send(self, signer: LocalSigner | None = None, **changes: object) -> bytes:
        signer = signer or self.signer
        transaction = {
            "type": 2,
            "chainId": self.local.client.chain_id(),
            "nonce": self.local.client.nonce(signer.address),
            "to": bytes(19) + b"\x77",
            "value": 1,
            "data": b"",
            "gas": 21_000,
            "maxFeePerGas": 10 * GWEI,
            "maxPriorityFeePerGas": GWEI,
        }
        signed = signer.sign_transaction(transaction | changes)
        return self.local.client.send_raw(signed.raw)


@pytest.fixture
def sending(local: LocalChain) -> Sending:
    return Sending(local)


def test_real_nodes_refuse_a_used_nonce(local: LocalChain, sending: Sending) -> None:
    local.sender().send("0x" + "77" * 20, value=1)
    with pytest.raises(NonceTooLow):
        sending.send(nonce=local.client.nonce(sending.signer.address) - 1)


def test_real_nodes_refuse_fees_below_the_base_fee(sending: Sending) -> None:
    with pytest.raises(FeeTooLow):
        sending.send(maxFeePerGas=1, maxPriorityFeePerGas=1)


def test_real_nodes_refuse_a_tip_above_the_fee(sending: Sending) -> None:
    with pytest.raises(SendRejected):
        sending.send(maxPriorityFeePerGas=11 * GWEI)


@pytest.mark.parametrize("gas", [20_999, 10**10])
def test_real_nodes_refuse_an_impossible_gas_limit(sending: Sending, gas: int) -> None:
    with pytest.raises(Unacceptable):
        sending.send(gas=gas, maxFeePerGas=2 * GWEI)


def test_real_nodes_refuse_another_chain(sending: Sending) -> None:
    with pytest.raises(SendRejected):
        sending.send(chainId=5)


def test_real_nodes_refuse_a_sender_without_funds(sending: Sending) -> None:
    with pytest.raises(InsufficientFunds):
        sending.send(LocalSigner(b"\x55" * 32))


def test_real_nodes_refuse_bytes_that_are_no_transaction(local: LocalChain) -> None:
    with pytest.raises(SendRejected):
        local.client.send_raw(b"\x02abc")


def test_real_nodes_do_not_offer_every_method(local: LocalChain) -> None:
    with pytest.raises(MethodUnknown):
        local.client.request("eth_nope", [])


@pytest.mark.anvil
def test_a_pool_knows_what_it_has_and_guards_it(anvil: LocalChain) -> None:
    sending = Sending(anvil)
    anvil.client.request("evm_setAutomine", [False])
    try:
        nonce = anvil.client.nonce(sending.signer.address)
        sent = sending.send(nonce=nonce)
        assert anvil.client.has_transaction(sent)
        assert anvil.client.transaction_block(sent) is None
        assert anvil.client.receipt(sent) is None
        assert anvil.client.nonce(sending.signer.address, "pending") == nonce + 1
        with pytest.raises(AlreadyKnown):
            sending.send(nonce=nonce)
        with pytest.raises(ReplacementUnderpriced):
            sending.send(nonce=nonce, value=2)
    finally:
        anvil.client.request("anvil_dropAllTransactions", [])
        anvil.client.request("evm_setAutomine", [True])


def test_the_embedded_chain_refuses_a_gap(embedded: LocalChain) -> None:
    sending = Sending(embedded)
    with pytest.raises(NonceTooHigh):
        sending.send(nonce=embedded.client.nonce(sending.signer.address) + 1)


def test_the_embedded_chain_knows_what_it_mined(embedded: LocalChain) -> None:
    sending = Sending(embedded)
    nonce = embedded.client.nonce(sending.signer.address)
    sending.send(nonce=nonce)
    with pytest.raises(AlreadyKnown):
        sending.send(nonce=nonce)


def test_a_nodes_words_are_cleaned_of_what_terminals_and_databases_do_not_take() -> None:
    error = translate({"code": 1, "message": "\x1b[2Jall\x00 is\r\nfine\ud800"})
    assert isinstance(error, RpcRefused)
    assert error.message == " [2Jall  is  fine "
    error.message.encode()

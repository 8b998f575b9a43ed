import pytest
from eth_hash.auto import keccak

from chain.errors import NotDelivered, SendOutcomeUnknown
from tests.chain.nodes.conftest import ADDRESS, MakeClient, answered_by
from tests.support.http_node import FAULTS, Fault, HttpNode, answer, hang, status_500

RAW = b"\2any bytes"


def only_when_sent(fault: Fault) -> Fault:
    """Misbehave for transactions alone."""

    def behave(node: HttpNode, handler: object) -> None:
        if node.methods[-1] == "eth_sendRawTransaction":
            fault(node, handler)  # type: ignore[arg-type]
            return
        number = {"eth_chainId": "0x7"}.get(node.methods[-1], node._block(0))
        if node.methods[-1] == "eth_getBalance":
            number = "0x1"
        answer(handler, {"id": 1, "result": number})  # type: ignore[arg-type]

    return behave


@pytest.mark.parametrize("fault", FAULTS)
def test_a_transaction_goes_to_one_node_once_whatever_happens(
    one: HttpNode, two: HttpNode, connect: MakeClient, fault: Fault
) -> None:
    client = connect(one, two)
    one.fault = only_when_sent(fault)
    with pytest.raises(SendOutcomeUnknown):
        client.send_raw(RAW)
    one.await_sent()
    assert (one.sent, two.sent) == (1, 0)


def test_a_transaction_passes_over_a_node_that_is_down(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    client = connect(one, two)
    client.head()
    one.fault = status_500
    with pytest.raises(SendOutcomeUnknown):
        client.send_raw(RAW)
    assert (one.sent, two.sent) == (0, 1)
    one.fault = None
    assert answered_by(client, [one, two]) is two  # where the transaction is


def test_with_every_node_down_it_is_certain_that_nothing_was_sent(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    one.fault = hang
    two.stop()
    with pytest.raises(NotDelivered):
        connect(one, two).send_raw(RAW)
    assert (one.sent, two.sent) == (0, 0)


def test_a_node_that_is_behind_gets_no_transaction(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    client = connect(one, two)
    client.head()
    two.head -= 1
    one.stop()
    with pytest.raises(NotDelivered, match="was seen already"):
        client.send_raw(RAW)
    assert two.sent == 0


def test_a_failed_send_sends_the_next_read_elsewhere(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    client = connect(one, two)
    one.fault = only_when_sent(status_500)
    with pytest.raises(SendOutcomeUnknown):
        client.send_raw(RAW)
    assert client.balance(ADDRESS) > 1
    assert "eth_getBalance" in two.methods


def test_a_node_without_the_contract_gets_no_transaction(
    one: HttpNode, two: HttpNode, connect: MakeClient
) -> None:
    client = connect(one, two)
    client.expect(one.chain_id, client.genesis(), {ADDRESS: keccak(b"code")})
    one.code = b"other code"
    with pytest.raises(SendOutcomeUnknown):  # these nodes name no hash
        client.send_raw(RAW)
    assert (one.sent, two.sent) == (0, 1)
    two.code = b""
    with pytest.raises(NotDelivered, match="its code at"):
        client.send_raw(RAW)
    assert (one.sent, two.sent) == (0, 1)

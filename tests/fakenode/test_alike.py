"""Random stories told to anvil and to the fake node at once: after each step both must say the same."""

import random
from dataclasses import dataclass, field

import pytest

from chain.client import ChainClient
from chain.contracts import AnchorLog
from chain.deploy import anchor_log_address
from chain.errors import ChainError
from chain.signer import LocalSigner, SignedTransaction
from tests.fakenode.drivers import CHAIN_ID, FUNDS, NOBODY, Controls
from tests.support.fakenode import GWEI, decode

pytestmark = pytest.mark.anvil

Side = tuple[ChainClient, Controls]
# A story asks anvil some thousand times; forty seeds of sixty steps were told without a difference.
STEPS, SEEDS = 40, range(4)
CONTRACT = anchor_log_address()


@dataclass
class Story:
    """Random steps, the same on both sides; what each side says is compared after every one."""

    sides: tuple[Side, Side]
    chance: random.Random
    signer: LocalSigner
    sent: list[SignedTransaction] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def me(self) -> str:
        return self.signer.address

    def tell(self) -> None:
        """Do one step on both sides."""
        steps = [
            *(self.send, self.send, self.send, self.send_again, self.drop, self.mine, self.mine),
            *(self.change_base_fee, self.change_balance, self.reorg),
        ]
        step = self.chance.choice(steps)
        self.told.append(step.__name__)
        step()
        first, second = (self.seen(client) for client, _ in self.sides)
        assert first == second, " ".join(self.told)

    def seen(self, client: ChainClient) -> dict[str, object]:
        """Return all that a client can see of the story."""
        head = client.head()
        receipts = {one.hash: client.receipt(one.hash) for one in self.sent}
        return {
            "head": (head.number, head.base_fee, head.transactions),
            "nonces": (client.nonce(self.me), client.nonce(self.me, "pending")),
            "balance": client.balance(self.me),
            "next": AnchorLog(client, CONTRACT).next(self.me),
            "there": [client.has_transaction(one.hash) for one in self.sent],
            "receipts": {
                key: (one.succeeded, one.block_number, one.gas_used, one.effective_gas_price)
                for key, one in receipts.items()
                if one is not None
            },
        }

    def send(self) -> None:
        first = self.sides[0][0]
        nonce = max(0, first.nonce(self.me) + self.chance.choice((-1, 0, 0, 0, 1, 2)))
        if self.crowded(nonce):
            return
        sequence = AnchorLog(first, CONTRACT).next(self.me)[0] + self.chance.choice((0, 0, 0, 1))
        root = bytes([1 + self.chance.randrange(12)]) * 32
        data = AnchorLog.anchor(sequence, root, self.chance.randrange(0, 5))
        to, data = self.chance.choice(((CONTRACT, data), (CONTRACT, data), (NOBODY, b"")))
        max_fee = self.chance.randrange(1, 12) * GWEI
        fields = {"type": 2, "chainId": CHAIN_ID, "nonce": nonce, "value": self.chance.randrange(2)}
        fields |= {"maxFeePerGas": max_fee, "maxPriorityFeePerGas": max_fee // 2}
        fields |= {"gas": self.chance.choice((120_000, 120_000, 45_000))}
        signed = self.signer.sign_transaction(fields | {"to": bytes.fromhex(to[2:]), "data": data})
        self.sent.append(signed)
        self.alike(signed)

    def send_again(self) -> None:
        if self.sent:
            again = self.chance.choice(self.sent)
            if again in self.waiting() or not self.crowded(decode(again.raw).nonce):
                self.alike(again)

    def alike(self, signed: SignedTransaction) -> None:
        """Send to both sides and compare what they say."""
        first, second = (said(client, signed.raw) for client, _ in self.sides)
        known = decode(signed.raw)
        self.told.append(f"{known.nonce}@{known.max_fee // GWEI}={known.cost}:{first}")
        assert first == second, " ".join(self.told)

    def mine(self) -> None:
        blocks = self.chance.randint(1, 2)
        for _, controls in self.sides:
            controls.mine(blocks)

    def drop(self) -> None:
        ready = [one for one in self.waiting() if decode(one.raw).nonce < self.pending()]
        if ready:  # anvil does not drop what waits for a gap
            gone = self.chance.choice(ready).hash
            for _, controls in self.sides:
                controls.drop(gone)

    def change_base_fee(self) -> None:
        fee = self.chance.randint(1, 8) * GWEI
        self.told.append(f"{fee}")
        for _, controls in self.sides:
            controls.set_base_fee(fee)

    def change_balance(self) -> None:
        wei = self.chance.choice((FUNDS, FUNDS, 10**15))
        self.told.append(f"{wei}")
        for _, controls in self.sides:
            controls.set_balance(self.me, wei)

    def reorg(self) -> None:
        if self.waiting():
            return  # anvil's pool takes no notice of a reorg
        depth = self.chance.randint(1, 3)
        placed: dict[SignedTransaction, int] = {}
        for signed in self.mined(depth):
            if self.chance.random() < 0.6:
                placed[signed] = max([self.chance.randrange(depth), *placed.values()])
        fee = self.chance.randint(1, 4) * GWEI
        for _, controls in self.sides:
            controls.set_base_fee(fee)
            controls.reorg(depth, placed)
            controls.set_balance(self.me, FUNDS)

    def crowded(self, nonce: int) -> bool:
        """Whether another one would wait behind a gap, where anvil keeps both."""
        waiting = {decode(one.raw).nonce for one in self.waiting()}
        return nonce > self.pending() and nonce in waiting

    def pending(self) -> int:
        return self.sides[0][0].nonce(self.me, "pending")

    def waiting(self) -> list[SignedTransaction]:
        """Return what is in anvil's pool."""
        client = self.sides[0][0]
        there = [one for one in self.sent if client.has_transaction(one.hash)]
        return [one for one in there if client.transaction_block(one.hash) is None]

    def mined(self, depth: int) -> list[SignedTransaction]:
        """Return what the newest blocks hold, by nonce."""
        client = self.sides[0][0]
        low = client.head().number - depth
        places = {one: client.transaction_block(one.hash) for one in self.sent}
        found = [one for one, place in places.items() if place and place[0] > low]
        return sorted(found, key=lambda one: decode(one.raw).nonce)


def said(client: ChainClient, raw: bytes) -> str:
    try:
        client.send_raw(raw)
    except ChainError as error:
        return type(error).__name__
    return "taken"


@pytest.mark.parametrize("seed", SEEDS)
def test_both_say_the_same_after_every_step(pair: tuple[Side, Side], seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - repeatable on purpose
    story = Story(pair, chance, LocalSigner((0xA11CE + seed).to_bytes(32)))
    for _, controls in pair:
        controls.set_balance(story.me, FUNDS)
        controls.set_base_fee(GWEI)
        controls.mine(4)
    for _ in range(STEPS):
        story.tell()

"""A small truthful world in memory: a chain, a log, and people who sign, for the verifier's tests."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from eth_keys.datatypes import PrivateKey

from chain.proofs.bundle import Anchor, AnchorBlock, Bundle, DelegationProof
from chain.proofs.domain import Domain, digest
from chain.proofs.entries import ZERO_WORD, Entry
from chain.proofs.errors import ChainUnavailableError
from chain.proofs.keccak import keccak256
from chain.proofs.readers import AnchorRecord, Block, ClaimRecord, LogBatch, Pins
from chain.proofs.records import ZERO_HASH, Kind, Message, account_author, content
from chain.proofs.tree import build_tree, split_proof
from chain.proofs.verdicts import Report
from chain.proofs.verify import verify

VECTORS = Path(__file__).parents[2] / "vectors" / "protocol-v1.json"
CONTRACT = "0x" + "c0" * 20
REGISTRY = "0x" + "c1" * 20
ANCHORER = "0x" + "a0" * 20
GENESIS_TIME = 1_700_000_000
BLOCK_SECONDS = 12
DEPTH = 3
ACCOUNT = "add9a274-aa53-7b88-8230-42d9f9bfa34f"


@pytest.fixture(scope="session")
def vectors() -> dict[str, Any]:
    return json.loads(VECTORS.read_bytes())


@dataclass
class MemoryChain:
    """Blocks, the contract's storage and wallets; it tells the truth, or that it is away."""

    chain_number: int = 1
    blocks: list[Block] = field(default_factory=list)
    held: dict[tuple[str, str], dict[bytes, AnchorRecord]] = field(default_factory=dict)
    wallets: dict[str, Callable[[bytes, int], bool | None]] = field(default_factory=dict)
    claims: dict[tuple[str, str, str, bytes, bytes], list[tuple[int, ClaimRecord]]] = field(
        default_factory=dict
    )
    oldest_state: int = 0
    gives_transactions: bool = True
    away: bool = False
    questions: int = 0

    def mine(self, count: int = 1, *transactions: bytes) -> Block:
        for _ in range(count):
            number = len(self.blocks)
            parent = self.blocks[-1].hash if self.blocks else ZERO_WORD
            block_hash = keccak256(parent + number.to_bytes(8, "big") + b"".join(transactions))
            time = GENESIS_TIME + BLOCK_SECONDS * number
            self.blocks.append(Block(number, block_hash, parent, time, transactions))
        return self.blocks[-1]

    def anchor(self, anchorer: str, root: bytes, count: int) -> tuple[AnchorRecord, bytes]:
        held = self.held.setdefault((CONTRACT, anchorer), {})
        transaction = keccak256(b"transaction" + root)
        block = self.mine(1, transaction)
        first = sum(record.count for record in held.values())
        held[root] = AnchorRecord(len(held), first, count, block.time, block.number)
        return held[root], transaction

    def _asked(self) -> None:
        self.questions += 1
        if self.away:
            raise ChainUnavailableError("connection refused")

    def chain_id(self) -> int:
        self._asked()
        return self.chain_number

    def genesis(self) -> bytes:
        self._asked()
        return self.blocks[0].hash

    def head(self) -> Block:
        self._asked()
        return self.blocks[-1]

    def block(self, number: int) -> Block | None:
        self._asked()
        if number >= len(self.blocks):
            return None
        block = self.blocks[number]
        return block if self.gives_transactions else replace(block, transactions=None)

    def anchor_of(self, contract: str, anchorer: str, root: bytes) -> AnchorRecord | None:
        self._asked()
        return self.held.get((contract, anchorer), {}).get(root)

    def claim_of(
        self, registry: str, issuer: str, subject: str, schema: bytes, digest: bytes, block: int
    ) -> ClaimRecord | None:
        self._asked()
        if block < self.oldest_state:
            raise ChainUnavailableError(f"it keeps no state of block {block}")
        if registry != REGISTRY:
            return None
        held = self.claims.get((registry, issuer, subject, schema, digest), [])
        found = [record for number, record in held if number <= block]
        return found[-1] if found else ClaimRecord(0, 0, 0, 0, 0)

    def next_sequence(self, contract: str, anchorer: str) -> int:
        self._asked()
        return len(self.held.get((contract, anchorer), {}))

    def is_valid_signature(
        self, signer: str, digest: bytes, signature: bytes, block_number: int
    ) -> bool | None:
        self._asked()
        assert len(digest) == 32
        wallet = self.wallets.get(signer)
        return False if wallet is None else wallet(signature, block_number)

    def transaction_block(self, tx_hash: bytes) -> tuple[int, bytes] | None:
        self._asked()
        for block in self.blocks:
            if tx_hash in (block.transactions or ()):
                return block.number, block.hash
        return None


@dataclass
class MemoryLog:
    """The public log, batch by batch."""

    given: list[LogBatch] = field(default_factory=list)

    def batches(self) -> Iterable[LogBatch]:
        return iter(self.given)


class Person:
    """Somebody with a key."""

    def __init__(self, name: str) -> None:
        self.key = PrivateKey(keccak256(name.encode()))
        self.address = "0x" + keccak256(self.key.public_key.to_bytes())[12:].hex()

    def sign(self, signed: bytes) -> bytes:
        raw = self.key.sign_msg_hash(signed).to_bytes()
        return raw[:64] + bytes([27 + raw[64]])


@dataclass(frozen=True)
class Draft:
    """A record before it is sealed."""

    kind: Kind
    message: Message
    signature: bytes | None
    account: str | None


class World:
    """People, a log and a chain: `draft` records, `seal` them into bundles, `verify` those."""

    def __init__(self) -> None:
        self.chain = MemoryChain()
        self.chain.mine(10)
        self.log = MemoryLog()
        self.domain = Domain(self.chain.chain_number, CONTRACT)
        self.ada, self.bob = Person("ada"), Person("bob")
        self.device = Person("ada's device")
        self._ids = 0
        self._last: dict[tuple[str, str], tuple[int, bytes]] = {}

    @property
    def pins(self) -> Pins:
        return Pins(self.chain.chain_number, self.chain.blocks[0].hash, CONTRACT, ANCHORER, DEPTH)

    def draft(self, kind: Kind = Kind.POST, signer: Person | None = None, **fields: Any) -> Draft:
        """Write a record by `ada` (or `author=`), signed by her (or `signer`)."""
        self._ids += 1
        block = self.chain.blocks[-4]
        message = {
            "id": "0x" + f"{self._ids:032x}",
            "author": self.ada.address,
            "audience": "public",
            "text": "hello, world",
            "media": [{"digest": "0x" + "d1" * 32, "mime": "image/png", "alt": "a door"}],
            "replyTo": "0x" + "e1" * 32,
            "quotes": ZERO_HASH,
            "replaces": ZERO_HASH,
            "notBefore": {"number": block.number, "hash": "0x" + block.hash.hex()},
            "salt": "0x" + keccak256(b"salt%d" % self._ids).hex(),
            "delegate": self.device.address,
            "scope": "post",
            "expiresAt": self.chain.blocks[-1].time + 1000,
            "about": "a file",
            "digest": "0x" + "d2" * 32,
        } | fields
        keys = {
            Kind.POST: "id author audience text media replyTo quotes replaces notBefore salt",
            Kind.DELETION: "id author replaces notBefore",
            Kind.DELEGATION: "id author delegate scope expiresAt notBefore",
            Kind.REVOCATION: "id author delegate notBefore",
            Kind.STAMP: "id author about digest notBefore salt",
        }[kind]
        message = {key: message[key] for key in keys.split()}
        signed = digest(self.domain, content(kind, message))
        return Draft(kind, message, (signer or self.ada).sign(signed), None)

    def unsigned(self) -> Draft:
        """Write a post for an account without a wallet."""
        return replace(self.draft(author=account_author(ACCOUNT)), signature=None, account=ACCOUNT)

    def seal(self, *drafts: Draft, anchorer: str = ANCHORER, deep: int = DEPTH) -> list[Bundle]:
        """Seal and anchor one batch, mine `deep` blocks on it, and return the bundles."""
        held = self.chain.held.get((CONTRACT, anchorer), {})
        first = sum(record.count for record in held.values())
        entries = [
            self._entry(first + index, draft, anchorer) for index, draft in enumerate(drafts)
        ]
        tree = build_tree([entry.leaf() for entry in entries])
        record, transaction = self.chain.anchor(anchorer, tree.root, len(entries))
        block = self.chain.blocks[record.block_number]
        anchor = Anchor(
            anchorer,
            record.sequence,
            tree.root,
            record.first,
            record.count,
            transaction,
            AnchorBlock(block.number, block.hash, block.time),
        )
        if anchorer == ANCHORER:
            public = {
                entry.content: draft.message
                for entry, draft in zip(entries, drafts, strict=True)
                if draft.kind in {Kind.DELETION, Kind.DELEGATION, Kind.REVOCATION}
            }
            batch = LogBatch(record.sequence, tree.root, first, len(entries), entries, public)
            self.log.given.append(batch)
        self.chain.mine(deep)
        return [
            Bundle(
                domain=self.domain,
                kind=draft.kind,
                message=draft.message,
                signature=draft.signature,
                account=draft.account,
                delegation=None,
                entry=entry,
                proof=tuple(split_proof(proof)),
                anchor=anchor,
            )
            for draft, entry, proof in zip(drafts, entries, tree.proofs, strict=True)
        ]

    def _entry(self, position: int, draft: Draft, anchorer: str) -> Entry:
        author = draft.message["author"]
        sequence, previous = self._last.get((anchorer, author), (0, ZERO_WORD))
        entry = Entry(
            position,
            author,
            sequence,
            previous,
            bytes.fromhex(draft.message["id"][2:]),
            draft.kind,
            content(draft.kind, draft.message),
            ZERO_WORD if draft.signature is None else keccak256(draft.signature),
        )
        self._last[anchorer, author] = (sequence + 1, entry.leaf())
        return entry

    def delegated(self, bundle: Bundle, delegation: Bundle) -> Bundle:
        """Return the bundle with this Delegation as its proof of authority."""
        assert delegation.message is not None
        assert delegation.signature is not None
        proof = DelegationProof(
            delegation.message,
            delegation.signature,
            delegation.entry,
            delegation.proof,
            delegation.anchor,
        )
        return replace(bundle, delegation=proof)

    def by_device(self) -> Bundle:
        """Return a post signed by ada's device, right after her first entry, which allows it."""
        granted, post = self.seal(self.draft(Kind.DELEGATION), self.draft(signer=self.device))
        return self.delegated(post, granted)

    def resign(self, bundle: Bundle, signer: Person) -> Bundle:
        """Return the bundle signed by somebody else, with an entry and a root that agree with it."""
        signature = signer.sign(digest(self.domain, bundle.entry.content))
        return self.reseal(replace(bundle, signature=signature), signature=keccak256(signature))

    def reseal(self, bundle: Bundle, **changes: Any) -> Bundle:
        """Return the bundle with another entry, really anchored alone in a batch of its own."""
        assert bundle.anchor is not None
        held = self.chain.held[CONTRACT, bundle.anchor.anchorer]
        first = sum(record.count for record in held.values())
        entry = replace(bundle.entry, position=first, **changes)
        record, transaction = self.chain.anchor(bundle.anchor.anchorer, entry.leaf(), 1)
        block = self.chain.blocks[record.block_number]
        self.chain.mine(DEPTH)
        anchor = Anchor(
            bundle.anchor.anchorer,
            record.sequence,
            entry.leaf(),
            record.first,
            1,
            transaction,
            AnchorBlock(block.number, block.hash, block.time),
        )
        return replace(bundle, entry=entry, proof=(), anchor=anchor)

    def verify(self, bundle: Bundle, *, log: bool = False, **pins: Any) -> Report:
        """Verify against this chain (and log), with the right pins but for the given ones."""
        return verify(bundle, replace(self.pins, **pins), self.chain, self.log if log else None)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def verdicts_of() -> Callable[[Report], Mapping[str, str]]:
    """Return a report's verdicts by the names of their claims."""
    return lambda report: {str(each.claim): str(each.verdict) for each in report.results}


@pytest.fixture
def offline() -> Callable[[Bundle], Report]:
    return lambda bundle: verify(bundle, None)

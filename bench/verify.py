"""Verifying a bundle's bytes offline, beside the least it takes: read the JSON, recover the signers."""

import json

from bench.bundles import two_bundles
from bench.measure import Figure, compare, compared, say
from chain.proofs.bundle import Bundle, dump_bundle, parse_bundle
from chain.proofs.domain import digest
from chain.proofs.signatures import recover
from chain.proofs.verdicts import Claim, Verdict
from chain.proofs.verify import verify

AIM_MS = 5


def run() -> list[Figure]:
    """Measure in a full batch."""
    return measure(10_000)


def measure(count: int, rounds: int = 21, per_round: int = 20) -> list[Figure]:
    """Compare both kinds of bundle in a batch of `count` entries with their floor."""
    say(f"verify: {rounds} rounds of {per_round} bundles, {count:,} entries per batch")
    pair = two_bundles(count)
    kinds = {"signed by a wallet": pair.by_wallet, "signed by a device": pair.by_device}
    return [
        _compare(f"parse and verify offline, {how}", bundle, rounds, per_round)
        for how, bundle in kinds.items()
    ]


def _compare(what: str, bundle: Bundle, rounds: int, per_round: int) -> Figure:
    data = dump_bundle(bundle)
    _check(data)
    signed = [(digest(bundle.domain, bundle.entry.content), bundle.signature or b"")]
    if bundle.delegation is not None:
        granted = bundle.delegation
        signed.append((digest(bundle.domain, granted.entry.content), granted.signature))

    def floor(_number: int) -> None:
        for _ in range(per_round):
            json.loads(data)
            for hashed, signature in signed:
                recover(hashed, signature)

    def ours(_number: int) -> None:
        for _ in range(per_round):
            verify(parse_bundle(data), None)

    taken = compare(rounds, floor, ours)
    return compared("verify", what, taken, per_round=per_round, aim=AIM_MS, aim_of="measured")


def _check(data: bytes) -> None:
    """Raise ValueError unless the bundle is good: a refusal would be fast, and no measurement."""
    results = {each.claim: each for each in verify(parse_bundle(data), None).results}
    for claim in (Claim.INTEGRITY, Claim.AUTHOR):
        if results[claim].verdict is not Verdict.PASS:
            raise ValueError(f"{claim}: {results[claim].reason}")

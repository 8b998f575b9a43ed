"""How large a proof is, without the message that it proves."""

import gzip
import secrets
from dataclasses import replace

from bench.bundles import two_bundles
from bench.measure import Figure, say
from chain.proofs.bundle import Bundle, dump_bundle, parse_bundle

AIM_BYTES = 2_048
SIBLING_BYTES = 32


def run() -> list[Figure]:
    """Measure in a full batch, and in one of a million entries."""
    return [*measure(10_000, aim=None), *measure(1_000_000)]


def measure(count: int, aim: float | None = AIM_BYTES) -> list[Figure]:
    """Return the sizes of both kinds of bundle; the aim is that of a wallet's."""
    say(f"size: bundles, {count:,} entries per batch")
    pair = two_bundles(3)
    by_wallet, by_device = _size(pair.by_wallet, count), _size(pair.by_device, count)
    packed = len(gzip.compress(_without_message(pair.by_wallet, count)))
    rows = [
        ("signed by a wallet", by_wallet, aim),
        ("signed by a wallet, gzip", packed, None),
        ("signed by a device", by_device, None),
    ]
    return [
        Figure("size", f"bundle at {count:,}, {how}", size, "bytes", aim=limit)
        for how, size, limit in rows
    ]


def _size(bundle: Bundle, count: int) -> int:
    data = _without_message(bundle, count)
    parse_bundle(data)
    return len(data)


def _without_message(bundle: Bundle, count: int) -> bytes:
    """Give the bundle the longest proof that a batch of `count` entries has, and the numbers of one."""
    proof = _siblings(count)
    anchor = bundle.anchor and replace(bundle.anchor, count=count)
    delegation = bundle.delegation and replace(bundle.delegation, proof=proof, anchor=anchor)
    stripped = replace(bundle, message=None, proof=proof, anchor=anchor, delegation=delegation)
    return dump_bundle(stripped)


def _siblings(count: int) -> tuple[bytes, ...]:
    length = (count - 1).bit_length()
    return tuple(secrets.token_bytes(SIBLING_BYTES) for _ in range(length))

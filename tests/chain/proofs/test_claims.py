"""Claim files, alone and in bundles: what is issued, by whom, and how it stands now or stood at the anchor."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chain.proofs.bundle import Bundle, dump_bundle, parse_bundle
from chain.proofs.claim_file import ClaimFile, ClaimMessage, dump_claim_file, parse_claim_file
from chain.proofs.claims import DECLINED, EXPIRED, REVOKED, VALID, claim_exit_code, judge_claim
from chain.proofs.domain import Domain
from chain.proofs.errors import MalformedError
from chain.proofs.keccak import keccak256
from chain.proofs.readers import ClaimRecord, Pins
from chain.proofs.verdicts import ClaimReport, Report, exit_code
from chain.proofs.verify import verify

from .conftest import CONTRACT, DEPTH, REGISTRY, World

ISSUER = "0x" + "b0" * 20
OTHER = "0x" + "ab" * 20
DOMAIN = keccak256(b"troth:domain")
HOLDS = {"integrity": "pass", "issuer": "pass", "status": "pass"}


def about(world: World, subject: str | None = None, **changes: Any) -> ClaimFile:
    """Write a claim about ada (or `subject`) that the registry does not hold yet."""
    fields: dict[str, Any] = {
        "subject": subject or world.ada.address,
        "schema": DOMAIN,
        "value": "ada.example",
        "salt": keccak256(b"salt of a claim"),
    } | changes
    message = ClaimMessage(**fields)
    return ClaimFile(Domain(world.chain.chain_number, REGISTRY), ISSUER, message, message.digest())


def hold(world: World, claim: ClaimFile, status: int = VALID, **changes: Any) -> None:
    """Let the registry hold a claim from the next block on."""
    block = world.chain.mine()
    key = REGISTRY, claim.issuer, claim.message.subject, claim.message.schema, claim.digest
    held = world.chain.claims.setdefault(key, [])
    before = held[-1][1] if held else ClaimRecord(VALID, block.time, 0, 0, 0)
    ended = block.time if status in (REVOKED, DECLINED) else 0
    held.append((block.number, replace(before, status=status, ended_at=ended, **changes)))


def issued(world: World, **changes: Any) -> ClaimFile:
    claim = about(world, **changes)
    hold(world, claim)
    world.chain.mine(DEPTH)
    return claim


def pins(world: World, **changes: Any) -> Pins:
    believed: dict[str, Any] = {"registry": REGISTRY, "issuers": frozenset({ISSUER})}
    return replace(world.pins, **believed | changes)


def parts(report: ClaimReport) -> dict[str, str]:
    return {str(part): str(one.verdict) for part, one in report.results}


def reason(report: ClaimReport, part: str) -> str:
    return next(one.reason for name, one in report.results if name == part)


def judged(world: World, claim: ClaimFile, **changes: Any) -> ClaimReport:
    return judge_claim(claim, pins(world, **changes), world.chain)


def test_an_issued_claim_holds(world: World) -> None:
    report = judged(world, issued(world))
    assert parts(report) == HOLDS
    assert (report.kind, report.value, report.issuer) == ("domain", "ada.example", ISSUER)
    assert claim_exit_code(report, offline=False) == 0


def test_its_end_is_told(world: World) -> None:
    claim = about(world)
    hold(world, claim, expires_at=1_800_000_000)
    world.chain.mine(DEPTH)
    assert "good until 2027-01-15 08:00:00 UTC" in reason(judged(world, claim), "status")


@pytest.mark.parametrize(
    ("status", "changes", "said"),
    [
        (EXPIRED, {"expires_at": 1_700_000_100}, "expired on"),
        (DECLINED, {}, "declined by its subject"),
        *[
            (REVOKED, {"reason": number}, said)
            for number, said in enumerate(
                (
                    "no stated reason",
                    "by mistake",
                    "no longer true",
                    "replaced",
                    "asked",
                    "not safe",
                )
            )
        ],
        (REVOKED, {"reason": 200}, "reason 200 of the issuer's own"),
    ],
)
def test_what_ended_does_not_hold(
    world: World, status: int, changes: dict[str, int], said: str
) -> None:
    claim = issued(world)
    hold(world, claim, status, **changes)
    report = judged(world, claim)
    assert parts(report) == HOLDS | {"status": "fail"}
    assert said in reason(report, "status")
    assert claim_exit_code(report, offline=False) == claim_exit_code(report, offline=True) == 1


def test_what_nobody_issued_does_not_hold(world: World) -> None:
    assert parts(judged(world, about(world))) == HOLDS | {"status": "fail"}


def test_depth_counts_for_issuing_and_not_for_an_end(world: World) -> None:
    claim = about(world)
    hold(world, claim)
    report = judged(world, claim)
    assert parts(report) == HOLDS | {"status": "unknown"}
    assert claim_exit_code(report, offline=False) == 3
    assert claim_exit_code(report, offline=True) == 0
    assert parts(judged(world, claim, depth=0)) == HOLDS
    assert parts(judged(world, claim, depth=10_000)) == HOLDS | {"status": "unknown"}


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (
            lambda claim: replace(claim, message=replace(claim.message, value="bob.example")),
            "integrity",
        ),
        (lambda claim: replace(claim, message=replace(claim.message, salt=bytes(32))), "integrity"),
        (lambda claim: replace(claim, digest=bytes(32)), "integrity"),
        (lambda claim: replace(claim, digest=bytes(32)), "status"),
        (lambda claim: replace(claim, issuer=OTHER), "issuer"),
        (lambda claim: replace(claim, issuer=OTHER), "status"),
        (lambda claim: replace(claim, domain=Domain(7, REGISTRY)), "status"),
        (lambda claim: replace(claim, domain=Domain(1, CONTRACT)), "status"),
    ],
)
def test_a_forged_claim_fails_where_it_was_forged(
    world: World, change: Callable[[ClaimFile], ClaimFile], part: str
) -> None:
    forged = change(issued(world))
    assert parts(judged(world, forged))[part] == "fail"
    post = replace(world.seal(world.draft())[0], claims=(forged,))
    report = verify(post, pins(world), world.chain)
    assert parts(report.claims[0])[part] == "fail"
    assert (exit_code(report, offline=False), exit_code(report, offline=True)) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "undecided"),
    [
        ({"issuers": frozenset()}, {"issuer"}),
        ({"registry": None}, {"status"}),
        ({"genesis": bytes(32)}, {"status"}),
    ],
)
def test_what_is_not_pinned_stays_open(
    world: World, changes: dict[str, Any], undecided: set[str]
) -> None:
    claim = issued(world)
    report = judged(world, claim, **changes)
    assert {part for part, verdict in parts(report).items() if verdict == "unknown"} == undecided
    assert claim_exit_code(report, offline=False) == 3


def test_without_a_chain_and_without_pins_nobody_vouches(world: World) -> None:
    claim = issued(world)
    assert parts(judge_claim(claim, None, None)) == HOLDS | {
        "issuer": "unknown",
        "status": "unknown",
    }
    offline = judge_claim(claim, pins(world), None)
    assert parts(offline) == HOLDS | {"status": "unknown"}
    assert claim_exit_code(offline, offline=True) == 0
    world.chain.away = True
    assert parts(judged(world, claim)) == HOLDS | {"status": "unknown"}


def test_an_issuer_is_believed_in_whatever_case_it_is_pinned(world: World) -> None:
    claim = issued(world)
    loud = pins(world, issuers=frozenset({ISSUER.upper().replace("X", "x"), OTHER}))
    assert parts(judge_claim(claim, loud, world.chain)) == HOLDS


def test_a_registry_without_code_holds_nothing(world: World) -> None:
    claim = replace(issued(world), domain=Domain(world.chain.chain_number, OTHER))
    assert "holds no such claim" in reason(judged(world, claim, registry=OTHER), "status")


def carrying(world: World, *claims: ClaimFile) -> Bundle:
    return replace(world.seal(world.draft())[0], claims=claims)


def in_bundle(world: World, bundle: Bundle, **changes: Any) -> Report:
    return verify(bundle, pins(world, **changes), world.chain)


def test_a_bundle_judges_each_of_its_claims_at_its_anchor(world: World) -> None:
    good, late = issued(world), about(world, value="late.example")
    ended = issued(world, value="ended.example")
    hold(world, ended, REVOKED)
    bundle = carrying(world, good, late, ended)
    hold(world, late)
    hold(world, good, REVOKED, reason=2)
    world.chain.mine(DEPTH)
    report = in_bundle(world, bundle)
    assert [parts(each)["status"] for each in report.claims] == ["pass", "fail", "fail"]
    assert "valid after block" in reason(report.claims[0], "status")
    assert exit_code(report, offline=False) == 1
    assert exit_code(in_bundle(world, replace(bundle, claims=(good,))), offline=False) == 0


def test_a_claim_about_somebody_else_fails_in_a_bundle(world: World) -> None:
    claim = issued(world, subject=world.bob.address)
    report = in_bundle(world, carrying(world, claim))
    assert parts(report.claims[0]) == HOLDS | {"integrity": "fail"}
    assert "and the record is of" in reason(report.claims[0], "integrity")
    assert parts(judged(world, claim)) == HOLDS


def test_a_claim_in_an_unanchored_bundle_stays_open(world: World) -> None:
    bundle = replace(carrying(world, issued(world)), anchor=None)
    report = in_bundle(world, bundle)
    assert parts(report.claims[0]) == HOLDS | {"status": "unknown"}
    assert exit_code(verify(bundle, None), offline=True) == 3


def test_an_open_claim_is_no_part_of_what_is_asked_for(world: World) -> None:
    bundle = carrying(world, issued(world))
    assert exit_code(in_bundle(world, bundle, issuers=frozenset()), offline=False) == 0
    assert exit_code(in_bundle(world, bundle, registry=None), offline=False) == 0
    alone = verify(bundle, None)
    assert exit_code(alone, offline=True) == 0
    assert parts(alone.claims[0]) == HOLDS | {"issuer": "unknown", "status": "unknown"}


def test_where_old_states_are_gone_the_newest_still_rules_out(world: World) -> None:
    good, late, ended = issued(world), about(world, value="late"), issued(world, value="ended")
    never = about(world, value="never")
    hold(world, ended, REVOKED)
    bundle = carrying(world, good, late, ended, never)
    world.chain.mine(5)
    hold(world, late)
    world.chain.oldest_state = len(world.chain.blocks) - 1
    report = in_bundle(world, bundle)
    assert [parts(each)["status"] for each in report.claims] == [
        "unknown",
        "fail",
        "fail",
        "unknown",
    ]
    assert [reason(each, "status").partition(" ")[0] for each in report.claims] == [
        "the",
        "issued",
        "ended",
        "the",
    ]
    world.chain.oldest_state = 10_000
    assert {parts(each)["status"] for each in in_bundle(world, bundle).claims} == {"unknown"}


def test_a_claim_file_reads_as_it_was_written(world: World) -> None:
    claim = about(world, value="Grüße 👩\u200d🚀", schema=keccak256(b"another issuer's own"))
    assert parse_claim_file(dump_claim_file(claim)) == claim
    assert judged(world, claim).kind == "0x" + claim.message.schema.hex()
    bundle = carrying(world, *[claim] * 16)
    assert parse_bundle(dump_bundle(bundle)) == bundle


def without(fields: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


MALFORMED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a list": lambda claim: [],
    "another version": lambda claim: claim | {"troth": 2},
    "true for a version": lambda claim: claim | {"troth": True},
    "another type": lambda claim: claim | {"type": "Post"},
    "no type": lambda claim: claim | {"type": None},
    "one key more": lambda claim: claim | {"expiry": 1},
    "no issuer": lambda claim: without(claim, "issuer"),
    "an issuer in capitals": lambda claim: claim | {"issuer": "0x" + "AB" * 20},
    "a short digest": lambda claim: claim | {"digest": "0x12"},
    "no message": lambda claim: claim | {"message": None},
    "one key more in the message": lambda claim: claim | {"message": claim["message"] | {"x": 1}},
    "a number for a value": lambda claim: claim | {"message": claim["message"] | {"value": 7}},
    "a long value": lambda claim: claim | {"message": claim["message"] | {"value": "é" * 1_001}},
    "a value with a lone surrogate": lambda claim: (
        claim | {"message": claim["message"] | {"value": "\ud800"}}
    ),
    "no salt": lambda claim: claim | {"message": without(claim["message"], "salt")},
    "a short schema": lambda claim: claim | {"message": claim["message"] | {"schema": "0x00"}},
    "no chain": lambda claim: claim | {"domain": without(claim["domain"], "chainId")},
    "a chain below zero": lambda claim: claim | {"domain": claim["domain"] | {"chainId": -1}},
}


# What the reader of JSON refuses before anybody looks at the shape.
NO_JSON = {"a value with a lone surrogate", "a chain below zero"}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_claim_file_is_refused_alone_and_with_its_bundle(
    world: World, name: str
) -> None:
    claim = about(world)
    value = MALFORMED[name](claim.to_json())
    with pytest.raises(MalformedError):
        parse_claim_file(json.dumps(value).encode())
    bundle = world.seal(world.draft())[0].to_json()
    with pytest.raises(MalformedError) as refused:
        parse_bundle(json.dumps(bundle | {"claims": [claim.to_json(), value]}).encode())
    assert refused.value.path.startswith("$" if name in NO_JSON else "$.claims[1]")


def test_the_bounds_of_claim_files(world: World) -> None:
    claim = about(world, value="🚀" * 1_000)
    assert parse_claim_file(dump_claim_file(claim)).message.value == "🚀" * 1_000
    small = about(world)
    assert parse_claim_file(dump_claim_file(small).ljust(1 << 16)) == small
    with pytest.raises(MalformedError):
        parse_claim_file(dump_claim_file(small).ljust((1 << 16) + 1))
    bundle = world.seal(world.draft())[0]
    with pytest.raises(MalformedError):
        parse_bundle(dump_bundle(replace(bundle, claims=(small,) * 17)))

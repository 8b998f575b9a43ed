"""What the verifier's tests try, from the file by which other implementations are held to the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from chain.proofs.bundle import parse_bundle
from chain.proofs.claim_file import parse_claim_file
from chain.proofs.claims import claim_exit_code, judge_claim
from chain.proofs.errors import MalformedError
from chain.proofs.signatures import recover
from chain.proofs.strict_json import load_strict_json
from chain.proofs.verdicts import exit_code
from chain.proofs.verify import verify
from tools.attacks.packing import Texts, unpack
from tools.attacks.wire import TapedChain, TapedLog, pins_of, raw, results_json

CORPUS: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "attacks-v1.json").read_bytes()
)
BASES = CORPUS["bases"]


def taped(tape: list[int] | None) -> TapedChain | None:
    return None if tape is None else TapedChain(CORPUS["answers"][place] for place in tape)


def judged(recorded: dict[str, Any]) -> dict[str, Any]:
    bundle = parse_bundle(unpack(recorded["bundle"], BASES))
    chain, read = taped(recorded["chain"]), recorded["log"]
    log = None
    if read is not None:
        log = TapedLog([CORPUS["batches"][place] for place in read["batches"]], read["error"])
    report = verify(bundle, pins_of(recorded["pins"]), chain, log)
    return {
        "results": results_json(report),
        "signer": report.signer,
        "unsigned": report.unsigned,
        "erased": report.erased,
        "self_anchored": report.self_anchored,
        "claims": [each.to_json() for each in report.claims],
        "exit": exit_code(report, offline=False),
        "exit_offline": exit_code(report, offline=True),
    }


def test_every_report_comes_out_the_same() -> None:
    assert len(CORPUS["reports"]) > 300
    for recorded in CORPUS["reports"]:
        found = judged(recorded)
        expected = {name: recorded[name] for name in found}
        expected["results"] = [CORPUS["results"][place] for place in recorded["results"]]
        assert found == expected, recorded["name"]


def test_every_claim_file_is_judged_the_same() -> None:
    assert len(CORPUS["claims"]) > 20
    for recorded in CORPUS["claims"]:
        claim = parse_claim_file(unpack(recorded["file"], BASES))
        report = judge_claim(claim, pins_of(recorded["pins"]), taped(recorded["chain"]))
        assert report.to_json() == recorded["report"], recorded["name"]
        assert claim_exit_code(report, offline=False) == recorded["exit"], recorded["name"]
        assert claim_exit_code(report, offline=True) == recorded["exit_offline"], recorded["name"]


def test_the_corpus_holds_bundles_with_claims_that_hold_and_that_do_not() -> None:
    held = [each for each in CORPUS["reports"] if each["claims"]]
    assert {each["exit"] for each in held} == {0, 1, 3}
    found = {
        (one["claim"], one["verdict"])
        for each in held
        for claim in each["claims"]
        for one in claim["results"]
    }
    assert found >= {
        (part, verdict) for part in ("issuer", "status") for verdict in ("pass", "fail", "unknown")
    }
    assert {("integrity", "pass"), ("integrity", "fail")} <= found


def refuses(read: Any) -> bool:
    try:
        read()
    except MalformedError:
        return True
    return False


def test_every_file_is_refused_or_not_as_before() -> None:
    for each in CORPUS["bundles"]:
        data = unpack(each["text"], BASES)
        assert refuses(lambda data=data: parse_bundle(data)) is each["refused"], each["name"]
    assert {each["refused"] for each in CORPUS["bundles"]} == {True, False}


def test_every_claim_file_is_refused_or_not_as_before() -> None:
    for each in CORPUS["claim_files"]:
        data = unpack(each["text"], BASES)
        assert refuses(lambda data=data: parse_claim_file(data)) is each["refused"], each["name"]
    assert {each["refused"] for each in CORPUS["claim_files"]} == {True, False}


def test_every_json_text_is_refused_or_not_as_before() -> None:
    for each in CORPUS["json"]:
        data = unpack(each["text"], BASES)
        limits = {name: each[name] for name in ("max_bytes", "max_depth")}
        found = refuses(lambda data=data, limits=limits: load_strict_json(data, **limits))
        assert found is each["refused"], each["name"]


def test_every_signer_is_recovered_as_before() -> None:
    for each in CORPUS["signatures"]:
        assert recover(raw(each["digest"]), raw(each["signature"])) == each["signer"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"short",
        b"\xff\x00" * 3,
        b"x" * 100_000,
        b"ab" * 500 + b"tail",
        bytes(range(256)) * 4,
        b"head" + bytes(range(256)) * 4,
        bytes(range(128)) * 2 + b"-" * 60 + bytes(range(256)) * 3,
    ],
    ids=len,
)
def test_packed_texts_come_back(data: bytes) -> None:
    texts = Texts()
    first = texts.pack(data)
    second = texts.pack(b"before " + data[: len(data) // 2] + b" between " + data)
    assert unpack(first, texts.bases) == data
    assert unpack(second, texts.bases) == b"before " + data[: len(data) // 2] + b" between " + data

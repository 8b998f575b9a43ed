import pytest

from chain.proofs.verdicts import Claim, ClaimResult, Report, Verdict, exit_code, spell_time, worst
from chain.proofs.verdicts import failed as fail
from chain.proofs.verdicts import passed as ok
from chain.proofs.verdicts import unknown as open_


def report(**verdicts: str) -> Report:
    """Return a report where all passes but these."""
    return Report(
        tuple(ClaimResult(claim, Verdict(verdicts.get(claim, "pass")), "reason") for claim in Claim)
    )


@pytest.mark.parametrize(
    ("verdicts", "online", "offline"),
    [
        ({}, 0, 0),
        ({"latest": "unknown", "authority": "unknown"}, 0, 0),
        ({"latest": "fail"}, 1, 1),
        ({"authority": "fail", "anchored": "unknown"}, 1, 1),
        ({"anchored": "unknown"}, 3, 0),
        ({"not_after": "unknown"}, 3, 0),
        ({"not_before": "unknown"}, 3, 0),
        ({"integrity": "unknown"}, 3, 3),
        ({"author": "unknown"}, 3, 3),
        ({"author": "fail", "integrity": "unknown"}, 1, 1),
    ],
)
def test_exit_codes(verdicts, online, offline) -> None:
    assert exit_code(report(**verdicts), offline=False) == online
    assert exit_code(report(**verdicts), offline=True) == offline


def test_excused_unknowns_do_not_count() -> None:
    results = tuple(ClaimResult(c, Verdict.UNKNOWN, "reason", excused=True) for c in Claim)
    assert exit_code(Report(results), offline=False) == 0


def test_json_names_every_claim_in_order() -> None:
    value = report(latest="unknown").to_json()
    assert [each["claim"] for each in value["results"]] == [str(claim) for claim in Claim]
    assert value["results"][-1] == {"claim": "latest", "verdict": "unknown", "reason": "reason"}


def test_json_gives_a_time_with_where_it_is_from() -> None:
    result = ClaimResult(Claim.NOT_AFTER, Verdict.PASS, "reason", time=0, stated=True)
    assert result.to_json()["time"] == 0
    assert result.to_json()["stated"] is True


def test_by_claim_knows_only_claims() -> None:
    assert report().by_claim("author").claim is Claim.AUTHOR
    with pytest.raises(ValueError, match="'owner' is not a valid Claim"):
        report().by_claim("owner")


def test_worst_is_fail_then_unknown() -> None:
    assert worst([ok("a"), open_("b"), fail("c"), fail("d")]).reason == "c"
    assert worst([ok("a"), open_("b"), open_("c")]).reason == "b"
    assert worst([ok("a"), ok("b")]).reason == "b"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1970-01-01 00:00:00 UTC"),
        (253402300799, "9999-12-31 23:59:59 UTC"),
        (253402300800, "253402300800 seconds after 1970"),
        (2**53 - 1, "9007199254740991 seconds after 1970"),
    ],
)
def test_times_are_spelled(seconds, text) -> None:
    assert spell_time(seconds) == text

"""Domains: a file or a record, looked at for real, and never by a way into our own network."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from tests.support.domains import Domains
from tests.support.wallet import Person
from tests.webapp.identities.conftest import ask, due, one
from webapp.columns import utc_now
from webapp.identities.domains import look_at
from webapp.identities.errors import ClaimRefusedError
from webapp.identities.values import normal_domain, normal_email, normal_name

NAME = "ada.example.org"


def test_a_domain_is_verified_by_its_file_and_ends_up_on_chain_profile_and_post(
    app: Flask, alice: Person, domains: Domains, tend: Callable[[], None]
) -> None:
    claim = ask(alice, "domain", "Ada.Example.org.")
    assert (claim["state"], claim["value"], claim["subject"]) == ("requested", NAME, alice.address)
    assert claim["publish"]["line"] == f"troth={alice.address}"
    assert claim["publish"]["file"] == f"https://{NAME}/.well-known/troth.txt"
    tend()
    waiting = one(alice, claim)
    assert (waiting["state"], waiting["checked_at"]) == ("requested", None)
    assert "answered 404" in waiting["reason"]
    assert "TXT record: It is not there" in waiting["reason"]
    assert NAME not in waiting["reason"]
    domains.publish(NAME, f"# us\nTROTH={alice.address.upper().replace('0X', '0x')}\n")
    due(app, claim, tried_at=None)
    assert alice.call("POST", f"/claims/{claim['id']}/retry").status_code == 200
    tend()
    final = one(alice, claim)
    assert (final["state"], final["basis"], final["reason"]) == ("final", "file", None)
    times = ["requested_at", "checked_at", "owed_at", "sent_at", "mined_at", "final_at"]
    assert [final[name] for name in times] == sorted(final[name] for name in times)
    badge = alice.call("GET", f"/users/{alice.account}").json["badges"]
    assert [(one["kind"], one["value"], one["state"]) for one in badge] == [
        ("domain", NAME, "valid")
    ]
    assert badge[0]["issuer"]["name"] == "Troth"
    assert badge[0]["basis"] == "file"
    assert badge[0]["expires_at"] is not None
    post = alice.publish().json
    assert post["badges"] == badge
    assert alice.call("GET", f"/posts/{post['id']}").json["badges"] == badge
    feed = alice.call("GET", f"/feed/{alice.account}").json["items"]
    assert feed[0]["badges"] == badge


def test_a_txt_record_suffices_and_its_loss_takes_the_claim_back_after_a_week(
    app: Flask, alice: Person, domains: Domains, tend: Callable[[], None]
) -> None:
    domains.records[f"_troth.{NAME}"] = ["v=spf1 -all", f"troth={alice.address}"]
    claim = ask(alice, "domain", NAME)
    tend()
    seen = one(alice, claim)
    assert seen["basis"] == "dns"
    daily = datetime.fromisoformat(seen["next_check_at"]) - utc_now()
    assert timedelta(hours=23) < daily <= timedelta(days=1)
    domains.records.clear()
    due(app, claim, next_check_at=utc_now())
    tend()
    failing = one(alice, claim)
    assert (failing["state"], "is not there" in failing["reason"]) == ("final", True)
    domains.publish(NAME, f"troth={alice.address}")
    due(app, claim, next_check_at=utc_now())
    tend()
    mended = one(alice, claim)
    assert (mended["basis"], mended["reason"]) == ("file", None)
    domains.clear()
    week = utc_now() - timedelta(days=7, minutes=1)
    due(app, claim, next_check_at=utc_now(), failing_since=week)
    tend()
    tend()
    ended = one(alice, claim)
    assert ended["state"] == "revoked"
    assert "names the address no more" in ended["reason"]
    badge = alice.call("GET", f"/users/{alice.account}").json["badges"][0]
    assert (badge["state"], badge["reason"]) == ("revoked", "It is no longer true")
    assert badge["ended_at"] is not None
    post = alice.publish().json
    assert post["badges"][0]["state"] == "revoked"


def test_a_domain_that_names_somebody_else_is_given_no_week(
    app: Flask, alice: Person, bob: Person, domains: Domains, tend: Callable[[], None]
) -> None:
    domains.publish(NAME, f"troth={alice.address}")
    claim = ask(alice, "domain", NAME)
    tend()
    domains.publish(NAME, f"troth={bob.address}")
    due(app, claim, next_check_at=utc_now())
    tend()
    assert one(alice, claim)["state"] == "revoked"


def test_a_name_server_that_is_down_takes_nothing_from_whoever_the_record_names(
    app: Flask, alice: Person, bob: Person, domains: Domains, tend: Callable[[], None]
) -> None:
    domains.publish(NAME, f"troth={alice.address}")
    domains.records[f"_troth.{NAME}"] = [f"troth={bob.address}"]
    claim = ask(bob, "domain", NAME)
    tend()
    assert one(bob, claim)["basis"] == "dns"
    domains.names_fail = True
    due(app, claim, next_check_at=utc_now())
    tend()
    waiting = one(bob, claim)
    assert (waiting["state"], "could not be asked" in waiting["reason"]) == ("final", True)
    domains.names_fail = False
    domains.records[f"_troth.{NAME}"] = [f"troth={alice.address}"]
    due(app, claim, next_check_at=utc_now())
    tend()
    assert one(bob, claim)["state"] == "revoked"


def test_nobody_is_verified_by_somebody_elses_line(
    alice: Person, bob: Person, domains: Domains, tend: Callable[[], None]
) -> None:
    domains.publish(NAME, f"troth={alice.address}0\nxtroth={bob.address}\ntroth={alice.address}")
    hers, his = ask(alice, "domain", NAME), ask(bob, "domain", NAME)
    tend()
    assert one(alice, hers)["state"] == "final"
    assert one(bob, his)["state"] == "requested"
    assert bob.call("GET", f"/claims/{hers['id']}").status_code == 404


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("https://www.ada.example.org/t", ""),
        ("/elsewhere", ""),
        ("https://evil.example.com/t", "led away"),
        ("http://ada.example.org/t", "led away"),
        ("https://127.0.0.1/t", "led away"),
        ("https://[::1/", "no URL"),
    ],
)
def test_redirects_stay_within_what_was_registered(
    app: Flask, alice: Person, domains: Domains, to: str, why: str
) -> None:
    domains.redirect(NAME, to)
    line = f"troth={alice.address}"
    domains.publish("www.ada.example.org", line, "/t")
    domains.publish(NAME, line, "/elsewhere")
    with app.app_context():
        found = look_at(NAME, alice.address)
    assert (found.method == "file") == (not why)
    assert why in found.problem
    assert all(NAME in url for url in domains.asked)


def test_redirects_end_and_answers_are_bounded(app: Flask, alice: Person, domains: Domains) -> None:
    domains.redirect(NAME, f"https://{NAME}/.well-known/troth.txt")
    with app.app_context():
        assert "more than 3 times" in look_at(NAME, alice.address).problem
        assert len(domains.asked) == 4
        domains.publish(NAME, "x" * 20_000 + f"\ntroth={alice.address}")
        assert "larger than" in look_at(NAME, alice.address).problem
        domains.publish(NAME, "\n" * 300 + f"troth={alice.address}")
        assert "no such line" in look_at(NAME, alice.address).problem


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.7"], ["169.254.169.254"], ["93.184.216.34", "192.168.0.1"], ["::1"]],
)
def test_a_name_that_leads_into_our_own_network_is_not_asked(
    app: Flask, alice: Person, domains: Domains, addresses: list[str]
) -> None:
    domains.publish(NAME, f"troth={alice.address}")
    domains.addresses[NAME] = addresses
    with app.app_context():
        assert "not asked" in look_at(NAME, alice.address).problem


def test_a_redirect_to_a_name_that_leads_into_our_own_network_is_not_asked(
    app: Flask, alice: Person, domains: Domains
) -> None:
    domains.redirect(NAME, "https://www.ada.example.org/t")
    domains.publish("www.ada.example.org", f"troth={alice.address}", "/t")
    domains.addresses["www.ada.example.org"] = ["10.1.1.1"]
    with app.app_context():
        assert "not asked" in look_at(NAME, alice.address).problem


def test_a_name_that_changes_its_address_between_question_and_connection_gains_nothing(
    app: Flask, alice: Person, domains: Domains, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def rebinding(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    reached: list[Any] = []
    monkeypatch.setattr(Domains, "resolve", staticmethod(rebinding))
    domains.addresses[NAME] = ["93.184.216.34"]

    def connect(address: Any, *_: Any, **__: Any) -> Any:
        reached.append(address)
        raise OSError("no way out of a test")

    monkeypatch.setattr("webapp.outgoing.socket.create_connection", connect)
    with app.app_context():
        look_at(NAME, alice.address)
    assert asked == [NAME]
    assert reached == [("93.184.216.34", 443)]


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("Example.ORG", "example.org"),
        ("bücher.example.org", "xn--bcher-kva.example.org"),
        ("BÜCHER.example.org.", "xn--bcher-kva.example.org"),
        ("alice.github.io", "alice.github.io"),
        ("a.b.co.uk", "a.b.co.uk"),
    ],
)
def test_domains_have_one_form(given: str, normal: str) -> None:
    assert normal_domain(given) == normal


@pytest.mark.parametrize(
    "given",
    [
        *("", " ", "localhost", "a", "com", "co.uk", "github.io", "127.0.0.1", "0x7f.1", "1.2.3"),
        *("[::1]", "::1", "https://example.org", "example.org/x", "example.org:8443", "a@b.org"),
        *("x.local", "x.internal", "x.onion", "x.test", "x.example", "a..org", "-a.org", "a_b.org"),
        *("x" * 64 + ".org", "x." * 127 + "org", "exa mple.org", "\u202eexample.org", "xn--a.org"),
    ],
)
def test_what_is_no_name_of_somebodys_is_refused(given: str) -> None:
    with pytest.raises(ClaimRefusedError):
        normal_domain(given)


@pytest.mark.parametrize(
    "given",
    [
        *("", "a", "@example.org", "a@", "a@b", "a b@example.org", "a\r\nBcc: b@c.org@example.org"),
        *("=?utf-8?q?me=40evil.com=2C?=ceo@example.org", "a=?b@example.org", '"a"@example.org'),
        *(
            "a,b@example.org",
            "a@[127.0.0.1]",
            "a@localhost",
            ".a@example.org",
            "a..b@example.org",
            "é@example.org",
        ),
    ],
)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(ClaimRefusedError):
        normal_email(given)


def test_names_and_addresses_have_one_form() -> None:
    assert normal_email("Ada.L+x@EXAMPLE.org") == "Ada.L+x@example.org"
    assert normal_name("  Ada   Lovelace ") == "Ada Lovelace"
    for bad in ("", " ", "x" * 101, "a\u202eb", "a\u200bb", "a\x00b"):
        with pytest.raises(ClaimRefusedError):
            normal_name(bad)

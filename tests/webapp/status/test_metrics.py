"""Metrics: what Prometheus reads, by its own parser; and who may read them."""

import re
from collections.abc import Callable

import yaml
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from chain.config import ROOT
from tests.support.answers import closed_port, refused
from tests.support.wallet import Person
from tests.webapp.status.conftest import Change, Look
from webapp.outbox.models import Chain, Node, Transaction
from webapp.posts.recounting import recount_some

MakeApp = Callable[..., Flask]
TOKEN = "only for this test, and long"
Metrics = dict[tuple[str, str], float]
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


def scrape(app: Flask) -> Metrics:
    """Return samples by name and the values of their labels, by commas, in the labels' order."""
    answer = app.test_client().get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    found: Metrics = {}
    for family in text_string_to_metric_families(answer.text):
        assert family.documentation, family.name
        for sample in family.samples:
            labels = [value for _, value in sorted(sample.labels.items())]
            key = (sample.name, ",".join(labels))
            assert key not in found, key
            found[key] = sample.value
    return found


def test_metrics_say_what_waits_and_where_the_chain_is(
    app: Flask,
    look: Look,
    carol: Person,
    seal: Callable[[], None],
    anchor: Callable[[], None],
    all_well: Callable[[], None],
) -> None:
    carol.call("POST", "/posts", {"text": "final"})
    anchor()
    carol.call("POST", "/posts", {"text": "sealed"})
    seal()
    carol.call("POST", "/posts", {"text": "saved"})
    all_well()
    with app.app_context():
        recount_some(1)
    found, state = scrape(app), look()
    for name in ("entries", "batches"):
        numbers = {key[1]: value for key, value in found.items() if key[0] == f"troth_{name}"}
        wanted = {"final": 1, "sealed": 1} | ({"saved": 1} if name == "entries" else {})
        assert {key: value for key, value in numbers.items() if value} == wanted
        assert set(numbers) == {"saved", "sealed", "sent", "mined", "final", "delayed", "halted"}
    assert found["troth_transactions", "queued"] == 1
    assert ("troth_transactions", "final") not in found
    assert found["troth_entries_oldest_age_seconds", "sealed"] > 0
    assert found["troth_entries_oldest_age_seconds", "delayed"] == 0
    assert found["troth_oldest_unanchored_entry_age_seconds", ""] > 0
    assert state.anchored is not None
    assert found["troth_last_anchored_block", ""] == state.anchored.block
    assert found["troth_last_anchored_block_timestamp_seconds", ""] == state.anchored.block_time
    assert state.chain.cursor is not None
    assert found["troth_chain_cursor_block", ""] == state.chain.cursor
    assert found["troth_chain_head_block", ""] == 30
    assert found["troth_chain_lag_blocks", ""] == 30 - state.chain.cursor
    assert found["troth_chain_state", "following"] == 1
    assert found["troth_chain_state", "halted_deep"] == 0
    assert found["troth_chain_base_fee_wei", ""] == 7e9
    assert found["troth_fee_cap_wei", ""] == 500e9
    assert found["troth_attempt_max_fee_wei", ""] > 0
    signer = f"anchorer,{state.log.anchorer}"
    assert found["troth_signer_balance_wei", signer] == 2.5e18
    assert found["troth_signer_balance_ether", signer] == 2.5
    assert found["troth_signer_nonce_gap", signer] == state.signers[0].gap
    assert found["troth_node_state", "a.node,healthy"] == 1
    assert found["troth_node_state", "a.node,down"] == 0
    assert found["troth_node_breaker", "a.node,closed"] == 1
    assert found["troth_node_head_block", "a.node"] == 30
    assert found["troth_node_latency_seconds", "a.node"] == 0.012
    assert found["troth_claim_held", "seal:1"] == 0
    assert found["troth_counts_corrected", "posts"] == 0
    assert found["troth_worker_seen_timestamp_seconds", ""] > 0
    assert found["process_resident_memory_bytes", ""] > 0
    assert (found["troth_database_up", ""], found["troth_ready", ""]) == (1, 1)
    told = set(re.findall(r"\btroth_\w+", (ROOT / "docs" / "operating.md").read_text()))
    assert {name for name, _ in found if name.startswith("troth_")} == told


def test_the_alerts_in_the_documentation_are_rules() -> None:
    page = (ROOT / "docs" / "operating.md").read_text()
    (rules,) = [
        block for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "groups:" in block
    ]
    alerts = [rule for group in yaml.safe_load(rules)["groups"] for rule in group["rules"]]
    assert len({rule["alert"] for rule in alerts}) == len(alerts) > 10
    assert all(rule["expr"] and rule["annotations"]["summary"] for rule in alerts)


def test_what_is_not_known_is_left_out(app: Flask, change: Change) -> None:
    change(Chain, head=None, asked_at=None, base_fee=None)
    names = {name for name, _ in scrape(app)}
    for unknown in ("chain_head_block", "chain_lag_blocks", "chain_base_fee_wei", "node_state"):
        assert f"troth_{unknown}" not in names
    assert "troth_chain_cursor_block" in names
    assert "troth_signer_balance_wei" not in names


def test_states_that_this_release_does_not_know_are_shown_all_the_same(
    app: Flask, change: Change, all_well: Callable[[], None]
) -> None:
    all_well()
    change(Node, state="asleep")
    change(Chain, state="dreaming")
    found = scrape(app)
    assert found["troth_node_state", "a.node,asleep"] == 1
    assert found["troth_chain_state", "dreaming"] == 1


def test_delayed_entries_are_counted_with_their_age(
    app: Flask, carol: Person, seal: Callable[[], None], change: Change
) -> None:
    carol.call("POST", "/posts", {"text": "poor"})
    seal()
    change(Transaction, state="blocked_funds")
    found = scrape(app)
    assert found["troth_entries", "delayed"] == 1
    assert found["troth_entries_oldest_age_seconds", "delayed"] > 0
    assert found["troth_transactions", "blocked_funds"] == 1


def test_metrics_answer_while_the_database_is_away_and_say_so(make_closed_app: MakeApp) -> None:
    url = f"postgresql://127.0.0.1:{closed_port()}/troth"
    found = scrape(make_closed_app(database_url=url))
    assert (found["troth_database_up", ""], found["troth_ready", ""]) == (0, 0)
    assert "troth_entries" not in {name for name, _ in found}
    assert found["process_open_fds", ""] > 0


def test_metrics_before_the_log_is_open(make_closed_app: MakeApp) -> None:
    found = scrape(make_closed_app())
    assert (found["troth_database_up", ""], found["troth_ready", ""]) == (1, 0)


def test_a_stranger_is_refused_and_the_bearer_of_the_token_is_not(make_app: MakeApp) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    closed = make_app().test_client()
    refused(closed.get("/metrics", environ_base=ELSEWHERE), 403, "metrics_not_local")
    refused(closed.get("/metrics", headers={"X-Real-IP": "::1"}), 403, "metrics_not_local")
    assert closed.get("/metrics").status_code == 200
    http = make_app(metrics_token=TOKEN).test_client()
    assert http.get("/metrics", headers=bearer, environ_base=ELSEWHERE).status_code == 200
    refused(http.get("/metrics"), 401, "metrics_token")
    proxied = make_app(trusted_proxies=1).test_client()
    spoofed = proxied.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})
    refused(spoofed, 403, "metrics_not_local")

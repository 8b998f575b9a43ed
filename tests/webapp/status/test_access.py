"""Who may read the metrics: the token's bearer, or without a token this machine."""

import pytest
from werkzeug.datastructures import Headers

from webapp.status.access import MetricsNotLocalError, MetricsTokenError, check_access

TOKEN = "only for this test, and long"


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_without_a_token_this_machine_may_read(address: str) -> None:
    check_access("", address, Headers())


@pytest.mark.parametrize("address", ["192.0.2.7", "::ffff:192.0.2.7", "2001:db8::1", "", None])
def test_without_a_token_nobody_else_may(address: str | None) -> None:
    with pytest.raises(MetricsNotLocalError):
        check_access("", address, Headers({"Authorization": f"Bearer {TOKEN}"}))


@pytest.mark.parametrize("header", ["X-Forwarded-For", "forwarded", "X-Real-IP", "Via"])
def test_what_comes_through_a_proxy_on_this_machine_is_not_of_this_machine(header: str) -> None:
    with pytest.raises(MetricsNotLocalError):
        check_access("", "127.0.0.1", Headers({header: "127.0.0.1"}))


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_with_a_token_its_bearer_may_read_from_anywhere(scheme: str) -> None:
    headers = Headers({"Authorization": f"{scheme} {TOKEN}", "X-Forwarded-For": "192.0.2.7"})
    check_access(TOKEN, "192.0.2.7", headers)


@pytest.mark.parametrize(
    "given",
    ["", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN[:-1]}", f"Bearer {TOKEN}x", "Bearer", "Bearer é"],
)
def test_with_a_token_nobody_else_may_not_even_from_here(given: str) -> None:
    with pytest.raises(MetricsTokenError):
        check_access(TOKEN, "127.0.0.1", Headers({"Authorization": given}))


@pytest.mark.parametrize(
    "header",
    [
        {"X-Forwarded-Proto": "https"},
        {"X-Forwarded-Port": "443"},
        {"CF-Connecting-IP": "203.0.113.9"},
        {"True-Client-IP": "203.0.113.9"},
        {"Host": "evil.example"},
        {"Host": "evil.example:8000"},
    ],
)
def test_what_a_proxy_or_another_name_brings_is_not_local(header: dict[str, str]) -> None:
    with pytest.raises(MetricsNotLocalError):
        check_access("", "127.0.0.1", Headers(header))
    for host in ("localhost:8000", "127.0.0.1", "[::1]:8000"):
        check_access("", "127.0.0.1", Headers({"Host": host}))

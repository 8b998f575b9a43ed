"""Settings: read once from the environment, checked, with clear words for what cannot be used."""

from pathlib import Path

import pytest

from chain.config import ROOT
from webapp.config import InvalidSettingError, load_settings


def test_without_any_environment_everything_is_embedded() -> None:
    here = load_settings({})
    assert here.embedded_chain
    assert here.embedded_database
    assert (here.port, here.chain_port, here.depth, here.seal_seconds) == (8000, 8545, 0, 2)
    assert here.base_url == "http://127.0.0.1:8000"
    assert here.rpc_url == "http://127.0.0.1:8545"
    assert here.sqlalchemy_url == f"sqlite:///{ROOT / 'data' / 'troth.sqlite'}"
    assert (here.jwt_secret, here.anchorer_key, here.deployer_key) == ("", "", "")


def test_the_environment_sets_what_it_names() -> None:
    here = load_settings(
        {
            "TROTH_DATA_DIR": "/somewhere",
            "TROTH_PORT": "9000",
            "TROTH_SEAL_INTERVAL": "0.5",
            "TROTH_CONFIRMATIONS": "3",
            "TROTH_PUBLIC_URL": "https://troth.example/",
            "TROTH_CORS_ORIGINS": "https://a.example, https://b.example,",
        }
    )
    assert here.data_dir == Path("/somewhere")
    assert (here.port, here.seal_seconds, here.depth) == (9000, 0.5, 3)
    assert here.base_url == "https://troth.example"
    assert here.origins == ["https://a.example", "https://b.example"]


def test_empty_variables_count_as_not_set() -> None:
    assert load_settings({"TROTH_PORT": "", "TROTH_CONFIRMATIONS": ""}) == load_settings({})


def test_an_external_chain_is_slower_and_deeper_unless_told_otherwise() -> None:
    chain = {"TROTH_CHAIN_URL": "http://node.example:8545"}
    here = load_settings(chain)
    assert (here.embedded_chain, here.depth, here.seal_seconds) == (False, 12, 60)
    assert here.rpc_url == "http://node.example:8545"
    assert load_settings(chain | {"TROTH_CONFIRMATIONS": "0"}).depth == 0


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_postgres_urls_get_the_driver_that_is_installed(scheme: str) -> None:
    here = load_settings({"TROTH_DATABASE_URL": f"{scheme}://me@db/troth"})
    assert here.sqlalchemy_url == "postgresql+psycopg://me@db/troth"


def test_overrides_win_over_the_environment() -> None:
    assert load_settings({"TROTH_PORT": "9000"}, port=9001).port == 9001


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TROTH_PORT", "0"),
        ("TROTH_PORT", "65536"),
        ("TROTH_PORT", "http"),
        ("TROTH_CHAIN_PORT", "-1"),
        ("TROTH_SEAL_SIZE", "0"),
        ("TROTH_SEAL_SIZE", "10001"),
        ("TROTH_SWEEP_INTERVAL", "0"),
        ("TROTH_NODE_TIMEOUT", "-1"),
        ("TROTH_ACCESS_TOKEN_SECONDS", "0"),
        ("TROTH_REFRESH_TOKEN_SECONDS", "x"),
        ("TROTH_REFRESH_TOKEN_SECONDS", "-1"),
        ("TROTH_CONFIRMATIONS", "1.5"),
        ("TROTH_CONFIRMATIONS", "-7"),
        ("TROTH_CONFIRMATIONS", "1" + "0" * 30),
        ("TROTH_SEAL_INTERVAL", "-5"),
        ("TROTH_SEAL_INTERVAL", "inf"),
        ("TROTH_SEAL_INTERVAL", "nan"),
        ("TROTH_SWEEP_INTERVAL", "nan"),
        ("TROTH_NODE_TIMEOUT", "inf"),
        ("TROTH_FEE_CAP_GWEI", "-1"),
        ("TROTH_TRUSTED_PROXIES", "-1"),
        ("TROTH_LIMIT_SIGN_IN", "many"),
        ("TROTH_LIMIT_FAILURES", "3 per fortnight"),
        ("TROTH_LIMIT_GUESSES", "3 per fortnight"),
        ("TROTH_LIMIT_REGISTER", "-3/minute"),
        ("TROTH_LIMIT_REGISTER", "20"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(name: str, value: str) -> None:
    with pytest.raises(InvalidSettingError) as caught:
        load_settings({name: value})
    assert caught.value.name == name
    assert name in str(caught.value)
    assert value.removesuffix(".0") in str(caught.value)


def test_a_short_metrics_token_is_refused_without_showing_it() -> None:
    with pytest.raises(InvalidSettingError, match="TROTH_METRICS_TOKEN") as raised:
        load_settings({"TROTH_METRICS_TOKEN": "hunter2"})
    assert "hunter2" not in str(raised.value)


def test_a_short_token_secret_is_refused_without_showing_it() -> None:
    with pytest.raises(InvalidSettingError) as caught:
        load_settings({"TROTH_JWT_SECRET": "hunter2"})
    assert caught.value.name == "TROTH_JWT_SECRET"
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("name", ["TROTH_ANCHORER_KEY", "TROTH_DEPLOYER_KEY"])
@pytest.mark.parametrize(
    "key", ["hunter2", "0x" + "a1" * 31, "a1" * 33, "0x" + "zz" * 32, " " * 64]
)
def test_a_malformed_key_is_refused_without_showing_it(name: str, key: str) -> None:
    with pytest.raises(InvalidSettingError) as caught:
        load_settings({name: key})
    assert caught.value.name == name
    assert key not in str(caught.value)


@pytest.mark.parametrize("key", ["0x" + "a1" * 32, "A1" * 32])
def test_a_key_may_come_with_or_without_its_prefix(key: str) -> None:
    assert load_settings({"TROTH_ANCHORER_KEY": key}).anchorer_key == key


def test_the_default_data_folder_does_not_depend_on_the_current_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = load_settings({}).data_dir
    monkeypatch.chdir(tmp_path)
    assert load_settings({}).data_dir == before == ROOT / "data"
    assert before.is_absolute()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("TRUSTED_ISSUERS", value)
            for value in ("0x12=A", "0x" + "5a" * 20, "x", "0x" + "5a" * 20 + "=")
        ),
        *(
            ("SMTP_URL", value)
            for value in ("mail.example.org", "http://mail.example.org", "smtp://")
        ),
        *(
            ("SMTP_FROM", value)
            for value in ("nobody", "a b@example.org", "a@b\n@c.org", "A <a@b.org>")
        ),
        *(("DNS_SERVERS", value) for value in ("ns.example.org", "127.0.0.1:0", "127.0.0.1:x")),
        ("ISSUER_NAME", "x" * 61),
        ("ISSUER_KEY", "12"),
    ],
)
def test_settings_of_identities_that_cannot_be_used_are_named(name: str, value: str) -> None:
    with pytest.raises(InvalidSettingError, match=f"TROTH_{name}"):
        load_settings({f"TROTH_{name}": value})


def test_an_issuer_has_one_key() -> None:
    given = {"TROTH_ISSUER_KEY": "12" * 32, "TROTH_ISSUER_KEYSTORE": "/a"}
    with pytest.raises(InvalidSettingError, match="TROTH_ISSUER_KEY"):
        load_settings(given)

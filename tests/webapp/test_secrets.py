"""Keys of an installation: given, or made once and kept; never made up against something external."""

import json
import re
import stat
from pathlib import Path

import pytest

from webapp import keyring
from webapp.config import Settings, load_settings
from webapp.secrets import FILE_NAME, SecretsError, load_secrets, make_secrets

GIVEN = {"jwt_secret": "j" * 32, "anchorer_key": "0x" + "a1" * 32, "deployer_key": "0x" + "d1" * 32}
GIVEN |= {"message_keys": "e1" * 32}


def settings(folder: Path, **overrides: object) -> Settings:
    return load_settings({}, data_dir=folder, **overrides)


def test_the_first_start_makes_secrets_and_later_starts_keep_them(tmp_path: Path) -> None:
    first = make_secrets(settings(tmp_path))
    assert make_secrets(settings(tmp_path)) == first
    assert load_secrets(settings(tmp_path)) == first
    assert len({first.jwt_secret, first.anchorer_key, first.deployer_key}) == 3
    assert len(first.jwt_secret) >= 32
    assert len(bytes.fromhex(first.anchorer_key[2:])) == 32


def test_two_installations_have_different_secrets(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    one, two = (make_secrets(settings(tmp_path / name)) for name in ("one", "two"))
    assert one.jwt_secret != two.jwt_secret
    assert one.anchorer_key != two.anchorer_key


def test_the_file_is_its_owners_alone_and_has_a_version(tmp_path: Path) -> None:
    make_secrets(settings(tmp_path))
    file = tmp_path / FILE_NAME
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text(encoding="utf-8"))["version"] == 2
    keys = tmp_path / keyring.FILE_NAME
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    assert json.loads(keys.read_text(encoding="utf-8"))["version"] == 1
    assert {one.name for one in tmp_path.iterdir()} == {FILE_NAME, keyring.FILE_NAME}


def test_given_secrets_win_over_kept_ones(tmp_path: Path) -> None:
    kept = make_secrets(settings(tmp_path))
    found = make_secrets(settings(tmp_path, jwt_secret=GIVEN["jwt_secret"]))
    assert found.jwt_secret == GIVEN["jwt_secret"]
    assert found.anchorer_key == kept.anchorer_key


@pytest.mark.parametrize(
    "external",
    [{"chain_url": "http://node.example"}, {"database_url": "postgresql://db/troth"}],
    ids=["chain", "database"],
)
def test_against_something_external_nothing_is_made_up(
    tmp_path: Path, external: dict[str, str]
) -> None:
    names = "TROTH_JWT_SECRET and TROTH_ANCHORER_KEY and TROTH_MESSAGE_KEYS must be set"
    with pytest.raises(SecretsError, match=names):
        make_secrets(settings(tmp_path, **external))
    assert list(tmp_path.iterdir()) == []
    found = make_secrets(settings(tmp_path, **external, **GIVEN))
    assert found.anchorer_key == GIVEN["anchorer_key"]
    assert list(tmp_path.iterdir()) == []


def test_the_deployer_is_the_anchorer_where_none_is_given(tmp_path: Path) -> None:
    given = {name: GIVEN[name] for name in ("jwt_secret", "anchorer_key")}
    assert load_secrets(settings(tmp_path, **given)).deployer_key == GIVEN["anchorer_key"]


def test_a_file_of_the_first_version_gets_an_issuers_key_once(tmp_path: Path) -> None:
    made = make_secrets(settings(tmp_path))
    file = tmp_path / FILE_NAME
    kept = json.loads(file.read_text(encoding="utf-8"))
    first = {name: value for name, value in kept.items() if name != "issuer_key"}
    file.write_text(json.dumps(first | {"version": 1}), encoding="utf-8")
    assert load_secrets(settings(tmp_path)).issuer_key == ""
    upgraded = make_secrets(settings(tmp_path))
    assert upgraded.issuer_key not in ("", made.issuer_key)
    assert (upgraded.jwt_secret, upgraded.anchorer_key) == (made.jwt_secret, made.anchorer_key)
    assert make_secrets(settings(tmp_path)) == upgraded
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_external_chain_gets_no_issuers_key_of_the_data_folder(tmp_path: Path) -> None:
    make_secrets(settings(tmp_path))
    assert load_secrets(settings(tmp_path, chain_url="http://127.0.0.1:1")).issuer_key == ""
    given = load_secrets(settings(tmp_path, chain_url="http://127.0.0.1:1", issuer_key="12" * 32))
    assert given.issuer_key == "12" * 32


def test_missing_secrets_are_named(tmp_path: Path) -> None:
    with pytest.raises(SecretsError, match="TROTH_JWT_SECRET is not set"):
        load_secrets(settings(tmp_path))


@pytest.mark.parametrize("text", ["", "{", '{"version": 3}', "[]", '"x"'])
def test_a_file_that_cannot_be_read_is_reported_and_not_replaced(tmp_path: Path, text: str) -> None:
    file = tmp_path / FILE_NAME
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SecretsError, match=re.escape(str(file))):
        make_secrets(settings(tmp_path))
    assert file.read_text(encoding="utf-8") == text

"""Who signs: keys from the environment, from the data folder, or from keystores."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from chain.keystore import KeystoreUnusable, WrongPassword, write_keystore
from chain.signer import LocalSigner
from webapp import signers
from webapp.cli import cli
from webapp.config import InvalidSettingError, Settings, load_settings
from webapp.secrets import SecretsError, load_secrets, make_secrets
from webapp.signers import anchorer_signer, deployer_signer, sender_signers

A, B, C = (bytes([number]) * 32 for number in (0xA1, 0xB1, 0xC1))
PASSWORD = "correct horse"
EXTERNAL = {"chain_url": "http://node.example", "jwt_secret": "j" * 32, "message_keys": "e1" * 32}


def address(key: bytes) -> str:
    return LocalSigner(key).address


def settings(folder: Path, **overrides: object) -> Settings:
    return load_settings({}, data_dir=folder, **overrides)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with the keystores a.json and b.json, and the file of their password."""
    folder = tmp_path_factory.mktemp("keystores")
    for name, key in (("a", A), ("b", B)):
        write_keystore(folder / f"{name}.json", key, PASSWORD)
    (folder / "password").touch(mode=0o600)
    (folder / "password").write_text(f"{PASSWORD}\n", encoding="utf-8")
    return folder


def test_a_keystore_stands_in_for_the_key_against_an_external_chain(
    tmp_path: Path, store: Path
) -> None:
    here = settings(
        tmp_path,
        **EXTERNAL,
        anchorer_keystore=str(store / "a.json"),
        keystore_password_file=str(store / "password"),
    )
    assert make_secrets(here).anchorer_key == ""
    assert anchorer_signer(here).address == address(A)
    assert deployer_signer(here).address == address(A)
    assert sender_signers(here) == []
    assert list(tmp_path.iterdir()) == []


def test_a_keystore_is_opened_once_in_a_process(
    tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    real = signers.read_keystore

    def read(path: Path, password: str) -> bytes:
        opened.append(path)
        return real(path, password)

    monkeypatch.setattr(signers, "read_keystore", read)
    signers._unlocked.cache_clear()
    keystore = str(store / "a.json")
    here = settings(tmp_path, anchorer_keystore=keystore, keystore_password=PASSWORD)
    first = anchorer_signer(here)
    assert anchorer_signer(here) is first
    assert opened == [store / "a.json"]


def test_a_given_keystore_wins_over_the_kept_key(tmp_path: Path, store: Path) -> None:
    kept = make_secrets(settings(tmp_path))
    keystore = str(store / "a.json")
    here = settings(tmp_path, anchorer_keystore=keystore, keystore_password=PASSWORD)
    assert anchorer_signer(here).address == address(A)
    assert load_secrets(here).anchorer_key == ""
    assert load_secrets(here).deployer_key == kept.deployer_key


def test_a_wrong_password_is_told(tmp_path: Path, store: Path) -> None:
    keystore = str(store / "a.json")
    with pytest.raises(WrongPassword):
        anchorer_signer(settings(tmp_path, anchorer_keystore=keystore, keystore_password="x"))


def test_a_missing_password_is_told(tmp_path: Path, store: Path) -> None:
    with pytest.raises(SecretsError, match="TROTH_KEYSTORE_PASSWORD_FILE"):
        anchorer_signer(settings(tmp_path, anchorer_keystore=str(store / "a.json")))


def test_a_missing_password_file_is_named(tmp_path: Path, store: Path) -> None:
    absent = str(tmp_path / "absent")
    keystore = str(store / "a.json")
    with pytest.raises(KeystoreUnusable, match="absent"):
        anchorer_signer(
            settings(tmp_path, anchorer_keystore=keystore, keystore_password_file=absent)
        )


def test_senders_are_those_given_by_key_and_by_keystore(tmp_path: Path, store: Path) -> None:
    here = settings(
        tmp_path,
        **EXTERNAL,
        anchorer_key=A.hex(),
        sender_keys=f"0x{C.hex()},",
        sender_keystores=f" {store / 'b.json'} ",
        keystore_password=PASSWORD,
    )
    assert [one.address for one in sender_signers(here)] == [address(C), address(B)]


def test_the_deployer_sends_on_the_embedded_chain_unless_told_otherwise(tmp_path: Path) -> None:
    keys = {"anchorer_key": A.hex(), "deployer_key": B.hex(), "jwt_secret": "j" * 32}
    here = settings(tmp_path, **keys)
    assert [one.address for one in sender_signers(here)] == [address(B)]
    here = settings(tmp_path, **keys, sender_keys=C.hex())
    assert [one.address for one in sender_signers(here)] == [address(C)]


@pytest.mark.parametrize("keys", [[A], [B, B]], ids=["anchorer", "sender"])
def test_one_address_has_one_signer(tmp_path: Path, keys: list[bytes]) -> None:
    given = ",".join(key.hex() for key in keys)
    here = settings(tmp_path, **EXTERNAL, anchorer_key=A.hex(), sender_keys=given)
    with pytest.raises(SecretsError, match=f"{address(keys[0])} is given twice"):
        sender_signers(here)


@pytest.mark.parametrize(
    "given",
    [
        {"TROTH_ANCHORER_KEY": A.hex(), "TROTH_ANCHORER_KEYSTORE": "file"},
        {"TROTH_KEYSTORE_PASSWORD": "x", "TROTH_KEYSTORE_PASSWORD_FILE": "file"},
        {"TROTH_SENDER_KEYS": f"{A.hex()},hunter2"},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(given: dict[str, str]) -> None:
    with pytest.raises(InvalidSettingError) as caught:
        load_settings(given)
    assert caught.value.name in given
    assert "hunter2" not in str(caught.value)
    assert A.hex() not in str(caught.value)


def test_a_keystore_is_made_by_command_and_says_its_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "new.json"
    monkeypatch.delenv("TROTH_KEYSTORE_PASSWORD", raising=False)
    answers = f"{A.hex()}\n{PASSWORD}\n{PASSWORD}\n"
    made = CliRunner().invoke(cli, ["keystore", "create", str(file), "--import"], input=answers)
    assert made.exit_code == 0, made.output
    assert made.stdout.splitlines()[-1] == address(A)
    assert A.hex() not in made.output
    monkeypatch.setenv("TROTH_KEYSTORE_PASSWORD", PASSWORD)
    shown = CliRunner().invoke(cli, ["keystore", "address", str(file)])
    assert shown.stdout.splitlines() == [address(A)]
    again = CliRunner().invoke(cli, ["keystore", "create", str(file)])
    assert again.exit_code == 1
    assert "exists already" in str(again.exception)


def test_a_fresh_key_is_another_one_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TROTH_KEYSTORE_PASSWORD", PASSWORD)
    found = [
        CliRunner().invoke(cli, ["keystore", "create", str(tmp_path / name)]).stdout
        for name in ("one", "two")
    ]
    assert found[0] != found[1]
    assert all(one.startswith("0x") and len(one.strip()) == 42 for one in found)


@pytest.mark.parametrize("key", ["hunter2", "00" * 32])
def test_what_is_no_key_is_not_imported(tmp_path: Path, key: str) -> None:
    command = ["keystore", "create", str(tmp_path / "new.json"), "--import"]
    made = CliRunner().invoke(cli, command, input=f"{key}\n")
    assert made.exit_code == 2
    assert list(tmp_path.iterdir()) == []

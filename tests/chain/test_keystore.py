"""Keystores: those of other programs open, and each way in which one cannot be used is told."""

import json
import os
from pathlib import Path

import pytest

from chain.keystore import (
    KeystoreExists,
    KeystoreExposed,
    KeystoreUnusable,
    WrongPassword,
    read_keystore,
    read_private,
    write_keystore,
)

# The test vectors of the Web3 Secret Storage definition, version 3 (PBKDF2, which is quick).
VECTOR = {
    "crypto": {
        "cipher": "aes-128-ctr",
        "cipherparams": {"iv": "6087dab2f9fdbbfaddc31a909735c1e6"},
        "ciphertext": "5318b4d5bcd28de64ee5559e671353e16f075ecae9f99c7a79a38af5f869aa46",
        "kdf": "pbkdf2",
        "kdfparams": {
            "c": 262144,
            "dklen": 32,
            "prf": "hmac-sha256",
            "salt": "ae3cd4e7013836a3df6bd7241b12db061dbe2c6785853cce422d148a624ce0bd",
        },
        "mac": "517ead924a9d0dc3124507e3393d175ce3ff7c1e96529c6c555ce9e51205e9b2",
    },
    "id": "3198bc9c-6672-5ab3-d995-4942343ae5b6",
    "version": 3,
}
PASSWORD = "testpassword"
KEY = bytes.fromhex("7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d")


def written(folder: Path, content: object) -> Path:
    file = folder / "keystore.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    file.chmod(0o600)
    return file


def test_a_keystore_of_the_definition_opens(tmp_path: Path) -> None:
    assert read_keystore(written(tmp_path, VECTOR), PASSWORD) == KEY


@pytest.mark.usefixtures("real_keystores")
def test_what_is_written_can_be_read_and_is_the_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "new.json"
    write_keystore(file, KEY, "a password")
    terms = json.loads(file.read_text(encoding="utf-8"))["crypto"]
    assert (terms["kdf"], terms["kdfparams"]["n"]) == ("scrypt", 2**18)
    assert file.stat().st_mode & 0o777 == 0o600
    assert KEY.hex() not in file.read_text(encoding="utf-8")
    assert read_keystore(file, "a password") == KEY


def test_a_wrong_password_is_called_so(tmp_path: Path) -> None:
    with pytest.raises(WrongPassword, match="does not open it"):
        read_keystore(written(tmp_path, VECTOR), "another")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        {},
        {"version": 4},
        {"version": 3},
        {"version": 3, "crypto": []},
        VECTOR | {"crypto": VECTOR["crypto"] | {"kdf": "md5"}},  # type: ignore[operator]
        VECTOR | {"crypto": VECTOR["crypto"] | {"ciphertext": "zz"}},  # type: ignore[operator]
        VECTOR | {"address": "11" * 20},
    ],
)
def test_what_is_no_keystore_is_named(tmp_path: Path, content: object) -> None:
    file = written(tmp_path, content)
    with pytest.raises(KeystoreUnusable) as caught:
        read_keystore(file, PASSWORD)
    assert type(caught.value) is KeystoreUnusable
    assert str(file) in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(KeystoreUnusable, match="No such file"):
        read_keystore(tmp_path / "absent", PASSWORD)


@pytest.mark.parametrize("mode", [0o604, 0o644, 0o620, 0o777])
def test_a_file_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    file = written(tmp_path, VECTOR)
    file.chmod(mode)
    with pytest.raises(KeystoreExposed, match="chmod 600"):
        read_keystore(file, PASSWORD)


@pytest.mark.parametrize("mode", [0o400, 0o600, 0o640])
def test_a_file_that_its_group_may_read_is_taken(tmp_path: Path, mode: int) -> None:
    file = written(tmp_path, "word")
    file.chmod(mode)
    assert read_private(file) == "word"


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    file = written(tmp_path, VECTOR)
    with pytest.raises(KeystoreExists):
        write_keystore(file, KEY, PASSWORD)
    assert json.loads(file.read_text(encoding="utf-8")) == VECTOR


def test_an_empty_password_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeystoreUnusable, match="password is empty"):
        write_keystore(tmp_path / "new.json", KEY, "")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(KeystoreUnusable, match="password is empty"):
        read_keystore(written(tmp_path, VECTOR), "")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_not_read(tmp_path: Path) -> None:
    file = written(tmp_path, VECTOR)
    os.chown(file, 12_345, -1)
    with pytest.raises(KeystoreExposed, match="belongs to user 12345"):
        read_private(file)

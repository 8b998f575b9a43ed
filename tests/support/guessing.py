"""Signing in with wrong passwords from wherever one likes."""

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.support.answers import refused
from tests.support.wallet import V1

WRONG = "not the password"


def send(app: Flask, path: str, body: Any, address: str = "203.0.113.1") -> TestResponse:
    where = {"REMOTE_ADDR": address}
    return app.test_client().post(V1 + path, json=body, environ_overrides=where)


def guess(app: Flask, handle: str, address: str = "203.0.113.1") -> TestResponse:
    return send(app, "/auth/password", {"handle": handle, "password": WRONG}, address)


def check_told(answer: TestResponse, amount: int, window: int) -> None:
    refused(answer, 429, "slow_down")
    wait = int(answer.headers["Retry-After"])
    assert 1 <= wait <= window
    assert answer.headers["RateLimit-Policy"] == f'"sign-in";q={amount};w={window}'
    assert answer.headers["RateLimit"].startswith('"sign-in";r=0;t=')

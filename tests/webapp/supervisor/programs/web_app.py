"""The smallest web application."""

from collections.abc import Callable, Iterable
from typing import Any


def create_app() -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    def app(_environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"up\n"]

    return app

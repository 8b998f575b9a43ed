"""Nodes' URLs: a list of them in one text, and names of nodes that show no key."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit


def split_urls(urls: str) -> list[str]:
    """Return the URLs of a list by commas, each once; a comma inside a URL does not divide it."""
    found = (one.strip() for one in re.split(r",(?=\s*[a-z]+:|\s*$)", urls))
    return list(dict.fromkeys(one for one in found if one))


def without_secrets(url: str) -> str:
    """Scheme, host and port: providers put API keys into user, path and query."""
    parts = urlsplit(url)
    if not parts.hostname:
        return f"{parts.scheme}:"  # a chain in this process
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}"


def name_nodes(urls: Iterable[str]) -> list[str]:
    """Name nodes by scheme, host and port; those that differ only in the rest are numbered."""
    names: list[str] = []
    for url in urls:
        name = without_secrets(url) if ":" in url else url
        same = sum(one.split("#")[0] == name for one in names)
        names.append(f"{name}#{same + 1}" if same else name)
    return names

"""What a session was opened with, in two words: enough to know it again, too little to track anybody."""

import re

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)
_PRODUCT = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,29}")


def client_name(user_agent: str) -> str | None:
    """Return the browser and system, or the program, that a User-Agent names, without versions."""
    text = user_agent[:400]
    browser = next((name for mark, name in _BROWSERS if f"{mark}/" in text), None)
    if browser is None:
        product = _PRODUCT.match(text)
        return product.group() if product else None
    system = next((name for mark, name in _SYSTEMS if mark in text), None)
    return f"{browser} on {system}" if system else browser

"""Texts of nodes and databases, made harmless for a terminal."""


def clean(text: str) -> str:
    """Return a text in one line, with "?" for what is not printable: no sequence may move the cursor."""
    return "".join(one if one.isprintable() else " " if one in "\n\t" else "?" for one in text)

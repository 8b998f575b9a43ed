"""What may stand in a profile: texts that show as what they are, and https links."""

import unicodedata
from urllib.parse import urlsplit

from webapp.accounts.profile.errors import ProfileRefusedError

LONGEST_NAME, LONGEST_BIO = 60, 500
MOST_LINKS, LONGEST_LINK = 5, 200
# RFC 3986 has them in no address, and they would end the attribute of a page that shows the link carelessly.
NOT_IN_LINKS = frozenset('"<>`')
LAYOUT = "\n\t"  # what a biography may hold of the control characters
# Marks that turn the direction of what follows: a name could pass for another one, or for a link.
BIDI = frozenset(map(chr, (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))))
# Invisible: names that differ by these alone look the same. The joiners that scripts and emoji need stay.
INVISIBLE = frozenset(map(chr, (0x00AD, 0x180E, 0x200B, *range(0x2060, 0x2066), 0xFEFF)))
UNSEEN_KINDS = {"Cc", "Cs", "Co", "Zl", "Zp"}


def checked_name(name: str | None) -> str | None:
    """Return a name without blanks round it, None for none; raises ProfileRefusedError."""
    if name is None:
        return None
    text = name.strip()
    if not text or not any(unicodedata.category(one)[0] in "LNPS" for one in text):
        raise ProfileRefusedError("name", "is empty; send null to have none")
    _check_length("name", text, LONGEST_NAME)
    _check_characters("name", text, "")
    return text


def checked_bio(bio: str | None) -> str | None:
    """Return a biography, None for an empty one; raises ProfileRefusedError."""
    if bio is None or not bio.strip():
        return None
    _check_length("bio", bio, LONGEST_BIO)
    _check_characters("bio", bio, LAYOUT)
    return bio


def checked_links(links: list[str]) -> list[str]:
    """Return links, each once; raises ProfileRefusedError for others than https with a host."""
    if len(links) > MOST_LINKS:
        raise ProfileRefusedError(
            "links", f"holds {len(links)}; at most {MOST_LINKS} are shown, leave some out"
        )
    for link in links:
        _check_link(link)
    return list(dict.fromkeys(links))


def _check_link(link: str) -> None:
    _check_length("links", link, LONGEST_LINK)
    if any(one.isspace() or not one.isprintable() for one in link) or "\\" in link:
        raise ProfileRefusedError("links", "holds a link with blanks or invisible characters")
    if NOT_IN_LINKS.intersection(link):
        raise ProfileRefusedError("links", "holds a link with a quote or an angle bracket in it")
    try:
        parts = urlsplit(link)
        good = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ProfileRefusedError("links", "holds something that is no https:// link")
    if "@" in parts.netloc:
        raise ProfileRefusedError("links", "holds a link with a user's name before its host")


def _check_length(field: str, text: str, most: int) -> None:
    if len(text) > most:
        why = f"has {len(text)} characters; at most {most} are accepted"
        raise ProfileRefusedError(field, why)


def _check_characters(field: str, text: str, allowed: str) -> None:
    for one in text:
        unseen = unicodedata.category(one) in UNSEEN_KINDS and one not in allowed
        if unseen or one in BIDI or one in INVISIBLE:
            why = f"holds U+{ord(one):04X}, which is not seen or turns the direction of the text"
            raise ProfileRefusedError(field, why)

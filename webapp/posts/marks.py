"""Hashtags and mentions in a text: found as data, never as markup."""

import re
import unicodedata

# More would be for machines: who answers thirty people has answered enough.
MOST_MARKS = 30
# As long as the column.
LONGEST_TAG = 100
# Not within a word or an address, and nothing of a longer name.
_MENTION = re.compile(r"(?<![\w@])@([A-Za-z0-9_]{3,30})(?![\w@])")
# What stands before a '#' that begins no tag: a web address, a character reference, another '#'.
_NO_TAG_AFTER = "#&/"


def tags_in(text: str) -> tuple[str, ...]:
    """Return the first hashtags of a text, folded, each once, in their order."""
    found: dict[str, None] = {}
    place = text.find("#")
    while place != -1 and len(found) < MOST_MARKS:
        end = place + 1
        while end < len(text) and _in_tag(text[end]):
            end += 1
        before = text[place - 1] if place else " "
        tag = None
        if before not in _NO_TAG_AFTER and not _in_tag(before):
            tag = folded_tag(text[place + 1 : end])
        if tag is not None:
            found[tag] = None
        place = text.find("#", end)
    return tuple(found)


def handles_in(text: str) -> tuple[str, ...]:
    """Return the first handles that a text mentions, in lower case, each once, in their order."""
    if "@" not in text:
        return ()
    found = dict.fromkeys(one[1].lower() for one in _MENTION.finditer(text))
    return tuple(found)[:MOST_MARKS]


def folded_tag(name: str) -> str | None:
    """Return a tag as it is kept and looked for (NFKC, case folded), None for what is no tag."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    # A combining mark at the front would belong to the '#'; a tag of '_' alone names nothing.
    sound = all(map(_in_tag, folded)) and any(_is_letter_or_digit(one) for one in folded)
    if not sound or len(folded) > LONGEST_TAG or unicodedata.category(folded[0])[0] == "M":
        return None
    return folded


def _in_tag(character: str) -> bool:
    # Marks too: without its vowel signs a Hindi or Thai word falls apart.
    return (
        character == "_"
        or _is_letter_or_digit(character)
        or unicodedata.category(character)[0] == "M"
    )


def _is_letter_or_digit(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] == "L" or category == "Nd"

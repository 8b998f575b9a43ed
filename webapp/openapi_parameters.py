"""What every parameter of the OpenAPI document means: one sentence for each name, or for a name at some paths.

Written here and not at the fields: the same few names stand in nearly every path and list.
"""

from collections.abc import Iterator
from typing import Any

METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_ID = "The id, as the API gave it, of the {}"

# By name; where one means something else below some path, by the beginning of the path and the name.
MEANINGS: dict[str, str] = {
    "address": "An Ethereum address, 0x and 40 hexadecimal digits in any case",
    "anchorer": "The address whose log is meant; the log that accepts records if left out",
    "account": "The person who is to get it, by their account's id",
    "answers": "false leaves out posts that answer another",
    "app_id": "The client_id of the app",
    "appeal_id": _ID.format("appeal"),
    "at": "The moment that is asked about (RFC 3339); now if left out",
    "cid": "The CID of the content, in base 16, 32, 36 or 58",
    "claim_id": _ID.format("claim"),
    "claims": "true adds the claims of the author that are shown and stood when the version was anchored",
    "client_id": "The id that the app got when it was registered",
    "code_challenge": "BASE64URL(SHA-256(code_verifier)), RFC 7636",
    "code_challenge_method": "S256; nothing else is accepted",
    "consent_id": _ID.format("consent"),
    "content": "The content (0x and 64 hexadecimal digits) of the version that is meant; the newest if left out",
    "conversation": _ID.format("conversation"),
    "cursor": "The `next` of the page before: this page goes on from there",
    "digest": "Only stamps of this SHA-256, 0x and 64 hexadecimal digits",
    "evidence_id": _ID.format("file or text that was given as evidence"),
    "export_id": _ID.format("export"),
    "first": "The position at which to begin, from 0",
    "handle": "The handle, without @, in any case",
    "issuer": "The address that issued it, 0x and 40 hexadecimal digits in any case",
    "kinds": "Only these kinds of notifications, separated by commas",
    "limit": "How many items the page has at most",
    "Last-Event-ID": "The id of the last event that was read: the stream goes on after it",
    "media_id": _ID.format("file"),
    "message": _ID.format("message"),
    "mint_id": _ID.format("mint"),
    "person": _ID.format("member's account"),
    "post_id": _ID.format("post"),
    "q": "What is searched for, 1 to 200 characters",
    "reason": "Only what was reported for this reason",
    "redirect_uri": "Where the browser goes with the answer: one that the app registered, character by character",
    "replies": "false leaves out posts that answer another",
    "reposts": "true adds what the person passed on",
    "response_type": "code; nothing else is accepted",
    "scope": "The scopes that the app asks for, separated by blanks",
    "sequence": "The number of the batch in its log, from 0",
    "session_id": _ID.format("session"),
    "since": "The `newest` of a page that was read before: only what came after it is given",
    "size": "small has a longest edge of 320 pixels, large of 1,080",
    "stamp_id": _ID.format("stamp"),
    "state": "Only those that are in this state",
    "tag": "The hashtag, without #, in any case",
    "to": "The address that is to get it",
    "token_id": "The token's number, in decimal digits",
    "type": "Only reports of this kind of thing",
    "user_id": _ID.format("person's account"),
    "webhook_id": _ID.format("webhook"),
    "Range": "The bytes that are wanted (RFC 9110); several ranges come as multipart/byteranges",
    "If-Range": "The ETag for which the ranges were meant; the whole is sent for any other",
    "If-None-Match": "The ETag of what the client has: 304 where it is that",
}
SPECIAL: dict[tuple[str, str], str] = {
    (
        "/oauth/authorize",
        "state",
    ): "Comes back to the app as it is: the app's own guard against forged answers",
    ("/claims/decline", "digest"): "The claim's digest, 0x and 64 hexadecimal digits",
    ("/log/batches", "first"): "The sequence of the batch at which to begin, from 0",
    ("/search/people", "q"): "The beginnings of words of handle or name, 1 to 200 characters",
    ("/search/tags", "q"): "The beginning of a hashtag, with or without #, 1 to 200 characters",
    ("/search/posts", "q"): 'Words, "words in a row", -without, or; 1 to 200 characters',
    ("/moderation/reports", "account"): "Only what is about this account, by its id",
}


def explain_parameters(document: dict[str, Any], prefix: str) -> dict[str, Any]:
    """Describe each parameter of a document, whose paths begin with a prefix, that is not described yet."""
    for path, parameter in parameters(document):
        name = str(parameter.get("name"))
        meaning = _meaning(path.removeprefix(prefix), name)
        if meaning is not None:
            parameter.setdefault("description", meaning)
    return document


def parameters(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every parameter of a document with its path; those that stand beside the operations too."""
    for path, item in document["paths"].items():
        operations = [operation for method, operation in item.items() if method in METHODS]
        for place in (item, *operations):
            for parameter in place.get("parameters", []):
                if "$ref" not in parameter:
                    yield path, parameter


def _meaning(path: str, name: str) -> str | None:
    for (beginning, special), meaning in SPECIAL.items():
        if name == special and path.startswith(beginning):
            return meaning
    return MEANINGS.get(name)

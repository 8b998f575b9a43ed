"""Which hashtags and mentions a text has."""

import pytest

from webapp.posts.marks import folded_tag, handles_in, tags_in


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("", []),
        ("#", []),
        ("nothing # here", []),
        ("#one", ["one"]),
        ("(#one, #two.)", ["one", "two"]),
        ("#One #ONE #\uff4f\uff4e\uff45 #one", ["one"]),
        ("#straße #STRASSE", ["strasse"]),
        ("#ﬁn", ["fin"]),
        ("#a_1 #2026 #_ #__", ["a_1", "2026"]),
        ("#हिन्दी #ภาษาไทย #日本語 #עברית", ["हिन्दी", "ภาษาไทย", "日本語", "עברית"]),
        ("#e\u0301te\u0301", ["\xe9t\xe9"]),
        ("a#b x.org/#anchor &#39; ##x #a#b", ["a"]),
        ("#\ufe0f\u20e3 #\u0301x", []),
        ("#<script>alert(1)</script> #x'--", ["x"]),
        ("#\ufdfa", []),
        ("#" + "x" * 100, ["x" * 100]),
        ("#" + "x" * 101, []),
        ("#" + "\ufb03" * 40, []),  # three letters each once folded
    ],
)
def test_tags(text: str, tags: list[str]) -> None:
    assert list(tags_in(text)) == tags


def test_a_post_has_at_most_30_tags_and_mentions() -> None:
    assert tags_in(" ".join(f"#t{n} #t{n}" for n in range(40))) == tuple(f"t{n}" for n in range(30))
    assert handles_in(" ".join(f"@abc{n} @ABC{n}" for n in range(40))) == tuple(
        f"abc{n}" for n in range(30)
    )


def test_a_tag_that_is_kept_folds_to_itself() -> None:
    for tag in tags_in("#Straße #ﬁn #\uff21\uff22\uff23 #İstanbul #ΌΣΟΣ #हिन्दी"):
        assert folded_tag(tag) == tag
    assert folded_tag("") is None
    assert folded_tag("a b") is None
    assert folded_tag("a\x00b") is None


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("", []),
        ("@carol", ["carol"]),
        ("hi @Carol, @carol and (@bob_1)!", ["carol", "bob_1"]),
        ("carol@example.org @carol@example.org @@carol", []),
        ("@ab @" + "x" * 31, []),
        ("@" + "x" * 30, ["x" * 30]),
        ("@carol\xe9 @\xe9carol", []),
        ("@carol' OR 1=1 <b>@bob</b>", ["carol", "bob"]),
    ],
)
def test_mentions(text: str, handles: list[str]) -> None:
    assert list(handles_in(text)) == handles

"""What a node says cannot act on the operator's terminal."""

from webapp.commands.clean import clean


def test_only_printable_characters_reach_a_terminal() -> None:
    told = "down\x1b[2J\x07 \u202etxt\nnext: caf\u00e9"
    assert clean(told) == "down?[2J? ?txt next: caf\u00e9"

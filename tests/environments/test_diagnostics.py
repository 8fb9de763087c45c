"""How a message looks, whatever the file holds."""

from environments.diagnostics import Diagnostic, Place, Problem, render


def shown(text, column, width, detail="A detail.", fix="a fix.", line=7):
    return render(Diagnostic(Problem.FORM, detail, fix, Place("prod.yaml", line, column, width, text)))


def test_a_message_with_a_place(golden):
    golden(shown("  mirror: ''", 11, 2, "`mirror` is empty.", "write the host name.", line=123) + "\n")


def test_a_message_without_a_place(golden):
    golden(render(Diagnostic(Problem.NOT_FOUND, "There is none.", "write another.")) + "\n")


def test_a_long_line_is_cut_around_the_place(golden):
    golden(shown("x" * 300 + "HERE" + "y" * 300, 301, 4) + "\n")


def test_a_long_detail_is_wrapped(golden):
    golden(shown("a: b", 4, 1, "word " * 50, "other " * 50) + "\n")


def test_a_place_wider_than_its_line_ends_with_it():
    assert shown("a: b", 4, 500).splitlines()[4] == "  |    ^"


def test_characters_that_would_move_the_cursor_are_not_shown():
    assert "\x1b" not in shown("a: \x1b[31mred", 4, 3, "\x1b[2J", "\x07")
    assert shown("\ta: b", 2, 1).splitlines()[3] == "7 |  a: b"

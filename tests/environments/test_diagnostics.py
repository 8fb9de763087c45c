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


def test_only_the_head_is_painted():
    painted = render(Diagnostic(Problem.FORM, "A detail.", "a fix."), lambda text: f"<{text}>")
    assert painted.startswith("<error[ENV-011]>: Setting has the wrong form\n")
    assert painted.count("<") == 1


def test_what_is_quoted_does_not_look_like_a_line_of_the_message():
    assert shown("a: b", 1, 1, "`x\n  fix: nothing` is wrong.").count("\n  fix: ") == 1

"""What CI makes of its own test runs: skipped tests and none at all fail it, and so do more than a few failures."""

import pytest

from tests.support.junit import FEW, main

SKIPPED, FAILED, ERROR = "<skipped/>", "<failure/>", "<error/>"


@pytest.fixture
def ran(tmp_path):
    """A file with a test for each outcome; nothing: it passed."""

    def write(*outcomes):
        tests = "".join(
            f'<testcase classname="tests.a" name="{number}">{outcome}</testcase>'
            for number, outcome in enumerate(outcomes)
        )
        file = tmp_path / "run.xml"
        file.write_text(f"<testsuites><testsuite>{tests}</testsuite></testsuites>")
        return str(file)

    return write


def test_few_failures_are_named(ran, capsys):
    assert main("few", ran("", FAILED, "", ERROR)) == 0
    assert capsys.readouterr().out == "tests.a::1\ntests.a::3\n"


@pytest.mark.parametrize("failures", [0, FEW + 1])
def test_more_than_few_are_no_accident_and_a_run_that_broke_off_has_none(ran, failures):
    assert main("few", ran("", *[FAILED] * failures)) == 1


def test_a_run_of_which_every_test_was_made_is_whole(ran, capsys):
    assert main("whole", ran("", "")) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("outcomes", "why"), [(("", SKIPPED), "Skipped: tests.a::1"), ((), "No test was run")]
)
def test_a_skipped_test_or_none_at_all_is_told(ran, outcomes, why, capsys):
    assert main("whole", ran(*outcomes)) == 1
    assert why in capsys.readouterr().err

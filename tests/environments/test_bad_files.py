"""Bad environment files: each has beside it, word for word, everything a person is told about it."""

import os
from pathlib import Path

import pytest
import yaml

from environments import compose
from environments.diagnostics import InvalidEnvironment, Problem, render_all
from environments.later import LATER
from environments.load import load

CASES = Path(__file__).parent / "cases"
FILES = sorted(CASES.glob("*.yaml"))


@pytest.fixture(params=FILES, ids=lambda file: file.stem)
def file(request, monkeypatch):
    monkeypatch.chdir(CASES)
    return Path(request.param.name)


@pytest.fixture(params=[name for name in ("SafeLoader", "CSafeLoader") if hasattr(yaml, name)])
def parser(request, monkeypatch):
    monkeypatch.setattr(compose, "PARSER", getattr(yaml, request.param))


def told(file):
    with pytest.raises(InvalidEnvironment) as refused:
        load(file)
    return refused.value.diagnostics


def test_a_bad_file_is_explained(file, parser):
    golden = file.with_suffix(".golden.txt")
    text = render_all(told(file)) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text)
    assert golden.exists(), f"{golden} is missing; run the test with UPDATE_GOLDEN=1 and read the result"
    assert text == golden.read_text()


def test_the_messages_of_a_file_are_sorted_by_place(file):
    own = [item.place for item in told(file) if item.place and item.place.file == str(file)]
    assert [(place.line, place.column) for place in own] == sorted(
        (place.line, place.column) for place in own
    )


def test_no_place_is_complained_about_twice(file):
    places = [
        (item.place.file, item.place.line, item.place.column, item.detail)
        for item in told(file)
        if item.place
    ]
    assert len(places) == len(set(places))


def test_every_golden_text_has_its_file():
    assert {golden.name.removesuffix(".golden.txt") for golden in CASES.glob("*.golden.txt")} == {
        file.stem for file in FILES
    }


def test_every_problem_of_a_file_has_a_case():
    texts = "".join(golden.read_text() for golden in CASES.glob("*.golden.txt"))
    shown = {problem for problem in Problem if f"error[{problem.code}]: {problem.summary}\n" in texts}
    # Of a file that is not there, and of another file that it names, a command tells.
    elsewhere = {Problem.NOT_FOUND, Problem.KUBECONFIG, Problem.RULES, Problem.EXCEPTIONS}
    assert shown == set(Problem) - elsewhere


def test_every_setting_of_a_later_capability_has_a_case():
    texts = "".join(golden.read_text() for golden in CASES.glob("later_*.golden.txt"))
    assert [row for row in LATER if f"does not do `{'.'.join(row.path)}" not in texts] == []


def test_ids_are_used_once():
    assert (
        len({problem.code for problem in Problem})
        == len({problem.summary for problem in Problem})
        == len(Problem)
    )

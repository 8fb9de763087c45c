"""Values of every kind: nothing, truths, numbers, text, lists, maps."""

from tests.conformance.lab import Box
from tests.conformance.phases import up


def made():
    Box(
        "a",
        nothing=None,
        truth=True,
        integer=7,
        large=2**53,
        negative=-1.5,
        tiny=1e-7,
        empty="",
        unicode="äöü – 三 🚀",
        lines="one\ntwo",
        list=[1, "two", None, [], {}],
        map={"a": None, "b": [], "c": {}, "d-e": 1, "snake_case": 2},
    )


PHASES = [up(made), up(made)]

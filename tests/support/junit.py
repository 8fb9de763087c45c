"""What a test run says of itself in JUnit's format: `python -m tests.support.junit few|whole FILE…`."""

import sys
from xml.etree import ElementTree as ET

FEW = 3
"""As many tests may fail on a busy machine and be tried once more. More are no accident."""


def main(command: str, *files: str) -> int:
    """The exit code: 1 if what is asked does not hold, and then why is on standard error."""
    match command:
        case "few":
            failed = [name for file in files for name in named(file, "failure", "error")]
            sys.stdout.writelines(f"{name}\n" for name in failed)
            return told([] if 0 < len(failed) <= FEW else [f"{len(failed)} tests failed."])
        case _:
            return told([word for file in files for word in wrong(file)])


def wrong(file: str) -> list[str]:
    """What keeps a run from being whole: skipped tests, or none at all."""
    if not cases(file):
        return [f"No test was run: {file}"]
    return [f"Skipped: {name}" for name in named(file, "skipped")]


def named(file: str, *outcomes: str) -> list[str]:
    """The tests with one of these outcomes."""
    return [
        f"{case.get('classname')}::{case.get('name')}"
        for case in cases(file)
        if any(case.find(outcome) is not None for outcome in outcomes)
    ]


def cases(file: str) -> list[ET.Element]:
    """All tests of a run."""
    return list(ET.parse(file).iter("testcase"))  # noqa: S314 - written by our own test run


def told(words: list[str]) -> int:
    """1 and the words on standard error, if there are any."""
    sys.stderr.writelines(f"{word}\n" for word in words)
    return 1 if words else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

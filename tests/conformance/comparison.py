"""Compares two transcripts: a unified diff of what counts.

Everything counts but the wording of messages, which each engine has of its own: of those, what the program
and the provider said (their sentences begin with `lab:`), and that there was an error at all.
"""

import difflib
import re

OWN_WORDS = re.compile(r"lab: [^\"'.;`/(]*")


def difference(theirs: str, ours: str) -> str:
    """What differs, `-` in theirs and `+` in ours, under the phase it differs in; empty if they agree."""
    before, after = _phases(theirs), _phases(ours)
    lines = []
    for title in [*before, *(title for title in after if title not in before)]:
        changed = _changed(before.get(title, []), after.get(title, []))
        lines += [f"== {title}", *changed] if changed else []
    return "\n".join(lines) + "\n" if lines else ""


def _phases(text):
    """The lines of each phase by its title, with how it ended. The version and the title do not count."""
    found = {}
    for number, block in enumerate(text.split("\n== ")[1:], 1):
        title, _, body = block.partition("\n")
        title, _, end = title.rpartition(": ")
        found[f"{number} {title}"] = [end, *_counting(body.splitlines())]
    return found


def _counting(lines):
    counting, said, section = [], set(), ""
    for line in lines:
        if not line.startswith(" "):
            section = line
        if section != "said:":
            counting.append(line)
        elif line.startswith("  "):
            said |= _words(line.split()[0], line)
    return [line for line in counting if line] + sorted(said)


def _words(severity, line):
    """What counts of a message."""
    severity = "error" if severity == "info#err" else severity
    found = {f"  {severity} {words.strip()}" for words in OWN_WORDS.findall(line)}
    return found | ({"  error"} if severity == "error" else set())


def _changed(before, after):
    found = difflib.unified_diff(before, after, lineterm="", n=1)
    return [line for line in list(found)[2:] if not line.startswith("@@")]

"""Rules that people write themselves, loaded from files."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from policies.blame import last_line
from policies.catalogue import BY_ID
from policies.model import Enforcement, Entry, Rule, Severity, Waivable, WhenUnknown


class RulesNotLoaded(Exception):
    """A file with rules cannot be used."""

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(f"{file}: {reason}")
        self.file = file
        self.reason = reason


def own(
    id: str,
    *,
    severity: str = "high",
    enforcement: str = "mandatory",
    unknown: str = "defer",
    waivable: str = "yes",
    controls: Iterable[str] = (),
) -> Entry:
    """What `rule` needs to know of a rule that is not in the catalogue, such as `own("ACME-001")`."""
    return Entry(
        id=id,
        name=id.lower(),
        pack="own",
        severity=Severity(severity),
        enforcement=Enforcement(enforcement),
        unknown=WhenUnknown(unknown),
        waivable=Waivable(waivable),
        controls=tuple(controls),
    )


def loaded(paths: Iterable[Path]) -> tuple[Rule, ...]:
    """The rules in these files, and in the files of these folders; they are run, as any Python is.

    Raises `RulesNotLoaded`.
    """
    found: dict[str, Rule] = {}
    for path in (Path(os.path.normpath(each)) for each in paths):
        before = len(found)
        for file in _files(path):
            for rule in _rules(file):
                if rule.id in found or rule.id in BY_ID:
                    raise RulesNotLoaded(file, f"the id {rule.id} is that of another rule")
                found[rule.id] = rule
        if len(found) == before:
            # Whoever names rules and gets none would take silence for a pass.
            raise RulesNotLoaded(path, "there is no rule in it, so nothing with `@rule(own(…), …)` above it")
    return tuple(found.values())


def _files(path: Path) -> Sequence[Path]:
    if path.is_dir():
        return sorted(path.glob("*.py"))
    if path.is_file():
        return [path]
    raise RulesNotLoaded(path, "there is no such file or folder")


def _rules(file: Path) -> Iterator[Rule]:
    name = f"rules_in_{file.stem}_{abs(hash(file.resolve())):x}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise RulesNotLoaded(file, "this is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except SyntaxError as broken:
        is_here = broken.filename == spec.origin
        place = f"{file if is_here else broken.filename}:{broken.lineno}"
        raise RulesNotLoaded(Path(place), f"{type(broken).__name__}: {broken.msg}") from broken
    except (Exception, SystemExit) as broken:  # whatever somebody's module raises, it cannot be used
        place = f"{file}{last_line(broken, str(spec.origin))}"
        raise RulesNotLoaded(Path(place), f"{type(broken).__name__}: {broken}") from broken
    yield from (each for each in vars(module).values() if isinstance(each, Rule))

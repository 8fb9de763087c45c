"""What is wrong with an environment file, where, and how to fix it."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from environments.drawing import WIDTH, Drawing, Paint, drawn, printable


class Problem(enum.Enum):
    """Every kind of problem: its id, which is never used again for another, and its summary.

    A summary is the same text every time, so that people learn to recognise it.
    """

    NOT_FOUND = "ENV-001", "Environment not found"
    UNREADABLE = "ENV-002", "File cannot be read"
    SYNTAX = "ENV-003", "File is not YAML"
    TAB = "ENV-004", "Tab in the indentation"
    WRITTEN_TWICE = "ENV-005", "Setting is written twice"
    FOREIGN_YAML = "ENV-006", "Part of YAML that environment files do not use"
    NO_SETTINGS = "ENV-007", "File holds no settings"
    EXTENDS_NOTHING = "ENV-008", "Extended file does not exist"
    EXTENDS_CIRCLE = "ENV-009", "Files extend each other in a circle"
    UNKNOWN = "ENV-010", "Unknown setting"
    FORM = "ENV-011", "Setting has the wrong form"
    MISSING = "ENV-012", "Setting is missing"
    LIMITS = "ENV-013", "Setting is out of bounds"
    ADDRESSES = "ENV-014", "Address block cannot be used"
    REGION = "ENV-015", "Unknown region"
    ZONES = "ENV-016", "Region has fewer zones"
    CONTRADICTION = "ENV-017", "Settings contradict each other"
    LATER = "ENV-018", "Setting is known, not available yet"
    LISTED_TWICE = "ENV-019", "Entry is listed twice"
    MACHINE = "ENV-020", "Unknown machine type"
    VERSION = "ENV-021", "Kubernetes version cannot be used"
    RANGE = "ENV-022", "Number of nodes cannot be used"
    MACHINE_CANNOT = "ENV-023", "Machine type cannot do this"
    CAPACITY = "ENV-024", "Machine type is not sold like this"
    ONE_ZONE = "ENV-025", "Pool has to be in one zone"
    OWNER = "ENV-026", "Pool needs a node group"
    ZONE = "ENV-027", "Zone is not in the network"
    KUBERNETES = "ENV-028", "Kubernetes does not accept this"
    NO_CLUSTER = "ENV-029", "There is no cluster for it"
    AIR_GAP = "ENV-030", "Air gap would have a way out"
    OVERLAP = "ENV-031", "Regions share addresses"
    UNKNOWN_NAME = "ENV-032", "Nothing in the file has this name"
    NO_QUEUE = "ENV-033", "No team may use the pool"
    KUBECONFIG = "ENV-034", "Kubeconfig does not lead to the cluster"
    LOCK = "ENV-035", "Line of a lock of images cannot be used"
    NO_DIGEST = "ENV-036", "Digest of an image is missing"
    RULES = "ENV-037", "Rules cannot be loaded"
    EXCEPTIONS = "ENV-038", "Exception from a rule does not hold"
    NO_ROOM = "ENV-040", "Model has no room in its pool"
    WEIGHTS = "ENV-041", "Weights are not a hundred percent"
    SERVERS = "ENV-042", "Number of servers cannot be used"
    WEAK_KEY = "ENV-050", "Key is of no use for its purpose, or too weak"
    ROTATION = "ENV-051", "Key is kept longer than the policy allows"
    OWN_ADMINISTRATION = "ENV-052", "Policy grants its own administration"
    MOUNTS = "ENV-053", "Mounts overlap"
    OUTLIVES = "ENV-054", "What is issued would outlive its issuer"
    PLAIN_HTTP = "ENV-055", "Vault would be spoken to in clear"
    SIGNATURE = "ENV-056", "Signature of a model does not hold"

    @property
    def code(self) -> str:
        """The id, as `ENV-011`."""
        return self.value[0]

    @property
    def summary(self) -> str:
        """The text that never changes."""
        return self.value[1]


COMMAND_LINE: Final = "the command line"
"""The file of what no file says."""


@dataclass(frozen=True, slots=True)
class Place:
    """A span of one line in one file; lines and columns count from 1."""

    file: str
    line: int
    column: int
    width: int
    text: str

    def __str__(self) -> str:
        """The place as editors and terminals jump to it: `environments/prod.yaml:4`."""
        return self.file if self.file == COMMAND_LINE else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One message for the person at the keyboard.

    `detail` says what was wrong this time, with the reason if it is not obvious; `fix` says what to type.
    """

    problem: Problem
    detail: str
    fix: str
    place: Place | None = None


class InvalidEnvironment(Exception):
    """Every problem of an environment's files, sorted by place; nothing has been touched."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        return render_all(self.diagnostics)


def render(diagnostic: Diagnostic, paint: Paint = str) -> str:
    """The message as the terminal shows it; `paint` colours its head."""
    drawing = Drawing(
        code=diagnostic.problem.code,
        summary=diagnostic.problem.summary,
        # What is quoted from a file must not look like a line of the message.
        detail=printable(diagnostic.detail),
        fix=printable(diagnostic.fix),
        excerpt=tuple(_excerpt(diagnostic.place)) if diagnostic.place else (),
    )
    return drawn(drawing, paint)


def render_all(diagnostics: Iterable[Diagnostic], paint: Paint = str) -> str:
    """All messages, a blank line between two."""
    return "\n\n".join(render(diagnostic, paint) for diagnostic in diagnostics)


def _excerpt(place: Place) -> Iterator[str]:
    text, column, width = _window(place)
    gutter = " " * len(str(place.line))
    yield f"{gutter}--> {place.file}:{place.line}:{place.column}"
    yield f"{gutter} |"
    yield f"{place.line} | {text}".rstrip()
    yield f"{gutter} | {' ' * (column - 1)}{'^' * width}"


def _window(place: Place) -> tuple[str, int, int]:
    """The part of the line that fits, and column and width of the place in it."""
    start = 0 if len(place.text) <= WIDTH else max(0, place.column - 1 - WIDTH // 4)
    text = printable(place.text[start : start + WIDTH])
    column = place.column - start
    return text, column, max(1, min(place.width, len(text) - column + 1))

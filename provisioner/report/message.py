"""A message about a command that failed: what went wrong, why, and what to type."""

from __future__ import annotations

import enum
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from environments.drawing import Drawing, drawn
from provisioner.report.style import PLAIN, Style

PROGRAM: Final = "provisioner"
"""What commands are written with here."""


class Trouble(enum.Enum):
    """Every kind of failure: its id, which is never used again for another, and its summary.

    A summary is the same text every time, so that people learn to recognise it.
    """

    PROTECTED = "RUN-001", "Protected resources would be removed"
    PROGRAM = "RUN-002", "The stack's program failed"
    INPUTS = "RUN-003", "Provider refuses properties"
    TYPE = "RUN-004", "Unknown resource type"
    PROVIDER = "RUN-005", "Resource has no provider"
    URN_TWICE = "RUN-006", "Resource is registered twice"
    ALIAS = "RUN-007", "Alias belongs to another resource"
    PARENT = "RUN-008", "Parent does not exist"
    LOCKED = "RUN-009", "State is locked"
    DAMAGED = "RUN-010", "State is damaged"
    ILL_FORMED = "RUN-011", "State would not be well-formed"
    NOT_WRITTEN = "RUN-012", "State cannot be written"
    NEWER = "RUN-013", "State is of a newer version"
    NO_PASSPHRASE = "RUN-014", "Passphrase is missing"
    WRONG_PASSPHRASE = "RUN-015", "Passphrase is wrong"
    CHANGED = "RUN-016", "Plan no longer holds"
    AMBIGUOUS = "RUN-017", "Object of an interrupted run cannot be told from others"
    NOT_READ = "RUN-018", "Cloud cannot be read"
    REFUSED = "RUN-019", "Provider refused"
    LOCAL_START = "RUN-020", "Local cloud did not start"
    LOCAL_STOP = "RUN-021", "Local cloud did not stop"
    ACCOUNT = "RUN-022", "Credentials belong to another account"
    CREDENTIALS = "RUN-023", "No credentials"
    LOSS = "RUN-024", "Loss of data was not approved"
    TERMINAL = "RUN-025", "Nobody can be asked"
    RESOURCE = "RUN-026", "Resource is not in the state"
    OUTPUT = "RUN-027", "Output does not exist"
    UNEXPLAINED = "RUN-028", "Command failed"
    EXISTS = "RUN-029", "File exists"
    FILE = "RUN-030", "File cannot be written"
    ANSWERS = "RUN-031", "Answers are missing"
    NO_CLUSTER = "RUN-032", "Environment has no cluster"
    CLUSTER_LATER = "RUN-033", "Cluster is not recorded"
    FOREIGN = "RUN-034", "Cluster is not made here"
    TOKEN = "RUN-035", "No token for the cluster"
    REGIONS = "RUN-036", "Regions are at other places in the file"
    LOCAL_GONE = "RUN-037", "Local cloud is gone"

    MOVED = "RUN-050", "Saved plan no longer holds"
    NOT_A_PLAN = "RUN-051", "File is not a plan"
    NEWER_PLAN = "RUN-052", "Plan is of a newer version"
    SCOPE = "RUN-053", "Part of the environment cannot change alone"
    OUTPUT_SCOPE = "RUN-055", "A later layer needs what is left out"
    NO_MATCH = "RUN-054", "Nothing has that name"
    SEVERAL_MATCH = "RUN-058", "Several resources have that name"
    REPLACED_OUTSIDE = "RUN-056", "What is to be replaced is left out"
    NEEDS_PLAN = "RUN-057", "A step takes a plan"

    AWAY = "RUN-070", "State cannot be reached"
    TAKEN_OVER = "RUN-071", "Stack was taken over"
    NO_CONDITIONS = "RUN-072", "Endpoint cannot keep state"
    VERSION = "RUN-073", "State has no such version"
    SEALED_OTHERWISE = "RUN-074", "Secrets are sealed with another key"
    KEY = "RUN-075", "Key of the secrets cannot be used"
    OUT_OF_REACH = "RUN-076", "Environment is this machine's"
    OPERATIONS_OPEN = "RUN-080", "Operations are open"
    NEITHER_PASSPHRASE = "RUN-081", "Neither passphrase is right"
    SAME_PASSPHRASE = "RUN-082", "Passphrase is not a new one"
    NO_SUCH_KEY = "RUN-083", "No key of that name"
    KEY_NEEDED = "RUN-084", "Keys are still needed"

    NAME_TAKEN = "RUN-110", "Name belongs to another resource"
    NOT_BY_HAND = "RUN-111", "Record cannot be changed like this"
    SEVERAL_RECORDS = "RUN-112", "Several records have that name"
    STILL_NEEDED = "RUN-113", "Resource is needed by others"
    RECORD_PROTECTED = "RUN-114", "Recorded resource is protected"
    OPERATION_OPEN = "RUN-115", "An operation on the resource is open"
    NO_PLACE = "RUN-116", "New URN has no place"
    NOT_MENDED = "RUN-117", "State cannot be repaired"
    DOES_NOT_FIT = "RUN-118", "File is another state"
    NO_STATE_IN_FILE = "RUN-119", "File is not a state"
    TWICE = "RUN-120", "Resource is recorded twice"
    REPAIR_FIRST = "RUN-121", "State breaks rules"
    BREAKS_RULES = "RUN-122", "State in the file breaks rules"
    NOT_A_NAME = "RUN-123", "Text is not a name"

    NOT_IMPORTED = "RUN-090", "Objects cannot be imported like this"
    NOT_AN_IMPORT_FILE = "RUN-091", "File does not say what to import"
    NOTHING_LISTED = "RUN-092", "No ids are given"
    NO_LOCAL_CLOUD = "RUN-093", "Local cloud does not run"

    NOT_A_PROJECT = "RUN-150", "Project cannot be used"
    CONFIGURATION = "RUN-151", "Configuration is not as it has to be"
    CONFIGURATION_MISSING = "RUN-152", "Configuration is missing"

    HELD = "RUN-130", "Stack belongs to the other engine"
    UNFINISHED_THERE = "RUN-131", "The other engine has not finished"
    NOT_WITH_ENGINE = "RUN-132", "Not with this engine"
    ENGINE_FAILED = "RUN-133", "Pulumi's engine failed"
    NO_ENGINE = "RUN-134", "Pulumi's engine is not installed"
    ENGINE_UNUSABLE = "RUN-135", "Pulumi's engine cannot be used"
    ENGINE_NOT_FETCHED = "RUN-136", "Pulumi's engine was not fetched"
    NOTHING_SEALS = "RUN-170", "Nothing seals or signs models"
    MODEL_NOT_READ = "RUN-171", "Model cannot be read or stored"
    MODEL_UNSOUND = "RUN-172", "Model is not what was sealed and signed"
    NO_MODEL_STORE = "RUN-173", "There is no store for models"
    NO_MODEL_KEY = "RUN-174", "Key of a model does not exist"
    POLICY = "RUN-160", "Rules are broken"
    RULES = "RUN-161", "Rules cannot be loaded"
    POLICY_ON_THE_WAY = "RUN-162", "Stopped before a step that breaks a rule"
    ARCHIVE = "RUN-137", "Archive holds no engine"

    HOOK = "RUN-139", "Hook of the program failed"
    NO_PLUGIN = "RUN-140", "Package has no plugin"
    FATE_UNKNOWN = "RUN-141", "What became of a creation is not known"
    NO_HELM = "RUN-142", "Helm is not installed"
    NO_MIRROR = "RUN-180", "There is no mirror of images"
    NOT_LOCKED = "RUN-181", "Mirror does not have all images"
    NO_DEFINITIONS = "RUN-143", "Definitions of custom kinds were not fetched"
    NOT_DEFINITIONS = "RUN-144", "No definitions of custom kinds there"

    @property
    def code(self) -> str:
        """The id, as `RUN-009`."""
        return self.value[0]

    @property
    def summary(self) -> str:
        """The text that never changes."""
        return self.value[1]


@dataclass(frozen=True, slots=True)
class Message:
    """One message for the person at the keyboard."""

    trouble: Trouble
    detail: str
    """What was wrong this time, and why that is a problem. Paragraphs are wrapped, indented lines are not."""

    fix: str
    """What to do, as a sentence."""

    commands: tuple[str, ...] = ()
    """What to type; each stands alone on a line, so that it can be copied."""


def render(message: Message, style: Style = PLAIN, program: str = PROGRAM) -> str:
    """The message as the terminal shows it; ends with a line break. `program` is what people type for us."""
    drawing = Drawing(
        code=message.trouble.code,
        summary=message.trouble.summary,
        detail=message.detail,
        fix=message.fix,
        commands=tuple(typed(command, program) for command in message.commands),
    )
    return drawn(drawing, style.as_bad) + "\n"


def indented(text: str) -> str:
    """What is not to be wrapped in a message: each line that says something, moved in."""
    return "\n".join(f"  {line}" if line else "" for line in text.splitlines())


def retyped(command: str, others: Mapping[str, str]) -> str:
    """A command line with other words in place of some, also in `--option=word`."""
    found: list[str] = []
    for word in shlex.split(command):
        option, sign, value = word.partition("=") if word.startswith("--") else ("", "", word)
        found.append(f"{option}{sign}{others.get(value, value)}")
    return shlex.join(found)


def typed(command: str, program: str) -> str:
    """The command line with what people type in place of `provisioner`."""
    words = command.split(" ")
    if PROGRAM in words:
        words[words.index(PROGRAM)] = program
    return " ".join(words)

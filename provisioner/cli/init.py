"""`provisioner init`."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import click

from environments.diagnostics import InvalidEnvironment, render_all
from environments.first_file import Answers, file_text, free_block, problems
from environments.source import shown
from provisioner.cli.called import program
from provisioner.cli.exit_code import ExitCode
from provisioner.cli.explaining import Explaining
from provisioner.cli.screen import err, out
from provisioner.cli.writing import write_new
from provisioner.engine.failures import AnswersMissing, FileExists
from provisioner.report.message import PROGRAM
from provisioner.report.outcome import commands_text

_FOLDER: Final = Path("environments")
_NONE: Final = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One answer: what it is called as an option, and how it is asked for."""

    name: str
    text: str
    word: str
    """What stands for the value in a command line."""

    default: Callable[[Answers], str] | None = None
    """None: there is no answer that would do for everybody."""

    choices: tuple[str, ...] = ()
    matters: Callable[[Answers], bool] = lambda _: True

    @property
    def option(self) -> str:
        """As it is typed: `--gpu-nodes`."""
        return "--" + self.name.replace("_", "-")


def _proposed(text: str) -> Callable[[Answers], str]:
    return lambda _: text


def _has_cloud(answers: Answers) -> bool:
    return answers.cloud != _NONE


def _has_none(answers: Answers) -> bool:
    return answers.cloud == _NONE


QUESTIONS: Final = (
    Question(name="name", text="Name of the environment", word="NAME"),
    Question(
        name="cloud",
        text="The real cloud, the one on a desk, or none",
        word="CLOUD",
        default=_proposed("aws"),
        choices=("aws", "local", _NONE),
    ),
    Question(
        name="account",
        text="Id of the AWS account",
        word="ID",
        matters=lambda answers: answers.cloud == "aws",
    ),
    Question(name="owner", text="Mail address of the owning team", word="ADDRESS"),
    Question(
        name="data_class",
        text="Most sensitive data it may hold",
        word="CLASS",
        default=_proposed("confidential"),
        choices=("public", "internal", "confidential", "restricted"),
    ),
    Question(
        name="region",
        text="Region",
        word="REGION",
        default=lambda answers: "us-east-1" if _has_cloud(answers) else "on-prem",
    ),
    Question(
        name="replicas",
        text="Further regions, with commas",
        word="REGIONS",
        default=_proposed(_NONE),
        matters=_has_cloud,
    ),
    Question(
        name="cidr",
        text="Private block of addresses; each region takes a /16 of it",
        word="BLOCK",
        default=lambda _: free_block(_FOLDER),
        matters=_has_cloud,
    ),
    Question(
        name="connectivity",
        text="Way to the internet, or an air gap",
        word="KIND",
        default=_proposed("connected"),
        choices=("connected", "airgap"),
    ),
    Question(
        name="mirror",
        text="Registry inside the gap that holds every image",
        word="HOST",
        matters=lambda answers: answers.connectivity == "airgap",
    ),
    Question(
        name="cluster",
        text="Kubernetes cluster of each region",
        word="KIND",
        default=_proposed("eks"),
        choices=("eks", _NONE),
        matters=_has_cloud,
    ),
    Question(
        name="kubeconfig",
        text="File with the access to the cluster, as seen from the environment's file",
        word="FILE",
        default=_proposed("kubeconfig"),
        matters=_has_none,
    ),
    Question(name="context", text="Context in it", word="CONTEXT", matters=_has_none),
    Question(
        name="delivery",
        text="How objects get into the cluster",
        word="KIND",
        default=_proposed("direct"),
        choices=("direct", "gitops"),
        matters=_has_none,
    ),
    Question(
        name="admin",
        text="IAM role that administers the cluster, an ARN",
        word="ARN",
        default=_proposed(_NONE),
        matters=lambda answers: answers.cluster == "eks",
    ),
    Question(
        name="gpu",
        text="Machine type of a first GPU pool",
        word="TYPE",
        default=_proposed(_NONE),
        matters=lambda answers: answers.cluster == "eks",
    ),
    Question(
        name="gpu_nodes",
        text="Its nodes, fewest..most",
        word="RANGE",
        default=_proposed("0..2"),
        matters=lambda answers: answers.gpu is not None,
    ),
)


def _with_options(command: Callable[..., Any]) -> Callable[..., Any]:
    for question in reversed(QUESTIONS):
        kind = click.Choice(question.choices) if question.choices else None
        metavar = None if question.choices else question.word
        command = click.option(question.option, type=kind, metavar=metavar, help=question.text + ".")(command)
    return command


@click.command("init", cls=Explaining, short_help="Write a first environment file, by questions.")
@_with_options
@click.option("--out", "file", type=click.Path(path_type=Path), help="Default: environments/NAME.yaml.")
def command(file: Path | None, **given: str | None) -> ExitCode:
    """Write a first environment file, by questions. Each answer can be an option; nothing is overwritten.

    Without a terminal, what is not answered gets its default.
    """
    interview = _Interview({name: answer for name, answer in given.items() if answer is not None}, file)
    answers = interview.answers()
    file = interview.file(answers)
    write_new(file, file_text(answers).encode())
    out().say(_next(interview, file, answers))
    return ExitCode.DONE


class _Interview:
    """The answers, one after another: given as options, typed by a person, or the defaults."""

    def __init__(self, given: Mapping[str, str], file: Path | None) -> None:
        self._given = given
        self._file = file
        self._said: dict[str, str] = {}

    def answers(self) -> Answers:
        """All of them, each checked with those before it. Raises `InvalidEnvironment` and `Failure`s."""
        if not sys.stdin.isatty():
            self._require_answers()
        answers = Answers()
        for question in QUESTIONS:
            if question.matters(answers):
                answers = self._answered(question, answers)
                if self.file(answers).exists() and "name" in self._said:
                    raise FileExists(self.file(answers))
        return answers

    def file(self, answers: Answers) -> Path:
        """Where it is written."""
        return self._file or _FOLDER / f"{answers.name}.yaml"

    def command(self) -> str:
        """The command line that gives the same answers."""
        words = [word for name, said in self._said.items() for word in (_option(name), said)]
        words += ["--out", str(self._file)] if self._file else []
        return shlex.join(["init", *words])

    def _answered(self, question: Question, answers: Answers) -> Answers:
        """The answers with one more; a person is asked until it is valid."""
        typed = question.name not in self._given and sys.stdin.isatty()
        while True:
            said = _asked(question, answers) if typed else self._silent(question, answers)
            more = replace(answers, **{question.name: _value(question, said)})
            found = problems(more, self.file(more))
            if not found:
                self._said[question.name] = said
                return more
            if not typed:
                raise InvalidEnvironment(found)
            err().say(f"\n{render_all(found, err().style.as_bad)}\n")

    def _silent(self, question: Question, answers: Answers) -> str:
        if (given := self._given.get(question.name)) is not None:
            return given
        assert question.default, f"{question.option} was found missing before"
        return question.default(answers)

    def _require_answers(self) -> None:
        missing = [*self._missing()]
        if missing:
            words = [word for name, said in self._given.items() for word in (_option(name), said)]
            asked = [f"{question.option} {question.word}" for question in missing]
            command = " ".join([f"{PROGRAM} init", *([shlex.join(words)] if words else []), *asked])
            raise AnswersMissing(tuple(asked), command)

    def _missing(self) -> Iterator[Question]:
        """What has no default and no answer; which questions matter follows from the answers given."""
        answers = Answers(**{name: _value(_question(name), said) for name, said in self._given.items()})
        for question in QUESTIONS:
            if question.default is None and question.name not in self._given and question.matters(answers):
                yield question


def _question(name: str) -> Question:
    return next(question for question in QUESTIONS if question.name == name)


def _option(name: str) -> str:
    return _question(name).option


def _asked(question: Question, answers: Answers) -> str:
    said: str = click.prompt(
        question.text,
        default=question.default(answers) if question.default else None,
        type=click.Choice(question.choices) if question.choices else str,
        err=True,
    )
    return said.strip()


def _value(question: Question, said: str) -> Any:
    """The answer as `Answers` holds it."""
    match question.name:
        case "replicas":
            return tuple(word.strip() for word in said.split(",")) if said != _NONE else ()
        case "admin" | "gpu":
            return None if said == _NONE else said
        case _:
            return said


def _next(interview: _Interview, file: Path, answers: Answers) -> str:
    # A name is looked up in ./environments/; any other file is called by its path.
    called = answers.name if file == _FOLDER / f"{answers.name}.yaml" else str(file)
    us = program()
    lines = [f"Wrote {shown(file)}. The same without questions:", "", f"  {us} {interview.command()}"]
    lines += ["", "Try next:", ""]
    lines += commands_text(
        (
            (f"{us} show {called} --origin", "every setting, with its default where it has one"),
            (f"{us} plan {called}", "what would be made; nothing is changed"),
            (f"{us} apply {called}", "make it"),
        )
    )
    return "\n".join(lines)

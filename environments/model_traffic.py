"""How many servers a model has, what that depends on, and which version gets which part of the requests."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from environments.diagnostics import Problem
from environments.model_sources import Source
from environments.quantities import Whole
from environments.section import Form, Section, refused
from environments.sizes import NodeRange, Nodes

_PERCENT: Final = 100

Version = Annotated[Whole, Field(ge=1, examples=[17])]


class ScaleBy(Section):
    """What servers are added and removed for."""

    metric: Annotated[
        Literal["cpu", "memory", "queue_depth"],
        Field(
            description="`cpu`, `memory`: percent of what a server asks for; `queue_depth`: requests that "
            "wait at a server, as Prometheus knows them."
        ),
    ]
    target: Annotated[
        Whole,
        Field(ge=1, description="What each server should have; with more, servers are added.", examples=[4]),
    ]
    prometheus: Annotated[
        str | None,
        Form("an address that begins with `http://` or `https://`"),
        Field(
            pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[A-Za-z0-9._/-]*)?$",
            description="Prometheus that knows the queue; only for `queue_depth`.",
            examples=["http://prometheus.monitoring:9090"],
        ),
    ] = None

    @model_validator(mode="after")
    def _counted_somewhere(self) -> Self:
        if self.metric == "queue_depth" and self.prometheus is None:
            detail = "How many requests wait is known to Prometheus only, and none is named."
            fix = 'add its address, for example `prometheus: "http://prometheus.monitoring:9090"`.'
            raise refused(Problem.MISSING, detail, fix, because=("metric",))
        if self.metric != "queue_depth" and self.prometheus:
            detail = f"`{self.metric}` is measured by Kubernetes itself; Prometheus is not asked for it."
            fix = "remove `prometheus`, or write `metric: queue_depth`."
            raise refused(Problem.CONTRADICTION, detail, fix, at=("prometheus",), because=("metric",))
        if self.metric != "queue_depth" and self.target > _PERCENT:
            detail = f"`{self.metric}` is a percentage, and {self.target} is more than all."
            fix = "write, for example, `target: 80`."
            raise refused(Problem.LIMITS, detail, fix, at=("target",), because=("metric",))
        return self


class Scale(Section):
    """How few and how many servers of the stable version there are."""

    replicas: Annotated[
        NodeRange,
        Nodes(
            least=1,
            what="server",
            whose="model",
            without="any server: what is asked then gets no answer",
            problem=Problem.SERVERS,
        ),
        Field(
            description="How few and how many servers there may be in a region.",
            examples=["2..4"],
        ),
    ] = NodeRange(2, 2)
    by: Annotated[
        ScaleBy | None,
        Field(
            description="What moves the number; none: it does not move.",
            examples=[{"metric": "cpu", "target": 80}],
        ),
    ] = None

    @model_validator(mode="after")
    def _moved_by_something(self) -> Self:
        fewest, most = self.replicas.min, self.replicas.max
        if fewest != most and self.by is None:
            detail = f"There are {fewest} to {most} servers, and nothing says what for."
            fix = f"add `by: {{metric: cpu, target: 80}}`, or write `replicas: {fewest}..{fewest}`."
            raise refused(Problem.MISSING, detail, fix, at=("replicas",), because=("by",))
        if fewest == most and self.by:
            detail = f"There are always {most} servers, so nothing is added or removed for anything."
            fix = f"remove `by`, or write `replicas: {fewest}..{2 * most}`."
            raise refused(Problem.CONTRADICTION, detail, fix, at=("by",), because=("replicas",))
        return self


class Candidate(Section):
    """A version that is tried beside the stable one, with its part of the requests and of the servers."""

    version: Annotated[Version, Field(description="Version that is tried.", examples=[18])]
    weight: Annotated[
        Whole,
        Field(
            ge=0,
            le=100,
            description="Percent of the requests that it gets; 0: it runs, and is asked by nobody.",
            examples=[10],
        ),
    ]
    source: Annotated[
        Source,
        Field(
            description="Artifact of that version.",
            examples=[
                {"uri": "store://ranker/18", "digest": "sha256:" + "fedcba9876543210" * 4},
            ],
        ),
    ]


class Traffic(Section):
    """Which versions answer."""

    stable: Annotated[Version, Field(description="Version that `source` is.", examples=[17])]
    weight: Annotated[
        Whole | None,
        Form("a whole number from 0 to 100"),
        Field(
            ge=0,
            le=100,
            description="Percent of the requests that it gets; none: what the candidate leaves.",
            examples=[90],
        ),
    ] = None
    candidate: Annotated[
        Candidate | None,
        Field(
            description="A version that is tried beside it. Set its `weight` to 0 before you remove it: then "
            "no request is lost.",
        ),
    ] = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        tried = self.candidate.weight if self.candidate else 0
        if self.weight is not None and self.weight + tried != _PERCENT:
            detail = (
                f"The stable version is alone, and {100 - self.weight} percent of the requests get no answer."
            )
            if self.candidate:
                total = self.weight + tried
                detail = (
                    f"The weights are {self.weight} and {tried}: {total} percent of the requests, not 100."
                )
            fix = f"write `weight: {_PERCENT - tried}`, or leave it out."
            because = ("candidate", "candidate.weight")
            raise refused(Problem.WEIGHTS, detail, fix, at=("weight",), because=because)
        if self.candidate and self.candidate.version == self.stable:
            detail = f"Version {self.stable} is the stable one already: it would be tried beside itself."
            fix = "name another version, or remove `candidate`."
            at = ("candidate", "version")
            raise refused(Problem.LISTED_TWICE, detail, fix, at=at, because=("stable",))
        return self

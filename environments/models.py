"""Models that are served: what each is, what runs it, on what, and how much of it there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal, Self

from pydantic import Discriminator, Field, model_validator

from environments.diagnostics import Problem
from environments.model_sources import Source
from environments.model_traffic import Scale, Traffic
from environments.quantities import Whole
from environments.runtimes import RUNTIMES, Runtime
from environments.section import Form, Section, refused
from environments.short_form import Short
from environments.sizes import Gibibytes, Size

_KIND: Final = (
    "`vllm`: large language models; `triton`: a model repository; `onnx`: one ONNX file, `model.onnx`; "
    "`sklearn`: scikit-learn; `custom`: an image of yours that answers on port 8080."
)
_IMAGE: Final = r"^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+(:[\w.-]+)?@sha256:[0-9a-f]{64}$"
_IMAGE_SAMPLE: Final = "registry.corp.example/vllm-openai@sha256:" + "0123456789abcdef" * 4
_ONE_OF_ITS_OWN: Final = Form(
    "an image with its registry and its digest, `<registry>/<name>@sha256:<digest>`"
)

_Arguments = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=1000)], ...],
    Field(
        description="Further arguments of the server.",
        examples=[["--max-model-len=8192"]],
    ),
]


class KnownRuntime(Section):
    """A model server of the tool's table: its image, its arguments and how it is asked are known."""

    kind: Annotated[Literal["vllm", "triton", "onnx", "sklearn"], Field(description=_KIND)]
    image: Annotated[
        str | None,
        _ONE_OF_ITS_OWN,
        Field(
            pattern=_IMAGE,
            max_length=500,
            description="Image to run instead of the table's, with its digest.",
            examples=[_IMAGE_SAMPLE],
        ),
    ] = None
    args: _Arguments = ()

    @property
    def known(self) -> Runtime:
        """What the table says about it."""
        return RUNTIMES[self.kind]


class CustomRuntime(Section):
    """A server of one's own: finds the model in /mnt/models, answers on port 8080, and is not run as root."""

    kind: Annotated[Literal["custom"], Field(description=_KIND)]
    image: Annotated[
        str,
        _ONE_OF_ITS_OWN,
        Field(
            pattern=_IMAGE,
            max_length=500,
            description="Image of the server, with its digest.",
            examples=[_IMAGE_SAMPLE],
        ),
    ]
    args: _Arguments = ()
    ready: Annotated[
        str,
        Form("a path that begins with `/`"),
        Field(
            pattern=r"^/[\w./-]*$",
            max_length=200,
            description="Path that answers when the model is loaded.",
            examples=["/healthz"],
        ),
    ] = "/v2/health/ready"


ModelRuntime = Annotated[
    KnownRuntime | CustomRuntime,
    Discriminator("kind"),
    Short("kind", ("vllm", "triton", "onnx", "sklearn")),
]


class ServerSize(Section):
    """What each server takes of its machine, beside GPUs."""

    cpus: Annotated[
        Whole, Field(ge=1, le=192, description="Processors that it is sure of.", examples=[4])
    ] = 2
    memory: Annotated[
        Size,
        Gibibytes(least=1, most=4096),
        Field(description="Memory of the machine that it may use.", examples=["16Gi"]),
    ] = Size(8)
    disk: Annotated[
        Size,
        Gibibytes(least=1, most=16384),
        Field(description="Disk for the model and what the server writes.", examples=["60Gi"]),
    ] = Size(20)


class Model(Section):
    """One model that is served, in each region, in the namespace of its team."""

    name: Annotated[
        str,
        Form("1 to 30 lower-case letters, digits and `-`, beginning with a letter, not ending with `-`"),
        Field(
            # `<name>-candidate-predictor` and what KServe adds is the label of a pod.
            max_length=30,
            pattern=r"^[a-z]([a-z0-9-]*[a-z0-9])?$",
            description="Name of the model: part of its address, so it never changes.",
            examples=["ranker"],
        ),
    ]
    team: Annotated[
        str,
        Form("the name of a team"),
        Field(description="Team it belongs to, one of `teams`.", examples=["search"]),
    ]
    source: Annotated[
        Source,
        Field(
            description="Artifact of the stable version.",
            examples=[{"uri": "store://ranker/17", "digest": "sha256:" + "0123456789abcdef" * 4}],
        ),
    ]
    licence: Annotated[
        str,
        Form("letters, digits, `.`, `_` and `-`, as in SPDX's list"),
        Field(
            pattern=r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$",
            description="Licence of the model: a name of SPDX's list, or `proprietary`.",
            examples=["apache-2.0"],
        ),
    ]
    owner: Annotated[
        str | None,
        Form("a mail address"),
        Field(
            pattern=r"^[A-Za-z0-9._+=-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
            max_length=254,
            description="Mail address of who answers for the model; none: the environment's `owner`.",
            examples=["search-ml@example.com"],
        ),
    ] = None
    runtime: Annotated[ModelRuntime, Field(description="What serves it.", examples=["vllm"])]
    pool: Annotated[
        str | None,
        Form("the name of a GPU pool"),
        Field(description="GPU pool it runs on; none: it runs without GPUs.", examples=["online"]),
    ] = None
    gpus: Annotated[
        Whole | None,
        Form("a whole number from 1 to 16"),
        Field(
            ge=1,
            le=16,
            description="GPUs of the pool, or shares of them, that each server asks for; none: 1.",
            examples=[2],
        ),
    ] = None
    memory: Annotated[
        Annotated[Size, Gibibytes(least=1, most=4096)] | None,
        Form("a size from 1Gi to 4096Gi"),
        Field(
            description="GPU memory that the model and its requests need, on all GPUs of a server together; "
            "required with `pool`.",
            examples=["16Gi"],
        ),
    ] = None
    server: Annotated[
        ServerSize, Field(description="What each server takes of its machine, beside GPUs.")
    ] = ServerSize()
    scale: Annotated[Scale, Field(description="How many servers there are.")] = Scale()
    traffic: Annotated[Traffic, Field(description="Which versions answer.", examples=[{"stable": 17}])]

    @property
    def versions(self) -> Sequence[tuple[int, Source]]:
        """Each version that runs and where its artifact lies, the stable one first."""
        tried = self.traffic.candidate
        stable = (self.traffic.stable, self.source)
        return (stable, (tried.version, tried.source)) if tried else (stable,)

    @property
    def asks_for(self) -> int:
        """How many GPUs, or shares of them, each of its servers asks for."""
        return (self.gpus or 1) if self.pool else 0

    @property
    def candidates(self) -> int:
        """How many servers the candidate has: its part of the fewest of the stable version, at least one.

        KServe refuses a canary with more than those.
        """
        tried = self.traffic.candidate
        return max(1, -(-self.scale.replicas.min * tried.weight // 100)) if tried else 0

    @model_validator(mode="after")
    def _on_gpus_or_not(self) -> Self:
        if self.pool is None:
            self._without_gpus()
        elif self.memory is None:
            detail = f"`{self.name}` runs on GPUs, and nothing says how much of their memory it needs."
            fix = (
                "add, for example, `memory: 16Gi`: its weights, and room for the requests it answers at once."
            )
            raise refused(Problem.MISSING, detail, fix, because=("pool", "memory"))
        if self.pool and isinstance(self.runtime, KnownRuntime) and self.runtime.known.gpus == "unused":
            detail = f"`{self.runtime.kind}` makes no use of GPUs, so those of `{self.pool}` would lie idle."
            raise refused(Problem.CONTRADICTION, detail, "remove `pool`.", at=("pool",), because=("runtime",))
        return self

    @model_validator(mode="after")
    def _known_queue(self) -> Self:
        by = self.scale.by
        known = self.runtime.known.queue_metric if isinstance(self.runtime, KnownRuntime) else None
        if by and by.metric == "queue_depth" and known is None:
            detail = (
                f"What a server of kind `{self.runtime.kind}` calls its queue is not known, if it has one."
            )
            at = ("scale", "by", "metric")
            raise refused(Problem.CONTRADICTION, detail, "write `metric: cpu`.", at=at, because=("runtime",))
        return self

    def _without_gpus(self) -> None:
        if isinstance(self.runtime, KnownRuntime) and self.runtime.known.gpus == "needed":
            detail = f"`{self.runtime.kind}` runs on GPUs, and the model has no `pool`."
            fix = "add `pool`, the name of a GPU pool, and `memory`."
            raise refused(Problem.MISSING, detail, fix, at=("runtime",), because=("pool",))
        for name, instead in (("gpus", "add `pool`"), ("memory", "write `server: {memory: …}`")):
            if getattr(self, name) is not None:
                detail = f"`{name}` is about GPUs, and the model has no `pool`."
                fix = f"remove `{name}`, or {instead}."
                raise refused(Problem.CONTRADICTION, detail, fix, at=(name,), because=("pool",))


Models = tuple[Model, ...]
"""All models of an environment."""

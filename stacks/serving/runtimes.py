"""What serves a model, and how it is told to: the table's row, with what the model and its GPUs ask for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from components.model_pod import ModelRuntime
from environments.gateway import DEFAULT_TIMEOUT
from environments.gpu_pools import GpuPool
from environments.models import CustomRuntime, KnownRuntime, Model
from environments.runtimes import MODELS
from environments.sharing import TimeSlicing
from stacks.cluster_stack import ClusterStack
from stacks.serving.images import from_mirror

_PROTOCOLS: Final[Mapping[str, tuple[str, ...]]] = {
    # KServe has no word for OpenAI's interface; this is what it takes a runtime for that says nothing.
    "openai": ("v1",),
    "v1": ("v1", "v2"),
    "v2": ("v2",),
}

_USER: Final = 1000
_MIB: Final = 1024


def runtime(stack: ClusterStack, model: Model, pool: GpuPool | None) -> ModelRuntime:
    """What the model is served by."""
    wanted = model.runtime
    if isinstance(wanted, CustomRuntime):
        return _own(stack, wanted, model)
    row = wanted.known
    return ModelRuntime(
        image=from_mirror(stack, wanted.image or row.image),
        model_format=row.model_format,
        protocols=_PROTOCOLS[row.protocol],
        command=row.command,
        args=(
            *(each.replace("{model}", model.name) for each in row.args),
            *_on_gpus(wanted, model, pool),
            *wanted.args,
        ),
        env=row.env,
        ready=row.ready,
        user=row.user,
        mount=row.mount.replace("{model}", model.name),
        longest_s=_longest(stack),
        metrics_port=row.metrics_port,
    )


def _own(stack: ClusterStack, wanted: CustomRuntime, model: Model) -> ModelRuntime:
    return ModelRuntime(
        image=from_mirror(stack, wanted.image),
        model_format="custom",
        protocols=("v1", "v2"),
        command=(),
        args=wanted.args,
        env={"HOME": "/tmp", "MODEL_NAME": model.name},  # noqa: S108 - the only folder it can write to
        ready=wanted.ready,
        user=_USER,
        mount=MODELS,
        longest_s=_longest(stack),
        metrics_port=None,
    )


def _longest(stack: ClusterStack) -> int:
    """Seconds that a request may take; without a gateway nobody says."""
    gateway = stack.environment.gateway
    return int((gateway.timeout if gateway else DEFAULT_TIMEOUT).removesuffix("s"))


def _on_gpus(wanted: KnownRuntime, model: Model, pool: GpuPool | None) -> Iterator[str]:
    if wanted.kind != "vllm" or pool is None:
        return
    if model.asks_for > 1:
        yield f"--tensor-parallel-size={model.asks_for}"
    if isinstance(pool.sharing, TimeSlicing):
        # It would take nine tenths of the whole GPU, and whoever comes second on it would find nothing.
        assert model.memory, "a model on GPUs says how much memory it needs"
        share = model.memory.gib * _MIB * 100 // pool.hardware.accelerator_memory_mib
        yield f"--gpu-memory-utilization={max(share, 1) / 100}"

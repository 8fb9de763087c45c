"""What serves models: one row for each kind of runtime, with its image, its arguments and how it is asked.

As of 2026-11-21. Sources:
- Images: `docker.io/vllm/vllm-openai` and `docker.io/kserve/sklearnserver` by their projects' releases,
  `nvcr.io/nvidia/tritonserver` by NVIDIA's release notes of 26.06 (CUDA 13.3; runs with the driver 580 of
  EKS's accelerated AMIs). KServe's own runtimes name `vllm-openai:latest` and a Triton of 2023.
- Arguments, users, ports: the runtimes' documentation, and KServe v0.20.0 (`config/runtimes`).
- Metrics: vLLM, "Production metrics"; Triton, "Metrics", `nv_inference_pending_request_count`.
- A name in a cache and in `getpass` for a user without an entry in `/etc/passwd`: PyTorch, `torch._inductor`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Final, Literal

AS_OF: Final = date(2026, 11, 21)

STORAGE_IMAGE: Final = "docker.io/kserve/storage-initializer:v0.20.0"
"""What fetches models from object stores and hubs, before their servers start."""

MODELS: Final = "/mnt/models"
"""Where a model lies in its server."""

PORT: Final = 8080
"""Where all runtimes of the table answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """One kind of model server. `{model}` stands for the model's name."""

    image: str
    model_format: str
    """As KServe calls what it serves."""
    protocol: Literal["openai", "v1", "v2"]
    """How it is asked: OpenAI's interface, KServe's first one, or the Open Inference Protocol."""
    gpus: Literal["needed", "used", "unused"]
    """Whether it runs without GPUs, and whether it can use them."""
    args: tuple[str, ...]
    ready: str
    """The path that answers when the model is loaded."""
    user: int
    """The user it runs as, never root."""
    command: tuple[str, ...] = ()
    mount: str = MODELS
    """Where it expects the artifact."""
    env: Mapping[str, str] = field(default_factory=dict[str, str])
    queue_metric: str | None = None
    """The metric of Prometheus that counts the requests that wait; None: it has none."""
    metrics_port: int = PORT
    """Where Prometheus finds its metrics, at `/metrics`."""


_HUGGING_FACE: Final = {"HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1"}
"""The model lies in the pod; nothing is to be looked up anywhere else."""

_TRITON: Final = Runtime(
    image="nvcr.io/nvidia/tritonserver:26.06-py3",
    model_format="triton",
    protocol="v2",
    gpus="used",
    args=("tritonserver", f"--model-repository={MODELS}", f"--http-port={PORT}", "--grpc-port=9000"),
    ready="/v2/health/ready",
    user=1000,
    env={"HOME": "/tmp"},  # noqa: S108 - the only folder that it can write to
    queue_metric="nv_inference_pending_request_count",
    metrics_port=8002,
)

RUNTIMES: Final[Mapping[str, Runtime]] = MappingProxyType(
    {
        "vllm": Runtime(
            image="docker.io/vllm/vllm-openai:v0.27.1",
            model_format="vLLM",
            protocol="openai",
            gpus="needed",
            command=("python3", "-m", "vllm.entrypoints.openai.api_server"),
            args=(f"--model={MODELS}", "--served-model-name={model}", f"--port={PORT}"),
            ready="/health",
            user=1000,
            env={
                **_HUGGING_FACE,
                "HOME": "/tmp",  # noqa: S108 - the only folder that it can write to
                "USER": "vllm",
                "VLLM_DO_NOT_TRACK": "1",
                "VLLM_NO_USAGE_STATS": "1",
                "VLLM_WORKER_MULTIPROC_METHOD": "spawn",
            },
            queue_metric="vllm:num_requests_waiting",
        ),
        "triton": _TRITON,
        # Triton makes the configuration of a lone ONNX file itself, where it lies as in a repository.
        "onnx": Runtime(
            image=_TRITON.image,
            model_format="onnx",
            protocol="v2",
            gpus="used",
            args=_TRITON.args,
            ready=_TRITON.ready,
            user=_TRITON.user,
            mount=f"{MODELS}/{{model}}/1",
            env=_TRITON.env,
            queue_metric=_TRITON.queue_metric,
            metrics_port=_TRITON.metrics_port,
        ),
        "sklearn": Runtime(
            image="docker.io/kserve/sklearnserver:v0.20.0",
            model_format="sklearn",
            protocol="v1",
            gpus="unused",
            args=("--model_name={model}", f"--model_dir={MODELS}", f"--http_port={PORT}"),
            ready="/v2/health/ready",
            user=1000,
        ),
    }
)
"""By the word that an environment file uses."""

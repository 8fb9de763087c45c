"""What software tells its makers, or fetches from their hubs, unless it is told not to: tables of switches.

As of 2026-11-21. Sources: huggingface_hub, "Environment variables"; vLLM, "Usage stats collection"; Ray,
"Usage stats collection"; Weights & Biases, "Environment variables"; Grafana, "Configure Grafana",
`[analytics]`; Trivy, "Air-gapped environment" and "Telemetry"; MLflow, "Usage tracking"; Gradio, Streamlit,
Next.js: each its page on telemetry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

_YES: Final = ("1", "true", "yes", "on")
_NO: Final = ("0", "false", "no", "off")

SWITCHES: Final[Mapping[str, tuple[str, ...]]] = {
    "ANONYMIZED_TELEMETRY": _NO,
    "DO_NOT_TRACK": _YES,
    "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES": _NO,
    "GF_ANALYTICS_CHECK_FOR_UPDATES": _NO,
    "GF_ANALYTICS_REPORTING_ENABLED": _NO,
    "GRADIO_ANALYTICS_ENABLED": _NO,
    "HF_DATASETS_OFFLINE": _YES,
    "HF_HUB_DISABLE_TELEMETRY": _YES,
    "HF_HUB_OFFLINE": _YES,
    "LANGSMITH_TRACING": _NO,
    "MLFLOW_DISABLE_TELEMETRY": _YES,
    "NEXT_TELEMETRY_DISABLED": _YES,
    "RAY_USAGE_STATS_ENABLED": _NO,
    "STREAMLIT_BROWSER_GATHER_USAGE_STATS": _NO,
    "TRANSFORMERS_OFFLINE": _YES,
    "TRIVY_DISABLE_TELEMETRY": _YES,
    "TRIVY_SKIP_VERSION_CHECK": _YES,
    "VLLM_DO_NOT_TRACK": _YES,
    "VLLM_NO_USAGE_STATS": _YES,
    "WANDB_MODE": ("disabled", "dryrun", "offline"),
}
"""Each variable with the values, in lower case, at which nothing goes out."""

_HUB: Final = ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "TRANSFORMERS_OFFLINE")

_SOFTWARE: Final[Mapping[str, tuple[str, ...]]] = {
    "gradio": ("GRADIO_ANALYTICS_ENABLED",),
    "grafana": (
        "GF_ANALYTICS_REPORTING_ENABLED",
        "GF_ANALYTICS_CHECK_FOR_UPDATES",
        "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES",
    ),
    "huggingfaceserver": _HUB,
    "mlflow": ("MLFLOW_DISABLE_TELEMETRY",),
    "ray": ("RAY_USAGE_STATS_ENABLED",),
    "sglang": _HUB,
    "streamlit": ("STREAMLIT_BROWSER_GATHER_USAGE_STATS",),
    "text-embeddings-inference": _HUB,
    "text-generation-inference": _HUB,
    "transformers": (*_HUB, "HF_DATASETS_OFFLINE"),
    "trivy": ("TRIVY_SKIP_VERSION_CHECK", "TRIVY_DISABLE_TELEMETRY"),
    "vllm": (*_HUB, "VLLM_NO_USAGE_STATS"),
}
"""By a word in the name of an image."""

_ANALYTICS: Final = tuple(
    ("grafana.ini", "analytics", name)
    for name in ("reporting_enabled", "check_for_updates", "check_for_plugin_updates")
)

CHARTS: Final[Mapping[str, tuple[tuple[tuple[str, ...], bool], ...]]] = {
    "grafana": tuple((path, False) for path in _ANALYTICS),
    "kube-prometheus-stack": tuple((("grafana", *path), False) for path in _ANALYTICS),
}
"""By the name of a chart: where its values have a switch, and how that has to be."""


def wanted(repository: str) -> Iterator[str]:
    """The variables that an image with this name needs."""
    for word, names in _SOFTWARE.items():
        if re.search(rf"(^|[/_.-]){re.escape(word)}($|[/_.-])", repository):
            yield from names

"""GPU machines of one's own: which GPUs they have, and by which labels their nodes are found.

Memory is the catalogue's (`gpu_tables.py`), so that a model fits here if it fits there. A name carries the
memory that NVIDIA sells the GPU with, as of 2026-11-21; the GPU itself has a little less to give.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import AfterValidator, Field, WithJsonSchema

from environments.diagnostics import Problem
from environments.gpu_catalogue import MIG_PROFILES, Vendor
from environments.node_labels import accepted_selector
from environments.quantities import Whole
from environments.section import Form, Section, refused

GPUS: Final[Mapping[str, tuple[str, int]]] = MappingProxyType(
    {
        "t4-16gb": ("t4", 16384),
        "l4-24gb": ("l4", 22888),
        "l40s-48gb": ("l40s", 45776),
        "a100-40gb": ("a100", 40960),
        "a100-80gb": ("a100", 81920),
        "h100-80gb": ("h100", 81920),
        "h200-141gb": ("h200", 144384),
        "b200-180gb": ("b200", 183359),
        "b300-270gb": ("b300", 275040),
        "rtx-pro-4500-32gb": ("rtx-pro-4500", 32768),
        "rtx-pro-6000-96gb": ("rtx-pro-server-6000", 98304),
    }
)
"""Name -> accelerator and memory in MiB, as the catalogue of machines has them."""


def _known(name: str) -> str:
    if name in GPUS:
        return name
    near = difflib.get_close_matches(name.lower(), GPUS, n=3, cutoff=0.3) or list(GPUS)
    detail = f"`{name}` is not among the GPUs that are known."
    raise refused(Problem.MACHINE, detail, f"write one of {', '.join(near)}.")


class OwnMachine(Section):
    """A machine with GPUs that somebody has put into an existing cluster."""

    gpu: Annotated[
        str,
        Form("a GPU with its memory"),
        Field(description="GPU of the machines.", examples=["h100-80gb"]),
        AfterValidator(_known),
        WithJsonSchema({"type": "string", "enum": list(GPUS)}),
    ]
    gpus: Annotated[Whole, Field(ge=1, le=16, description="GPUs of one machine.", examples=[8])]
    selector: Annotated[
        Mapping[str, str],
        Form("a mapping of one label or more"),
        Field(
            min_length=1,
            description="Labels that the nodes have, and nodes of no other pool.",
            examples=[{"nvidia.com/gpu.product": "NVIDIA-H100-80GB-HBM3"}],
        ),
        AfterValidator(accepted_selector),
    ]

    @property
    def name(self) -> str:
        """What it is called in messages."""
        return f"{self.gpus} x {self.gpu}"

    @property
    def vendor(self) -> Vendor:
        """Who makes its GPUs."""
        return "nvidia"

    @property
    def resource(self) -> str:
        """The extended resource pods ask for."""
        return "nvidia.com/gpu"

    @property
    def accelerator(self) -> str:
        """The GPU without its memory: `h100`."""
        return GPUS[self.gpu][0]

    @property
    def accelerators(self) -> int:
        """How many GPUs it has."""
        return self.gpus

    @property
    def accelerator_memory_mib(self) -> int:
        """Of one GPU."""
        return GPUS[self.gpu][1]

    @property
    def memory_gib(self) -> int:
        """Of the machine; 0: unknown."""
        return 0

    @property
    def mig_profiles(self) -> Mapping[str, int]:
        """MIG profile -> how many of it one GPU holds; empty: no MIG."""
        return MIG_PROFILES.get(GPUS[self.gpu], {})

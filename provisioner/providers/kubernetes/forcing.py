"""How fields are taken over from other field managers: for one object, or for all of a run."""

from __future__ import annotations

from typing import Final

FORCE: Final = "pulumi.com/patchForce"
"""The annotation of an object."""

FORCE_ONCE: Final = "PULUMI_K8S_ENABLE_PATCH_FORCE"
"""The variable, which Pulumi's own provider knows, too. It leaves nothing in the state."""

WAYS: Final = (
    "Leave the field out of the program, so that it stays theirs, or give the object the annotation"
    f' `{FORCE}: "true"`, which takes it over; `{FORCE_ONCE}=true` does so for everything in one run'
)

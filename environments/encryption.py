"""How data at rest is encrypted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, StrictBool

from environments.on_demand import OnDemand
from environments.quantities import Days
from environments.section import Section, distinct

if TYPE_CHECKING:
    from environments.vault import Vault
else:
    Vault = Any  # `OnDemand` reads it


class Kms(Section):
    """The environment's keys in AWS's Key Management Service."""

    rotation: Annotated[
        timedelta,
        Days(least=90, most=2560),  # KMS EnableKeyRotation, RotationPeriodInDays
        Field(description="How often the key material changes.", examples=["365d"]),
    ] = timedelta(days=365)
    deletion_window: Annotated[
        timedelta,
        Days(least=7, most=30),  # KMS ScheduleKeyDeletion, PendingWindowInDays
        Field(description="How long a deleted key can still be brought back.", examples=["30d"]),
    ] = timedelta(days=30)
    multi_region: Annotated[
        StrictBool,
        Field(
            description="Whether replicas get copies of the primary's keys; fixed when a key is made. "
            "Otherwise each region has keys of its own, and what is copied is encrypted anew."
        ),
    ] = False
    further: Annotated[
        tuple[Literal["datasets", "secrets", "state"], ...],
        Field(
            description="Further keys, in place of that of data services or beside it: `datasets` for its "
            "buckets, `secrets` for its passwords, `state` for what the tool records itself. Objects that "
            "exist are replaced where their key cannot be another one.",
            examples=[["datasets", "secrets", "state"]],
        ),
        AfterValidator(distinct),
    ] = ()


class Encryption(Section):
    """Where the keys are kept."""

    kms: Annotated[Kms, Field(description="Keys in AWS's Key Management Service.")] = Kms()
    vault: Annotated[
        Vault | None,
        OnDemand("environments.vault", "MaybeVault"),
        Field(
            description="Keys, secrets and certificates in a Vault; none: there is none.",
            examples=[{"address": "https://vault.example.com:8200"}],
        ),
    ] = None

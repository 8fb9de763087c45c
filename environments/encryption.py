"""How data at rest is encrypted."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import Field, StrictBool

from environments.quantities import Days
from environments.section import Section


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


class Encryption(Section):
    """Where the keys are kept."""

    kms: Annotated[Kms, Field(description="Keys in AWS's Key Management Service.")] = Kms()

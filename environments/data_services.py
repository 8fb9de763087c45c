"""Databases, file systems and buckets for the workloads, and which workloads may use them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Discriminator, Field, StrictBool, model_validator

from environments.diagnostics import Problem
from environments.quantities import Days
from environments.section import Form, Section, distinct, refused
from environments.sizes import Gibibytes, Size

ServiceName = Annotated[
    str,
    Form("2 to 20 lower-case letters, digits and single `-`, beginning with a letter, not ending with `-`"),
    # RDS's rule for identifiers (CreateDBInstance, DBInstanceIdentifier) is the narrowest of the three.
    Field(
        min_length=2,
        max_length=20,
        pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        description="Name of the service: part of every physical name, so it never changes.",
        examples=["features"],
    ),
]

Workload = Annotated[
    str,
    Form("1 to 40 lower-case letters, digits and `-`, beginning with a letter, not ending with `-`"),
    Field(min_length=1, max_length=40, pattern=r"^[a-z]([a-z0-9-]*[a-z0-9])?$", examples=["search"]),
]

_KIND: Final = "A PostgreSQL database, a file system or a bucket."

_Workloads = Annotated[tuple[Workload, ...], AfterValidator(distinct)]


def _instance_class(size: str) -> str:
    if re.fullmatch(r"db\.[a-z0-9-]+\.[a-z0-9]+", size):
        return size
    sample = f"db.{size}" if re.fullmatch(r"[a-z0-9-]+\.[a-z0-9]+", size) else "db.r7g.large"
    detail = f"`{size}` is no instance class of RDS, `db.<family>.<size>`."
    raise refused(Problem.FORM, detail, f"write, for example, `size: {sample}`.")


class _Used(Section):
    """What all data services have in common."""

    name: ServiceName
    readers: Annotated[
        _Workloads,
        Field(
            description="Workloads that may read; each name gets an IAM role by pod identity.",
            examples=[["search"]],
        ),
    ] = ()
    writers: Annotated[
        _Workloads,
        Field(
            description="Workloads that may read and write; each name gets an IAM role by pod identity.",
            examples=[["etl"]],
        ),
    ] = ()

    @model_validator(mode="after")
    def _writers_read(self) -> _Used:
        for number, reader in enumerate(self.readers):
            if reader in self.writers:
                detail = f"`{reader}` is a writer, and a writer reads as well."
                raise refused(
                    Problem.LISTED_TWICE, detail, "list it in one of the two.", at=("readers", number)
                )
        return self


class Postgres(_Used):
    """A PostgreSQL database on RDS: private, encrypted, its password kept and rotated by AWS."""

    kind: Annotated[Literal["postgres"], Field(description=_KIND)]
    size: Annotated[
        str,
        Form("an instance class of RDS, `db.<family>.<size>`"),
        Field(description="Instance class of RDS.", examples=["db.r7g.large"]),
        AfterValidator(_instance_class),
    ] = "db.r7g.large"
    version: Annotated[
        Literal["14", "15", "16", "17"], Field(description="Major version of PostgreSQL, in quotes.")
    ] = "17"
    storage: Annotated[
        Size,
        Gibibytes(least=20, most=65536),  # RDS CreateDBInstance, AllocatedStorage of gp3
        Field(description="Size of the disk; it may grow, never shrink.", examples=["100Gi"]),
    ] = Size(100)
    multi_az: Annotated[
        StrictBool, Field(description="A standby in a second zone that takes over by itself.")
    ] = True
    backups: Annotated[
        timedelta,
        Days(least=1, most=35),  # RDS CreateDBInstance, BackupRetentionPeriod
        Field(description="How long backups are kept, and how far back one can restore.", examples=["14d"]),
    ] = timedelta(days=14)


class FileSystem(_Used):
    """A file system on EFS that many pods mount at once, with a mount target in each zone."""

    kind: Annotated[Literal["file_system"], Field(description=_KIND)]
    throughput: Annotated[
        Literal["elastic", "bursting"],
        Field(description="`elastic` is paid by use; `bursting` grows with what is stored."),
    ] = "elastic"


class Bucket(_Used):
    """A versioned, encrypted, private bucket on S3."""

    kind: Annotated[Literal["bucket"], Field(description=_KIND)]
    keep_versions: Annotated[
        timedelta,
        Days(),
        Field(description="How long an overwritten or deleted version is kept.", examples=["30d"]),
    ] = timedelta(days=30)


DataService = Annotated[Postgres | FileSystem | Bucket, Discriminator("kind")]

"""Whose cloud account it is, and where the state is kept."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from environments import bucket_address, key_address
from environments.bucket_address import BucketAddress
from environments.diagnostics import Problem
from environments.section import Form, Section, refused

AccountId = Annotated[
    str,
    Form("12 digits, in quotes because they are not a number"),
    Field(pattern=r"^[0-9]{12}$", description="Account id: 12 digits, in quotes.", examples=["123456789012"]),
]


class Account(Section):
    """The AWS account; it is checked against the caller's identity before the first call."""

    id: AccountId
    assume_role: Annotated[
        str | None,
        Form("the ARN of an IAM role, `arn:aws:iam::<account>:role/<name>`"),
        Field(
            pattern=r"^arn:aws:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$",
            max_length=600,
            description="ARN of the role that is assumed in the account; none: the caller's own identity.",
            examples=["arn:aws:iam::123456789012:role/provisioner"],
        ),
    ] = None

    @field_validator("assume_role")
    @classmethod
    def _same_account(cls, role: str | None, info: ValidationInfo) -> str | None:
        account = info.data.get("id")
        if role and account and (of_role := role.split(":")[4]) != account:
            detail = f"The role is in account `{of_role}`, `account.id` is `{account}`: no caller is both."
            fix = "name a role of that account, or the account of that role."
            raise refused(Problem.CONTRADICTION, detail, fix, because=("account.id",))
        return role


def _place(value: object) -> object:
    fix = "write a folder, for example `backend: ./.provisioner/`, or a bucket, `s3://bucket/prefix`."
    match value:
        case str() if not value.strip():
            raise refused(Problem.FORM, "The folder has no name.", fix)
        case str() if value.startswith(bucket_address.SCHEME):
            try:
                return bucket_address.parsed(value)
            except bucket_address.NoAddress as wrong:
                raise refused(Problem.FORM, wrong.detail, wrong.fix) from wrong
        case str() if "://" in value:
            raise refused(Problem.FORM, f"`{value}` is neither a folder nor a bucket.", fix)
        case str():
            return PurePosixPath(value)
        case _:
            return value


def _secrets(value: object) -> object:
    if isinstance(value, str) and value.startswith(key_address.SCHEMES) and not key_address.is_key(value):
        if value.startswith(key_address.VAULT):
            fix = "write `hashivault://name` or `hashivault://name?engine=mount`; nothing else is said there."
            raise refused(Problem.FORM, f"`{value}` names no key of Vault's transit engine.", fix)
        fix = "write `awskms://alias/name`, `awskms://<key id>` or `awskms:///<ARN>`."
        raise refused(Problem.FORM, f"`{value}` names no key of AWS KMS.", fix)
    return value


class State(Section):
    """Where the tool records what it has made."""

    backend: Annotated[
        PurePosixPath | BucketAddress,
        Form("a folder, or a bucket, `s3://bucket/prefix`"),
        BeforeValidator(_place),
        Field(
            description="Folder of the state, as seen from where the command runs; or a bucket of S3, or of "
            "what speaks its language: `s3://bucket/prefix?endpoint=https://host&region=R&profile=P`.",
            examples=["./.provisioner/", "s3://example-state/ml-platform"],
        ),
    ] = PurePosixPath(".provisioner")
    secrets: Annotated[
        str,
        Form(
            "`passphrase`, a key of AWS KMS, `awskms://alias/name`, or of Vault, `hashivault://name?engine=mount`"
        ),
        BeforeValidator(_secrets),
        Field(
            pattern=rf"^({key_address.BY_PHRASE}$|{key_address.KMS}|{key_address.VAULT})",
            description="What seals secret values in a state that has none yet.",
            examples=["awskms://alias/state", "hashivault://state?engine=transit"],
        ),
    ] = key_address.BY_PHRASE

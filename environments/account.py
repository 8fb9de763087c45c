"""Whose cloud account it is, and where the state is kept."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

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


def _folder(value: object) -> object:
    fix = "write a folder, for example `backend: ./.provisioner/`."
    match value:
        case str() if not value.strip():
            raise refused(Problem.FORM, "The folder has no name.", fix)
        case str() if "://" in value:
            raise refused(Problem.FORM, f"`{value}` is an address; state is kept in a folder.", fix)
        case _:
            return value


class State(Section):
    """Where the tool records what it has made."""

    backend: Annotated[
        PurePosixPath,
        Form("a folder"),
        BeforeValidator(_folder),
        Field(
            description="Folder of the state; a relative one begins where the command runs.",
            examples=["./.provisioner/"],
        ),
    ] = PurePosixPath(".provisioner")
    secrets: Annotated[Literal["passphrase"], Field(description="What seals secret values in the state.")] = (
        "passphrase"
    )

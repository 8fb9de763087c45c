"""The AWS provider of a stack: one region, one account, nothing that belongs to a machine."""

from __future__ import annotations

import pulumi_aws as aws

from stacks.ownership import default_tags
from stacks.selection import Selection


def provider(here: Selection, layer: str) -> aws.Provider:
    """The provider that all components of the stack are given.

    Credentials and endpoint come from the process, never from here: what is declared is compared from run
    to run.
    """
    env = here.environment
    role = env.account.assume_role if env.account else None
    return aws.Provider(
        f"{env.name}-aws-{here.region}",
        region=here.region,
        allowed_account_ids=[env.account_id],
        assume_roles=[aws.ProviderAssumeRoleArgs(role_arn=role)] if role else None,
        default_tags=aws.ProviderDefaultTagsArgs(tags=default_tags(here, layer)),
    )

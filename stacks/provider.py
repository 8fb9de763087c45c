"""The AWS providers of a stack: one region each, one account, nothing that belongs to a machine."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi_aws as aws

from stacks.ownership import default_tags
from stacks.selection import Selection


def provider(here: Selection, layer: str) -> aws.Provider:
    """The provider that all components of the stack are given.

    Credentials and endpoint come from the process, never from here: what is declared is compared from run
    to run.
    """
    return _provider(here, layer, here.region)


def providers_of_all_regions(here: Selection, layer: str) -> Mapping[str, aws.Provider]:
    """By region, in the order of the environment's regions: for what needs both sides of something.

    All write the tags of the one stack, whatever region an object is in.
    """
    return {region: _provider(here, layer, region) for region in here.environment.regions}


def _provider(here: Selection, layer: str, region: str) -> aws.Provider:
    env = here.environment
    role = env.account.assume_role if env.account else None
    return aws.Provider(
        f"{env.name}-aws-{region}",
        region=region,
        allowed_account_ids=[env.account_id],
        assume_roles=[aws.ProviderAssumeRoleArgs(role_arn=role)] if role else None,
        default_tags=aws.ProviderDefaultTagsArgs(tags=default_tags(here, layer)),
    )

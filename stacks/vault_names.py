"""What an environment's things are called in Vault: it may serve many, so each begins with its name."""

from __future__ import annotations

from typing import Final

from environments.model import Environment


def mount(env: Environment, engine: str) -> str:
    """The path of an engine: `prod/transit`."""
    return f"{env.name}/{engine}"


def cluster_mount(env: Environment, region: str) -> str:
    """The path, without `auth/`, by which pods of a region's cluster log in: `prod/kubernetes-eu-west-1`."""
    return mount(env, f"kubernetes-{region}")


def policy_name(env: Environment, purpose: str) -> str:
    """The name of a policy: `prod-team-search`."""
    return f"{env.name}-{purpose}"


def team_role(team: str) -> str:
    """By which a team's pods log in, in each cluster."""
    return f"team-{team}"


def model_role(model: str) -> str:
    """By which a model's servers log in, in each cluster."""
    return f"model-{model}"


def database_name(service: str, region: str) -> str:
    """What a region's database is called in Vault: each region has one of its own."""
    return f"{service}-{region}"


ISSUER_ROLE: Final = "certificates"
"""By which cert-manager logs in, in each cluster."""

"""Rules about identities of IAM: what they may do, and who may become them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from policies.documents import Condition, Statement, statements
from policies.model import Finding, Part, Resource, every, rule
from policies.scene import Facts, Scene
from policies.values import texts

ROLE: Final = "aws:iam/role:Role"
POLICY: Final = "aws:iam/policy:Policy"
USER: Final = "aws:iam/user:User"
ACCESS_KEY: Final = "aws:iam/accessKey:AccessKey"
CLUSTER: Final = "aws:eks/cluster:Cluster"
ISSUER: Final = "aws:iam/openIdConnectProvider:OpenIdConnectProvider"

_DOCUMENTS: Final = (
    POLICY,
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/groupPolicy:GroupPolicy",
    "aws:iam/userPolicy:UserPolicy",
)
_ATTACHMENTS: Final = (
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    "aws:iam/policyAttachment:PolicyAttachment",
)

_SWEEPING: Final = ("AdministratorAccess", "IAMFullAccess", "PowerUserAccess")
"""Policies of AWS by which one can make oneself an administrator."""

_SENSITIVE: Final = (
    "iam:PassRole",
    "kms:Decrypt",
    "secretsmanager:GetSecretValue",
    "sts:AssumeRole",
    "s3:GetObject",
    "s3:PutObject",
)
"""What may be done with named resources only."""

_ESCALATION: Final = (
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreatePolicyVersion",
    "iam:PutGroupPolicy",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateLoginProfile",
)
"""By each of these on any resource one gives oneself every permission.
Source: Rhino Security Labs, "AWS IAM Privilege Escalation Methods"."""

_NARROWING: Final = re.compile(r"(aws:resource(tag/.+|account|orgid|orgpaths)|.+:resourcealiases)")
"""Conditions that say which resources are meant."""

_ALL: Final = re.compile(r"arn:[^:]*:([^:]*:){3}(\*|\*/\*)|arn:[^:]*:(?!s3:)([^:]*:){3}[\w-]+[/:]\*")
"""All resources of a service, or of a kind, such as `arn:aws:iam::*:role/*`."""

_SILENT: Final = ("ec2.amazonaws.com",)
"""Services that name no source when they take a role: a condition on it would lock them out."""

_SOURCE: Final = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths")
_OWN: Final = ("aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalAccount", "aws:PrincipalArn")
_ACCOUNT: Final = re.compile(r"(?:arn:aws[\w-]*:(?:iam|sts)::)?(\d{12})(?::.*)?")


@rule(
    "BL-IAM-001",
    *_DOCUMENTS,
    *_ATTACHMENTS,
    ROLE,
    fix="Name the actions and the resources that the role needs.",
    reads=("policy", "policyArn", "managedPolicyArns", "inlinePolicies[].policy"),
)
def no_sweeping_permission(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """No identity may do everything, or what leads there."""
    if resource.type in _DOCUMENTS:
        yield from _permits(Part(resource, ""))
    elif resource.type in _ATTACHMENTS:
        if not scene.referred(resource, "policyArn", POLICY):  # that one is judged itself
            yield from _attached(resource, "policyArn")
    else:
        inline = (_permits(each) for each in resource.parts("inlinePolicies"))
        yield from every(_attached(resource, "managedPolicyArns"), *inline)


def _attached(resource: Resource, path: str) -> Iterator[Finding]:
    if any(each.rpartition("/")[2] in _SWEEPING for each in resource.texts(path)):
        yield Finding(resource, path, "With this policy of AWS one can make oneself an administrator.")


def _permits(where: Part) -> Iterator[Finding]:
    for each in (yield from statements(where, "policy")):
        if each.allows and (wrong := _wrong(each)):
            yield Finding(where.resource, each.path, wrong)


def _wrong(statement: Statement) -> str:
    """What is wrong with a permission, the worst first; empty if nothing is."""
    sweeping = _is_sweeping(statement)
    services = [each for each in statement.actions if each.endswith(":*")]
    found = (
        ({"*", "*:*"} & {*statement.actions}, "This permits every action."),
        (statement.but_actions, "This permits every action but some, and every one that AWS adds."),
        (services, "This permits every action of a service."),
        (
            sweeping and any(map(statement.covers, _ESCALATION)),
            "With this one gives oneself every permission.",
        ),
        (
            sweeping and any(map(statement.covers, _SENSITIVE)),
            "This is permitted on every resource there is.",
        ),
    )
    return next((message for is_so, message in found if is_so), "")


def _is_sweeping(statement: Statement) -> bool:
    """Whether it is on all resources, or all of a kind, and no condition says which."""
    every_one = statement.is_on_everything or any(map(_ALL.fullmatch, statement.resources))
    return every_one and not any(
        each.bounds and _NARROWING.fullmatch(each.key) for each in statement.conditions
    )


@rule(
    "BL-IAM-002",
    USER,
    ACCESS_KEY,
    fix="Use roles: workloads get theirs by pod identity, people by single sign-on, CI by OIDC.",
    reads=("status",),
)
def no_users_or_keys(resource: Resource, _: Scene) -> Iterator[Finding]:
    """There are no users of IAM, and no keys that stay valid."""
    if resource.type == USER:
        yield Finding(resource, "", "A user's password and keys stay valid until somebody takes them away.")
    elif resource.get("status", default="Active") != "Inactive":
        yield Finding(resource, "status", "An access key stays valid until somebody takes it away.")


@rule(
    "BL-IAM-003",
    ROLE,
    ISSUER,
    fix="Say in the trust policy exactly who takes the role: account, organisation, or service account.",
    reads=("assumeRolePolicy", "clientIdLists", "url"),
)
def trust_scoped(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """A role says exactly who may become it."""
    if resource.type == ISSUER:
        yield from every(_has_audience(resource), _has_tls(resource, scene))
        return
    for each in (yield from statements(resource, "assumeRolePolicy")):
        if each.allows:
            yield from (Finding(resource, each.path, wrong) for wrong in _too_wide(each, scene.facts))


def _has_audience(issuer: Resource) -> Iterator[Finding]:
    audiences = texts(issuer.get("clientIdLists"))
    if not audiences or any("*" in each for each in audiences):
        yield Finding(issuer, "clientIdLists", "Tokens of this issuer for anybody are taken.")


def _has_tls(issuer: Resource, scene: Scene) -> Iterator[Finding]:
    url = "" if scene.referred(issuer, "url", CLUSTER) else issuer.get("url")
    if isinstance(url, str) and url.startswith("http:"):
        yield Finding(issuer, "url", "The issuer's keys are fetched without TLS.")


def _too_wide(trust: Statement, facts: Facts) -> Iterator[str]:
    if trust.is_for_everybody and not trust.is_bounded_by(*_OWN):
        yield "Everybody can take this role."
    elif _is_foreign(trust, facts.account) and not trust.is_bounded_by("sts:ExternalId", *_OWN):
        yield "Another account can be made to take this role for somebody else."
    if any(":oidc-provider/" in each for each in trust.principals.get("Federated", ())):
        yield from _by_token(trust)
    silent = facts.names("BL-IAM-003", "services", _SILENT)
    if any(each not in silent for each in trust.principals.get("Service", ())) and not _names_source(trust):
        yield "The service can be made to take this role for another account."


def _is_foreign(trust: Statement, account: str) -> bool:
    named = (_ACCOUNT.fullmatch(who) for who in trust.principals.get("AWS", ()))
    return bool(account) and any(each[1] != account for each in named if each)


def _by_token(trust: Statement) -> Iterator[str]:
    if not any(each.key.endswith(":aud") and _is_exact(each) for each in trust.conditions):
        yield "The role can be taken with tokens that are meant for somebody else."
    if not any(each.key.endswith(":sub") and _is_exact(each) for each in trust.conditions):
        yield "The role can be taken by everybody to whom the issuer gives tokens."


def _is_exact(condition: Condition) -> bool:
    return condition.bounds and not any(set(value) & set("*?") for value in condition.values)


def _names_source(trust: Statement) -> bool:
    # Some services name their source only sometimes, so `IfExists` will do.
    return any(each.key in _SOURCE and "*" not in each.values for each in trust.conditions)


RULES = (no_sweeping_permission, no_users_or_keys, trust_scoped)

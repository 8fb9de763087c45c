"""ECR: pull-through cache rules, repository creation templates, and replication with more than one rule.

Nothing is pulled through, and no repository is made from a template: the local registry has no images.
"""

from __future__ import annotations

from typing import Any, Final

from provisioner.local.operation import Answer, Call, Operation, Refusal, kept, now, page

UPSTREAMS: Final = {
    "ecr-public": "public.ecr.aws",
    "quay": "quay.io",
    "k8s": "registry.k8s.io",
    "docker-hub": "registry-1.docker.io",
    "github-container-registry": "ghcr.io",
    "gitlab-container-registry": "registry.gitlab.com",
    "chainguard": "cgr.dev",
}
"""Upstream registry and its address; Azure's and ECR's own are told by their addresses."""

WITH_CREDENTIALS: Final = frozenset(UPSTREAMS) - {"ecr-public", "quay", "k8s"}
CREDENTIALS: Final = ":secret:ecr-pullthroughcache/"
"""What the name of a secret with credentials has to contain."""

TEMPLATE: Final = (
    "description",
    "encryptionConfiguration",
    "resourceTags",
    "imageTagMutability",
    "imageTagMutabilityExclusionFilters",
    "repositoryPolicy",
    "lifecyclePolicy",
    "appliedFor",
    "customRoleArn",
)
MOST_RULES: Final = 10


def create_pull_through_cache_rule(call: Call) -> Answer:
    """A new rule; one for each prefix."""
    rules, prefix = kept(call.backend, "pull_through"), call["ecrRepositoryPrefix"]
    if prefix in rules:
        text = f"A pull through cache rule with repository prefix '{prefix}' already exists"
        raise Refusal("PullThroughCacheRuleAlreadyExistsException", f"{text} in registry '{call.account}'.")
    upstream = call.get("upstreamRegistry") or _upstream(call["upstreamRegistryUrl"])
    _check_credentials(call, upstream)
    told = {
        "ecrRepositoryPrefix": prefix,
        "upstreamRegistryUrl": call["upstreamRegistryUrl"],
        "upstreamRegistry": upstream,
        "upstreamRepositoryPrefix": call.get("upstreamRepositoryPrefix", "ROOT"),
        "credentialArn": call.get("credentialArn"),
        "customRoleArn": call.get("customRoleArn"),
        "registryId": call.account,
        "createdAt": now(),
    }
    rules[prefix] = told | {"updatedAt": told["createdAt"]}
    return told


def describe_pull_through_cache_rules(call: Call) -> Answer:
    """The rules, all or those of the prefixes that are named."""
    rules = kept(call.backend, "pull_through")
    asked = call.get("ecrRepositoryPrefixes") or sorted(rules)
    found = [_rule(call, prefix) for prefix in asked]
    names, token = page([rule["ecrRepositoryPrefix"] for rule in found], call)
    return {"pullThroughCacheRules": [rules[name] for name in names], "nextToken": token}


def update_pull_through_cache_rule(call: Call) -> Answer:
    """The rule with other credentials or another role; the upstream of a rule does not change."""
    rule = _rule(call, call["ecrRepositoryPrefix"])
    _check_credentials(call, rule["upstreamRegistry"])
    rule |= {name: call[name] for name in ("credentialArn", "customRoleArn") if call.has(name)}
    rule["updatedAt"] = now()
    return _without(rule, "createdAt", "upstreamRegistry", "upstreamRegistryUrl")


def delete_pull_through_cache_rule(call: Call) -> Answer:
    """The rule as it was; repositories that it made would stay."""
    rule = _rule(call, call["ecrRepositoryPrefix"])
    del kept(call.backend, "pull_through")[call["ecrRepositoryPrefix"]]
    return _without(rule, "updatedAt", "upstreamRegistry")


def create_repository_creation_template(call: Call) -> Answer:
    """A new template; one for each prefix."""
    templates, prefix = kept(call.backend, "templates"), call["prefix"]
    if prefix in templates:
        text = f"A repository creation template with prefix '{prefix}' already exists"
        raise Refusal("TemplateAlreadyExistsException", f"{text} in registry '{call.account}'.")
    defaults = {"encryptionConfiguration": {"encryptionType": "AES256"}, "imageTagMutability": "MUTABLE"}
    given = {name: call[name] for name in TEMPLATE if call.has(name)}
    templates[prefix] = {"prefix": prefix, **defaults, **given, "createdAt": now(), "updatedAt": now()}
    return _about(call, templates[prefix])


def describe_repository_creation_templates(call: Call) -> Answer:
    """The templates; a prefix without one is left out."""
    templates = kept(call.backend, "templates")
    wanted = call.get("prefixes") or sorted(templates)
    names, token = page([prefix for prefix in wanted if prefix in templates], call)
    told = [templates[name] for name in names]
    return {"registryId": call.account, "repositoryCreationTemplates": told, "nextToken": token}


def update_repository_creation_template(call: Call) -> Answer:
    """The template with what was given changed."""
    template = _template(call)
    template |= {name: call[name] for name in TEMPLATE if call.has(name)} | {"updatedAt": now()}
    return _about(call, template)


def delete_repository_creation_template(call: Call) -> Answer:
    """The template as it was."""
    template = _template(call)
    del kept(call.backend, "templates")[call["prefix"]]
    return _about(call, template)


def put_replication_configuration(call: Call) -> Answer:
    """The configuration, as DescribeRegistry then tells it. moto takes one rule only; ECR takes ten."""
    rules = call["replicationConfiguration"]["rules"]
    if len(rules) > MOST_RULES:
        raise Refusal("ValidationException", f"A replication configuration has at most {MOST_RULES} rules")
    here = {"region": call.region, "registryId": call.account}
    if any(destination == here for rule in rules for destination in rule["destinations"]):
        text = "Replication destination cannot be the same as the source registry"
        raise Refusal("InvalidParameterException", f"Invalid parameter at 'replicationConfiguration': {text}")
    call.backend.replication_config = call["replicationConfiguration"]
    return {"replicationConfiguration": call.backend.replication_config}


def _upstream(address: str) -> str:
    if address.endswith(".azurecr.io"):
        return "azure-container-registry"
    if ".dkr.ecr." in address:
        return "ecr"
    for registry, known in UPSTREAMS.items():
        if address == known:
            return registry
    raise Refusal(
        "UnsupportedUpstreamRegistryException", f"The upstream registry {address} is not supported."
    )


def _check_credentials(call: Call, upstream: str) -> None:
    arn = call.get("credentialArn")
    if arn and CREDENTIALS not in arn:
        text = "The ARN of the secret is not valid: its name has to start with 'ecr-pullthroughcache/'."
        raise Refusal("InvalidParameterException", text)
    if upstream in WITH_CREDENTIALS and not arn and call.has("upstreamRegistryUrl"):
        raise Refusal("InvalidParameterException", f"The upstream registry {upstream} needs credentials.")


def _rule(call: Call, prefix: str) -> dict[str, Any]:
    found = kept(call.backend, "pull_through").get(prefix)
    if found is None:
        text = f"Pull through cache rule with prefix '{prefix}' does not exist in registry '{call.account}'."
        raise Refusal("PullThroughCacheRuleNotFoundException", text)
    return found


def _template(call: Call) -> dict[str, Any]:
    found = kept(call.backend, "templates").get(call["prefix"])
    if found is None:
        text = f"The repository creation template with prefix '{call['prefix']}' does not exist"
        raise Refusal("TemplateNotFoundException", f"{text} in registry '{call.account}'.")
    return found


def _about(call: Call, template: dict[str, Any]) -> Answer:
    return {"registryId": call.account, "repositoryCreationTemplate": template}


def _without(told: dict[str, Any], *names: str) -> Answer:
    return {name: value for name, value in told.items() if name not in names}


OPERATIONS: Final[tuple[Operation, ...]] = (
    create_pull_through_cache_rule,
    describe_pull_through_cache_rules,
    update_pull_through_cache_rule,
    delete_pull_through_cache_rule,
    create_repository_creation_template,
    describe_repository_creation_templates,
    update_repository_creation_template,
    delete_repository_creation_template,
    put_replication_configuration,
)

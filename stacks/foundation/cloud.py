"""What the foundation has on AWS, in one region: network, keys, registries, model store, base roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pulumi

from components import image_registry
from components.base_roles import BaseRoles, BaseRolesArgs
from components.bucket_access import adding, reading
from components.existing_network import ExistingNetwork
from components.image_registry import ImageRepository, ImageRepositoryArgs
from components.model_sealing import opening, sealing
from components.model_store import ModelStore, ModelStoreArgs
from components.private_network import PrivateNetwork
from components.pull_through_cache import PullThroughCache, PullThroughCacheArgs
from components.workload_role import WorkloadRole, WorkloadRoleArgs
from environments.data_services import Bucket
from environments.registry import Registry
from stacks.foundation.keys import Key, keys, signing_key
from stacks.foundation.network import network
from stacks.ownership import default_tags
from stacks.selection import Selection
from stacks.stack import Stack, stack_of

LAYER: Final = "foundation"


def in_the_cloud(here: Selection) -> None:
    """Declares what is on AWS, and hands over what later layers need."""
    stack = stack_of(here, LAYER)
    made_keys = keys(stack)
    made_network = network(stack, made_keys["logs"].key_arn)
    roles = _base_roles(stack, made_keys)
    store = _model_store(stack, made_keys["models"])
    workloads = _workload_roles(stack, store, made_keys)
    signing_key(stack)
    repositories = _repositories(stack, made_keys["images"], roles, workloads["image-pusher"])
    _pull_through_cache(stack, made_keys["images"], roles)
    _hand_over(made_network, made_keys, store)
    _hand_over_roles(roles, workloads)
    pulumi.export("repositoryUrls", {name: each.repository_url for name, each in repositories.items()})


def _base_roles(stack: Stack, made_keys: Mapping[str, Key]) -> BaseRoles:
    # No setting asks for them: every environment has them.
    secrets = made_keys.get("cluster")
    return BaseRoles(
        stack.regional("base"),
        BaseRolesArgs(
            origin="name",
            location=stack.location,
            secrets_key_arn=secrets.key_arn if secrets else None,
        ),
        stack.opts,
    )


def _model_store(stack: Stack, key: Key) -> ModelStore:
    settings = stack.environment.model_store
    return ModelStore(
        stack.regional("models"),
        ModelStoreArgs(
            origin="model_store",
            location=stack.location,
            keep_versions_days=settings.keep_versions.days,
            keep_access_logs_days=settings.access_logs.days,
            force_destroy=stack.is_disposable,
            more_logged_buckets=_logged_buckets(stack),
            key_arn=key.key_arn,
        ),
        stack.opts,
    )


def _logged_buckets(stack: Stack) -> list[str]:
    """The buckets of data services, which the layer of the cluster makes."""
    return [
        f"arn:{stack.location.partition}:s3:::{stack.named(service.name)}-*"
        for service in stack.environment.data_services
        if isinstance(service, Bucket)
    ]


def _workload_roles(
    stack: Stack, store: ModelStore, made_keys: Mapping[str, Key]
) -> Mapping[str, WorkloadRole]:
    """By name."""
    env, location = stack.environment, stack.location
    models = (store.bucket_arn, made_keys["models"].key_arn, location)
    opens = [opening(key.key_arn)] if (key := made_keys.get("sealing")) else []
    seals = [sealing(key.key_arn)] if key else []
    wanted = {
        "model-reader": ("model_store", "Reads models", [*reading(*models), *opens]),
        "model-writer": ("model_store", "Publishes models", [*adding(*models), *seals]),
        "image-pusher": ("registry", "Pushes images", image_registry.pushing(location, env.name)),
    }
    return {
        name: WorkloadRole(
            stack.regional(name),
            WorkloadRoleArgs(
                origin=origin, location=location, description=description, permissions=permissions
            ),
            stack.opts,
        )
        for name, (origin, description, permissions) in wanted.items()
    }


def _repositories(
    stack: Stack, key: Key, roles: BaseRoles, pusher: WorkloadRole
) -> Mapping[str, ImageRepository]:
    """By the name in the environment's file."""
    env, settings = stack.environment, _registry(stack)
    return {
        repository: ImageRepository(
            stack.named(f"images-{repository}"),
            ImageRepositoryArgs(
                origin=f"registry.repositories[{number}]",
                repository=f"{env.name}/{repository}",
                keep_images=settings.keep_images,
                scan_on_push=settings.scan == "on_push",
                force_delete=stack.is_disposable,
                key_arn=key.key_arn,
                puller_arns=[roles.node_role_arn],
                pusher_arns=[pusher.role_arn],
            ),
            stack.opts,
        )
        for number, repository in enumerate(settings.repositories)
    }


def _registry(stack: Stack) -> Registry:
    settings = stack.environment.registry
    assert settings, "an environment without a cloud has no stack of this layer"
    return settings


def _pull_through_cache(stack: Stack, key: Key, roles: BaseRoles) -> None:
    settings = _registry(stack)
    if upstreams := settings.pull_through:
        PullThroughCache(
            stack.named("image-cache"),
            PullThroughCacheArgs(
                origin="registry.pull_through",
                location=stack.location,
                prefix=stack.environment.name,
                upstreams=upstreams,
                keep_images=settings.keep_images,
                key_arn=key.key_arn,
                tags=default_tags(stack.here, LAYER),
                puller_role_name=roles.node_role_name,
            ),
            stack.opts,
        )


def _hand_over(
    made: PrivateNetwork | ExistingNetwork, made_keys: Mapping[str, Key], store: ModelStore
) -> None:
    pulumi.export("vpcId", made.vpc_id)
    pulumi.export("vpcCidr", made.vpc_cidr)
    pulumi.export("privateSubnetIds", made.private_subnet_ids)
    pulumi.export("publicSubnetIds", made.public_subnet_ids)
    pulumi.export("keyArns", {purpose: key.key_arn for purpose, key in made_keys.items()})
    pulumi.export("modelBucket", store.bucket)
    pulumi.export("modelBucketArn", store.bucket_arn)
    pulumi.export("accessLogsBucket", store.log_bucket)


def _hand_over_roles(roles: BaseRoles, workloads: Mapping[str, WorkloadRole]) -> None:
    pulumi.export(
        "roleArns",
        {
            "cluster": roles.cluster_role_arn,
            "node": roles.node_role_arn,
            "modelReader": workloads["model-reader"].role_arn,
            "modelWriter": workloads["model-writer"].role_arn,
            "imagePusher": workloads["image-pusher"].role_arn,
        },
    )
    pulumi.export("nodeProfileName", roles.node_profile_name)

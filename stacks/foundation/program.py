"""The foundation of one environment in one region: network, keys, registries, model store, base roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import pulumi

from components import image_registry, model_store
from components.base_roles import BaseRoles, BaseRolesArgs
from components.encryption_key import EncryptionKey, EncryptionKeyArgs, KeyUser
from components.existing_network import ExistingNetwork, ExistingNetworkArgs
from components.flow_logs import FlowLogs, FlowLogsArgs
from components.image_registry import ImageRepository, ImageRepositoryArgs
from components.location import Location
from components.model_store import ModelStore, ModelStoreArgs
from components.private_endpoints import PrivateEndpoints, PrivateEndpointsArgs
from components.private_network import Egress, PrivateNetwork, PrivateNetworkArgs, ZoneBlocks
from components.workload_role import WorkloadRole, WorkloadRoleArgs
from environments.network import OwnNetwork, private_block, public_block
from environments.regions import zones
from stacks.ownership import name_every_object
from stacks.provider import provider
from stacks.selection import Selection, selected

LAYER: Final = "foundation"

ENDPOINTS: Final = ("ecr.api", "ecr.dkr", "sts", "kms", "logs", "ec2")
"""What nodes and workloads ask of AWS, besides S3, before any feature is switched on."""

_KEYS: Final = {
    "logs": (KeyUser.CLOUDWATCH_LOGS, "Log groups"),
    "images": (KeyUser.ECR, "Container images"),
    "models": (KeyUser.S3, "Models"),
}
"""Purpose -> who uses the key, and what for. One key each: who may read one need not read the others."""


def main() -> None:
    """Declares every resource of the layer, and hands over what later layers need."""
    here = selected()
    name_every_object()
    stack = _Stack(
        here=here,
        location=Location(region=here.region, account_id=here.environment.account_id),
        opts=pulumi.ResourceOptions(providers=[provider(here, LAYER)]),
    )
    keys = _keys(stack)
    network = _network(stack, keys["logs"])
    roles = _base_roles(stack)
    store = _model_store(stack, keys["models"])
    workloads = _workload_roles(stack, store, keys["models"])
    repositories = _repositories(stack, keys["images"], roles, workloads["image-pusher"])
    _hand_over(network, keys, store)
    _hand_over_roles(roles, workloads)
    pulumi.export("repositoryUrls", {name: each.repository_url for name, each in repositories.items()})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stack:
    """What every part below needs to know."""

    here: Selection
    location: Location
    opts: pulumi.ResourceOptions

    def regional(self, name: str) -> str:
        """The name of a component in which names are global to the account or to AWS."""
        return f"{self.here.environment.name}-{name}-{self.here.region}"

    def named(self, name: str) -> str:
        """The name of a component whose names only need to differ within the region."""
        return f"{self.here.environment.name}-{name}"

    @property
    def is_disposable(self) -> bool:
        """Whether nothing in it counts as data, so that full buckets may go."""
        return self.here.environment.cloud == "local"


def _keys(stack: _Stack) -> Mapping[str, EncryptionKey]:
    """By purpose."""
    env = stack.here.environment
    return {
        purpose: EncryptionKey(
            stack.named(f"{purpose}-key"),
            EncryptionKeyArgs(
                origin="encryption.kms",
                location=stack.location,
                alias=stack.named(purpose),
                description=f"{holds} of {env.name}",
                used_by=user,
                rotation_days=env.encryption.kms.rotation.days,
                deletion_window_days=env.encryption.kms.deletion_window.days,
            ),
            stack.opts,
        )
        for purpose, (user, holds) in _KEYS.items()
    }


def _network(stack: _Stack, logs_key: EncryptionKey) -> PrivateNetwork | ExistingNetwork:
    network = stack.here.environment.network
    if isinstance(network, OwnNetwork):
        return _own_network(stack, network, logs_key)
    return ExistingNetwork(
        stack.named("network"),
        ExistingNetworkArgs(origin="network", vpc_id=network.vpc, private_subnet_ids=network.private_subnets),
        stack.opts,
    )


def _own_network(stack: _Stack, settings: OwnNetwork, logs_key: EncryptionKey) -> PrivateNetwork:
    block = settings.region_block(stack.here.position)
    network = PrivateNetwork(
        stack.named("network"),
        PrivateNetworkArgs(
            origin="network",
            cidr=str(block),
            zones=[
                ZoneBlocks(
                    zone=zone,
                    private=str(private_block(block, number)),
                    public=str(public_block(block, number)),
                )
                for number, zone in enumerate(zones(stack.here.region, settings.zones))
            ],
            egress=Egress(settings.nat),
        ),
        stack.opts,
    )
    PrivateEndpoints(
        stack.named("endpoints"),
        PrivateEndpointsArgs(
            origin="network",
            location=stack.location,
            services=ENDPOINTS,
            vpc_id=network.vpc_id,
            vpc_cidr=network.vpc_cidr,
            subnet_ids=network.private_subnet_ids,
            route_table_ids=network.private_route_table_ids,
        ),
        stack.opts,
    )
    FlowLogs(
        stack.regional("flow-logs"),
        FlowLogsArgs(
            origin="network.flow_logs",
            location=stack.location,
            retention_days=settings.flow_logs.days,
            vpc_id=network.vpc_id,
            key_arn=logs_key.key_arn,
        ),
        stack.opts,
    )
    return network


def _base_roles(stack: _Stack) -> BaseRoles:
    # No setting asks for them: every environment has them.
    return BaseRoles(
        stack.regional("base"), BaseRolesArgs(origin="name", location=stack.location), stack.opts
    )


def _model_store(stack: _Stack, key: EncryptionKey) -> ModelStore:
    settings = stack.here.environment.model_store
    return ModelStore(
        stack.regional("models"),
        ModelStoreArgs(
            origin="model_store",
            location=stack.location,
            keep_versions_days=settings.keep_versions.days,
            keep_access_logs_days=settings.access_logs.days,
            force_destroy=stack.is_disposable,
            key_arn=key.key_arn,
        ),
        stack.opts,
    )


def _workload_roles(stack: _Stack, store: ModelStore, key: EncryptionKey) -> Mapping[str, WorkloadRole]:
    """By name."""
    env, location = stack.here.environment, stack.location
    models = (store.bucket_arn, key.key_arn, location)
    wanted = {
        "model-reader": ("model_store", "Reads models", model_store.reading(*models)),
        "model-writer": ("model_store", "Publishes models", model_store.writing(*models)),
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
    stack: _Stack, key: EncryptionKey, roles: BaseRoles, pusher: WorkloadRole
) -> Mapping[str, ImageRepository]:
    """By the name in the environment's file."""
    env = stack.here.environment
    return {
        repository: ImageRepository(
            stack.named(f"images-{repository}"),
            ImageRepositoryArgs(
                origin=f"registry.repositories[{number}]",
                repository=f"{env.name}/{repository}",
                keep_images=env.registry.keep_images,
                scan_on_push=env.registry.scan == "on_push",
                force_delete=stack.is_disposable,
                key_arn=key.key_arn,
                puller_arns=[roles.node_role_arn],
                pusher_arns=[pusher.role_arn],
            ),
            stack.opts,
        )
        for number, repository in enumerate(env.registry.repositories)
    }


def _hand_over(
    network: PrivateNetwork | ExistingNetwork, keys: Mapping[str, EncryptionKey], store: ModelStore
) -> None:
    pulumi.export("vpcId", network.vpc_id)
    pulumi.export("vpcCidr", network.vpc_cidr)
    pulumi.export("privateSubnetIds", network.private_subnet_ids)
    pulumi.export("publicSubnetIds", network.public_subnet_ids)
    pulumi.export("keyArns", {purpose: key.key_arn for purpose, key in keys.items()})
    pulumi.export("modelBucket", store.bucket)
    pulumi.export("modelBucketArn", store.bucket_arn)


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

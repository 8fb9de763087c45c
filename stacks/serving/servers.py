"""The settings of a model -> its servers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import pulumi

from components import model_server as made
from components.gpu_quota import PRIORITY_LABEL, QUEUE, QUEUE_LABEL
from components.model_artifact import Artifact, Fetched, Mounted
from components.model_gateway import proxies_of_the_gateway
from components.model_network import Egress, ModelTraffic, anywhere
from components.model_pod import Gpus, ModelMachine, Toleration
from components.network_policies import space
from environments.connectivity import AirGap
from environments.gpu_claims import DEVICE_CLASS, are_claimed
from environments.gpu_pools import GpuPool
from environments.gpu_shares import resource_of, selector_of
from environments.model_sources import Source
from environments.model_traffic import ScaleBy
from environments.models import KnownRuntime, Model
from environments.network import OwnNetwork
from environments.runtimes import STORAGE_IMAGE
from stacks.addresses import namespace_of, port_of
from stacks.cluster_stack import ClusterStack
from stacks.serving.images import from_mirror
from stacks.serving.runtimes import runtime
from stacks.serving.store import Store

_AGENT: Final = "169.254.170.23/32"
"""Where the agent hands out roles to pods. Source: Amazon EKS user guide, "EKS Pod Identity"."""

_HTTP: Final = 80
_HTTPS: Final = 443


def server(
    stack: ClusterStack, number: int, model: Model, store: Store | None, first: Sequence[pulumi.Resource]
) -> made.ModelServer:
    """The servers of one model, made after all that comes `first`."""
    env, tried = stack.environment, model.traffic.candidate
    pool = next((pool for pool in env.gpu_pools if pool.name == model.pool), None)
    identity = store.identities.get(model.name) if store else None
    # A pod that starts before it has its role gets none.
    after = pulumi.ResourceOptions(depends_on=[*([identity] if identity else []), *first])
    return made.ModelServer(
        stack.named(f"model-{model.name}"),
        made.ModelServerArgs(
            origin=f"models[{number}]",
            identity=_identity(stack, model),
            runtime=runtime(stack, model, pool),
            machine=_machine(model, pool, claimed=are_claimed(env.cluster)),
            scale=_scale(model),
            stable=_release(stack, model, model.source, store),
            tried=(
                made.Tried(
                    release=_release(stack, model, tried.source, store),
                    weight=tried.weight,
                    replicas=model.candidates,
                )
                if tried
                else None
            ),
            traffic=_traffic(stack, model),
        ),
        pulumi.ResourceOptions.merge(stack.opts, after),
    )


def _identity(stack: ClusterStack, model: Model) -> made.ModelIdentity:
    return made.ModelIdentity(
        model=model.name,
        namespace=model.team,
        owner=model.owner or stack.environment.owner,
        licence=model.licence,
        labels={QUEUE_LABEL: QUEUE, PRIORITY_LABEL: "serving"} if model.pool else {},
    )


def _machine(model: Model, pool: GpuPool | None, *, claimed: bool) -> ModelMachine:
    return ModelMachine(
        cpus=model.server.cpus,
        memory_gib=model.server.memory.gib,
        disk_gib=model.server.disk.gib,
        gpus=(
            Gpus(
                resource=DEVICE_CLASS if claimed else resource_of(pool),
                claimed=claimed,
                count=model.asks_for,
                node_labels=selector_of(pool),
                tolerations=[
                    # The taint of every node with GPUs; its value is whatever their maker's software writes.
                    Toleration(key=pool.hardware.resource, value=None, effect="NoSchedule"),
                    *(Toleration(key=each.key, value=each.value, effect=each.effect) for each in pool.taints),
                ],
            )
            if pool
            else None
        ),
    )


def _scale(model: Model) -> made.ModelScale:
    by = model.scale.by
    return made.ModelScale(
        least=model.scale.replicas.min,
        most=model.scale.replicas.max,
        by=_by(model, by) if by else None,
    )


def _by(model: Model, by: ScaleBy) -> made.ByUse | made.ByQuery:
    if by.metric != "queue_depth":
        return made.ByUse(metric=by.metric, target=by.target)
    assert by.prometheus, "who knows the queue is asked for with the environment"
    assert isinstance(model.runtime, KnownRuntime), "the queue of an image of one's own is not known"
    pods = f'namespace="{model.team}",pod=~"{made.stable_service(model.name)}-.*"'
    # KEDA divides by the number of servers.
    query = f"sum({model.runtime.known.queue_metric}{{{pods}}})"
    return made.ByQuery(prometheus=by.prometheus, query=query, target=by.target)


def _release(stack: ClusterStack, model: Model, source: Source, store: Store | None) -> made.Release:
    version = next(number for number, each in model.versions if each is source)
    artifact = _artifact(stack, model, source, store)
    if source.sealed and isinstance(artifact, Fetched):
        from stacks.serving.openings import opening  # noqa: PLC0415 - few are sealed

        artifact = replace(artifact, opening=opening(stack, model, version, source))
    return made.Release(version=version, digest=source.digest, artifact=artifact)


def _artifact(stack: ClusterStack, model: Model, source: Source, store: Store | None) -> Artifact:
    if source.image:
        return Mounted(reference=from_mirror(stack, source.image), secret=source.secret)
    return Fetched(
        uri=_uri(source, store),
        digest=source.digest,
        image=from_mirror(stack, STORAGE_IMAGE),
        env=_storage_settings(stack, source),
        secret=source.secret,
        disk_gib=model.server.disk.gib,
    )


def _uri(source: Source, store: Store | None) -> pulumi.Input[str]:
    if source.scheme != "store":
        return source.uri
    assert store, "a model in the store has one"
    return pulumi.Output.concat("s3://", store.bucket, "/", source.uri.removeprefix("store://"))


def _storage_settings(stack: ClusterStack, source: Source) -> dict[str, str]:
    """What the storage initializer is told of the store; its own defaults are for AWS's first region."""
    if source.scheme == "hf":
        return {}
    endpoint = {"AWS_ENDPOINT_URL": source.endpoint} if source.endpoint else {}
    return {"AWS_DEFAULT_REGION": stack.region, **endpoint}


def _traffic(stack: ClusterStack, model: Model) -> ModelTraffic:
    """Who asks the servers and whom they ask; without a gateway their own team alone asks them."""
    by = model.scale.by
    watched_from = namespace_of(by.prometheus) if by and by.prometheus else None
    return ModelTraffic(
        callers=[proxies_of_the_gateway() if stack.environment.gateway else {"pod_selector": {}}],
        watchers=[space(watched_from)] if watched_from else [],
        egress=list(dict.fromkeys(each for _, source in model.versions for each in _reached(stack, source))),
    )


def _reached(stack: ClusterStack, source: Source) -> list[Egress]:
    """What a server has to speak to before it starts; the image of a model is fetched by its machine."""
    if source.scheme == "oci":
        return []
    agent = Egress(blocks=(_AGENT,), but=(), port=_HTTP)
    port = port_of(source.endpoint) if source.endpoint else _HTTPS
    store = anywhere(port)
    connectivity = stack.environment.connectivity
    if isinstance(connectivity, AirGap):
        inside = (*_own_blocks(stack), *map(str, connectivity.boundary))
        store = Egress(blocks=inside, but=(), port=port)
    return [agent, store] if source.scheme == "store" else [store]


def _own_blocks(stack: ClusterStack) -> tuple[str, ...]:
    env = stack.environment
    return (str(env.region_block(stack.region)),) if isinstance(env.network, OwnNetwork) else ()

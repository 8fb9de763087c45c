"""An environment as objects of Kubernetes, for Pulumi's operator: one `Stack` for each stack. Pure.

Source: pulumi/pulumi-kubernetes-operator v2, `deploy/crds/pulumi.com_stacks.yaml` and its controllers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any, Final

from environments.bucket_address import BucketAddress
from environments.key_address import BY_PHRASE
from environments.model import Environment
from environments.rendering import document
from stacks.layers import LAYERS, Layer, stack_name

Manifest = dict[str, Any]

MOUNTED: Final = PurePosixPath("/etc/provisioner")
"""Where the settings lie in a pod."""

PASSPHRASE: Final = "passphrase"  # noqa: S105 - what it is called
"""The key in the Secret that holds it."""

_DIGITS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Pods:
    """What the pods are made of in which the operator runs Pulumi."""

    image: str
    """Pulumi, the checkout with its `.venv`, and the drivers as a plugin."""

    checkout: PurePosixPath
    """Where the checkout is in the image."""

    namespace: str
    service_account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Where the state is and what seals it, for anybody."""

    address: BucketAddress
    region: str
    """Of a bucket that names none."""

    key: str

    @property
    def url(self) -> str:
        """As Pulumi takes it. A profile is a matter of this machine."""
        return replace(self.address, profile=None).for_pulumi(self.region)


def manifests(env: Environment, settings: str, kept: Kept, pods: Pods) -> list[tuple[str, list[Manifest]]]:
    """The objects, by the names of the files they belong in, which sort as they are to be applied.

    `settings` is the environment as one file. A stack waits for all stacks of the group before its own.
    """
    ground = [_account(pods), _binding(pods), _settings(env, settings, pods)]
    files = [("00-environment", ground)]
    before: list[str] = []
    for number, group in enumerate(_groups(env), start=1):
        stacks = [_stack(env, layer, region, before, (settings, kept, pods)) for layer, region in group]
        before = [stack["metadata"]["name"] for stack in stacks]
        files += [(f"{number:02}-{stack['metadata']['name']}", [stack]) for stack in stacks]
    return files


def text(objects: Sequence[Manifest]) -> str:
    """Objects as one file."""
    return "---\n".join(document(each) for each in objects)


def secret_name(env: Environment) -> str:
    """The Secret with the passphrase, which is made by hand."""
    return f"{env.name}-state"


def _groups(env: Environment) -> list[list[tuple[Layer, str]]]:
    return [[(layer, region) for region in group] for layer in LAYERS for group in layer.regions(env)]


def _stack(
    env: Environment,
    layer: Layer,
    region: str,
    before: Sequence[str],
    surroundings: tuple[str, Kept, Pods],
) -> Manifest:
    settings, kept, pods = surroundings
    return {
        "apiVersion": "pulumi.com/v1",
        "kind": "Stack",
        "metadata": _named(f"{env.name}-{layer.name}-{region}", pods),
        "spec": {
            "stack": f"organization/{layer.name}/{stack_name(env, region)}",
            "backend": kept.url,
            "secretsProvider": kept.key,
            "serviceAccountName": pods.service_account,
            **({"prerequisites": [{"name": name} for name in before]} if before else {}),
            "config": {"provisioner:file": str(MOUNTED / f"{env.name}.yaml")},
            "envRefs": _variables(env, kept),
            # Who deletes this object wants to stop the operator, not to lose a platform.
            "destroyOnFinalize": False,
            "workspaceTemplate": {"spec": _workspace(env, layer, settings, pods)},
        },
    }


def _variables(env: Environment, kept: Kept) -> Manifest:
    # The image has everything; pip is not to look for newer versions of itself.
    offline = {"PIP_NO_INDEX": {"type": "Literal", "literal": {"value": "1"}}}
    if kept.key != BY_PHRASE:
        return offline
    secret = {"name": secret_name(env), "key": PASSPHRASE}
    return {"PULUMI_CONFIG_PASSPHRASE": {"type": "Secret", "secret": secret}, **offline}


def _workspace(env: Environment, layer: Layer, settings: str, pods: Pods) -> Manifest:
    volume = "environment"
    mount = {"name": volume, "mountPath": str(MOUNTED), "readOnly": True}
    return {
        "image": pods.image,
        "securityProfile": "restricted",
        "local": {"dir": str(pods.checkout / "stacks" / layer.name)},
        "podTemplate": {
            "spec": {
                "containers": [{"name": "pulumi", "volumeMounts": [mount]}],
                "volumes": [{"name": volume, "configMap": {"name": _settings_name(env, settings)}}],
            }
        },
    }


def _account(pods: Pods) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": _named(pods.service_account, pods),
    }


def _binding(pods: Pods) -> Manifest:
    """Lets a pod ask who calls it, as the operator's own documentation wants it."""
    role = "system:auth-delegator"
    subject = {"kind": "ServiceAccount", "name": pods.service_account, "namespace": pods.namespace}
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": f"{pods.namespace}:{pods.service_account}:{role}"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        "subjects": [subject],
    }


def _settings(env: Environment, settings: str, pods: Pods) -> Manifest:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _named(_settings_name(env, settings), pods),
        "immutable": True,
        "data": {f"{env.name}.yaml": settings},
    }


def _settings_name(env: Environment, settings: str) -> str:
    """Another one for other settings: the operator goes on when a `Stack` differs, not what it refers to."""
    return f"{env.name}-settings-{hashlib.sha256(settings.encode()).hexdigest()[:_DIGITS]}"


def _named(name: str, pods: Pods) -> Manifest:
    return {"name": name, "namespace": pods.namespace}

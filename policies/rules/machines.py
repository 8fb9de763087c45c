"""Rules about machines of EC2: their metadata service and their disks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.keys import is_own_key
from policies.model import Finding, Part, Resource, every, rule
from policies.scene import Scene, canonical
from policies.values import is_off, is_on, number

TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
INSTANCE: Final = "aws:ec2/instance:Instance"
CONFIGURATION: Final = "aws:ec2/launchConfiguration:LaunchConfiguration"
METADATA_DEFAULTS: Final = "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults"
VOLUME: Final = "aws:ebs/volume:Volume"
NODE_CLASS: Final = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
"""What Karpenter makes its machines of."""

BY_DEFAULT: Final = "aws:ebs/encryptionByDefault:EncryptionByDefault"


@rule(
    "BL-EC2-001",
    TEMPLATE,
    INSTANCE,
    CONFIGURATION,
    METADATA_DEFAULTS,
    NODE_CLASS,
    fix="Leave the nodes' templates as the environment makes them.",
    reads=(
        "spec.metadataOptions.httpTokens",
        "spec.metadataOptions.httpPutResponseHopLimit",
        "metadataOptions.httpTokens",
        "metadataOptions.httpPutResponseHopLimit",
        "metadataOptions.httpEndpoint",
        "httpTokens",
        "httpPutResponseHopLimit",
    ),
)
def metadata_by_token(resource: Resource, _: Scene) -> Iterator[Finding]:
    """The metadata service answers with a token only, and to the machine itself, not to its pods."""
    # A machine of a template has the template's options.
    if resource.type == INSTANCE and resource.peek("launchTemplate") and not resource.peek("metadataOptions"):
        return
    if _is_node_class(resource):  # Karpenter asks for a token and allows one hop, unless it is told otherwise
        yield from _metadata(Part(resource, "spec.metadataOptions"), tokens="required", hops=1)
    else:
        yield from _metadata(Part(resource, "" if resource.type == METADATA_DEFAULTS else "metadataOptions"))


def _metadata(options: Part, tokens: str = "", hops: int = 0) -> Iterator[Finding]:
    if options.get("httpEndpoint") != "disabled":
        yield from every(_by_token(options, tokens), _near(options, hops))


def _by_token(options: Part, default: str) -> Iterator[Finding]:
    if options.get("httpTokens", default) != "required":
        path = options.at("httpTokens")
        yield Finding(options.resource, path, "Any request that a pod can be made to send gets credentials.")


def _near(options: Part, default: int) -> Iterator[Finding]:
    if number(options.get("httpPutResponseHopLimit", default)) != 1:
        path = options.at("httpPutResponseHopLimit")
        yield Finding(options.resource, path, "Pods get the credentials of the machine that they run on.")


def _is_node_class(resource: Resource) -> bool:
    return canonical(resource.type) == canonical(NODE_CLASS)


@rule(
    "BL-EC2-002",
    TEMPLATE,
    VOLUME,
    INSTANCE,
    NODE_CLASS,
    BY_DEFAULT,
    fix="Leave the nodes' disks under the key that the environment makes for them.",
    reads=(
        "blockDeviceMappings[].ebs.encrypted",
        "blockDeviceMappings[].ebs.kmsKeyId",
        "encrypted",
        "kmsKeyId",
        "rootBlockDevice.encrypted",
        "spec.blockDeviceMappings[].ebs.encrypted",
        "spec.blockDeviceMappings[].ebs.kmsKeyID",
        "enabled",
    ),
)
def disks_under_own_key(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Every disk is encrypted with a key of one's own."""
    match resource.type:
        case "aws:ec2/launchTemplate:LaunchTemplate":
            yield from _of_template(resource, "blockDeviceMappings", scene)
        case "aws:ebs/volume:Volume":
            yield from _disk(Part(resource, ""), scene)
        case "aws:ec2/instance:Instance":
            yield from _of_machine(resource, scene)
        case _ if _is_node_class(resource):
            yield from _of_template(resource, "spec.blockDeviceMappings", scene)
        case _:
            if is_off(resource.get("enabled", default=True)):
                yield Finding(
                    resource, "enabled", "New disks of the account are not encrypted by themselves."
                )


def _of_template(template: Resource, path: str, scene: Scene) -> Iterator[Finding]:
    disks = template.parts(path)
    if not disks:
        message = "The disk that comes with the image is encrypted with no key, or with one of AWS."
        yield Finding(template, path, message)
    yield from every(*(_mapped(each, scene) for each in disks))


def _mapped(mapping: Part, scene: Scene) -> Iterator[Finding]:
    # Some mappings leave a disk of the image out, or are about disks that go with the machine.
    if mapping.peek("noDevice") is None and mapping.peek("virtualName") is None:
        yield from _disk(Part(mapping.resource, mapping.at("ebs")), scene)


def _of_machine(machine: Resource, scene: Scene) -> Iterator[Finding]:
    root = machine.parts("rootBlockDevice")
    if not root and machine.peek("launchTemplate") is None:
        yield Finding(machine, "rootBlockDevice", "The machine's own disk is not encrypted.")
    yield from every(*(_disk(each, scene) for each in (*root, *machine.parts("ebsBlockDevices"))))


def _disk(disk: Part, scene: Scene) -> Iterator[Finding]:
    yield from every(_is_encrypted(disk), _has_own_key(disk, scene))


def _is_encrypted(disk: Part) -> Iterator[Finding]:
    if not is_on(disk.get("encrypted")):
        yield Finding(disk.resource, disk.at("encrypted"), "A disk is not encrypted.")


def _has_own_key(disk: Part, scene: Scene) -> Iterator[Finding]:
    path = "kmsKeyID" if _is_node_class(disk.resource) else "kmsKeyId"
    if not is_own_key(disk, path, scene):
        yield Finding(disk.resource, disk.at(path), "A disk is not encrypted with a key of one's own.")


RULES = (metadata_by_token, disks_under_own_key)

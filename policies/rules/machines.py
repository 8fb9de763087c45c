"""Rules about machines of EC2: their metadata service and their disks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from policies.keys import is_own_key
from policies.model import Finding, Part, Resource, every, rule
from policies.scene import Scene
from policies.values import is_off, is_on, number

TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
INSTANCE: Final = "aws:ec2/instance:Instance"
CONFIGURATION: Final = "aws:ec2/launchConfiguration:LaunchConfiguration"
METADATA_DEFAULTS: Final = "aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults"
VOLUME: Final = "aws:ebs/volume:Volume"
BY_DEFAULT: Final = "aws:ebs/encryptionByDefault:EncryptionByDefault"


@rule(
    "BL-EC2-001",
    TEMPLATE,
    INSTANCE,
    CONFIGURATION,
    METADATA_DEFAULTS,
    fix="Leave the nodes' templates as the environment makes them.",
    reads=(
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
    options = Part(resource, "" if resource.type == METADATA_DEFAULTS else "metadataOptions")
    if options.get("httpEndpoint") == "disabled":
        return
    yield from every(_by_token(options), _near(options))


def _by_token(options: Part) -> Iterator[Finding]:
    if options.get("httpTokens") != "required":
        path = options.at("httpTokens")
        yield Finding(options.resource, path, "Any request that a pod can be made to send gets credentials.")


def _near(options: Part) -> Iterator[Finding]:
    if number(options.get("httpPutResponseHopLimit")) != 1:
        path = options.at("httpPutResponseHopLimit")
        yield Finding(options.resource, path, "Pods get the credentials of the machine that they run on.")


@rule(
    "BL-EC2-002",
    TEMPLATE,
    VOLUME,
    INSTANCE,
    BY_DEFAULT,
    fix="Leave the nodes' disks under the key that the environment makes for them.",
    reads=(
        "blockDeviceMappings[].ebs.encrypted",
        "blockDeviceMappings[].ebs.kmsKeyId",
        "encrypted",
        "kmsKeyId",
        "rootBlockDevice.encrypted",
        "enabled",
    ),
)
def disks_under_own_key(resource: Resource, scene: Scene) -> Iterator[Finding]:
    """Every disk is encrypted with a key of one's own."""
    match resource.type:
        case "aws:ec2/launchTemplate:LaunchTemplate":
            yield from _of_template(resource, scene)
        case "aws:ebs/volume:Volume":
            yield from _disk(Part(resource, ""), scene)
        case "aws:ec2/instance:Instance":
            yield from _of_machine(resource, scene)
        case _:
            if is_off(resource.get("enabled", default=True)):
                yield Finding(
                    resource, "enabled", "New disks of the account are not encrypted by themselves."
                )


def _of_template(template: Resource, scene: Scene) -> Iterator[Finding]:
    disks = template.parts("blockDeviceMappings")
    if not disks:
        message = "The disk that comes with the image is encrypted with no key, or with one of AWS."
        yield Finding(template, "blockDeviceMappings", message)
    yield from every(*(_disk(Part(template, each.at("ebs")), scene) for each in disks if _is_disk(each)))


def _is_disk(mapping: Part) -> bool:
    """Whether it is no disk that is left out, or that goes with the machine."""
    return mapping.peek("noDevice") is None and mapping.peek("virtualName") is None


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
    if not is_own_key(disk, "kmsKeyId", scene):
        yield Finding(disk.resource, disk.at("kmsKeyId"), "A disk is not encrypted with a key of one's own.")


RULES = (metadata_by_token, disks_under_own_key)

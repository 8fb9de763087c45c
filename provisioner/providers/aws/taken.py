"""By what AWS says that a creation is refused because such an object is there already.

Sources: the API reference of each service, under the errors of its `Create…` calls; for EC2, whose calls
list none, "Error codes for the Amazon EC2 API". S3's `BucketAlreadyExists` is not among them: that bucket
belongs to somebody else.
"""

from __future__ import annotations

from typing import Final

from provisioner.providers.aws.retry import is_one_of

TAKEN: Final = frozenset(
    {
        "AccessPointAlreadyExists",
        "AlreadyExistsException",
        "BucketAlreadyOwnedByYou",
        "DBInstanceAlreadyExists",
        "DBParameterGroupAlreadyExists",
        "DBSubnetGroupAlreadyExists",
        "EntityAlreadyExists",
        "FileSystemAlreadyExists",
        "FlowLogAlreadyExists",
        "HealthCheckAlreadyExists",
        "HostedZoneAlreadyExists",
        "InvalidChangeBatch: already exists",
        "InvalidGroup.Duplicate",
        "InvalidLaunchTemplateName.AlreadyExistsException",
        "InvalidPermission.Duplicate",
        "InvalidPlacementGroup.Duplicate",
        "InvalidSubnet.Conflict",
        "MountTargetConflict",
        "PullThroughCacheRuleAlreadyExistsException",
        "QueueAlreadyExists",
        "QueueNameExists",
        "RepositoryAlreadyExistsException",
        "Resource.AlreadyAssociated",
        "ResourceAlreadyExistsException",
        "ResourceInUseException: already",
        "RouteAlreadyExists",
        "TemplateAlreadyExistsException",
        "VpcPeeringConnectionAlreadyExists",
    }
)
"""Codes of refused creations, written as in `spec.Op.again`: some say it only with what their text says."""


def is_taken(code: str, reason: str) -> bool:
    """Whether a creation was refused because the name, or the place, has an object."""
    return is_one_of(TAKEN, code, reason)

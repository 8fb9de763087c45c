"""What it takes to seal models under a KMS key, and to open one's own, as statements of IAM.

A data key is bound to a model and a version by its encryption context. (AWS KMS developer guide, "Encryption
context".)
"""

from __future__ import annotations

from typing import Final

import pulumi

from components.policy_document import Statement, allow

_OWN: Final = {
    "StringEquals": {"kms:EncryptionContext:model": "${aws:PrincipalTag/kubernetes-service-account}"}
}
"""The servers of a model run as the service account of its name, with which EKS tags their session.
Source: Amazon EKS user guide, "Grant Pods access to AWS resources based on tags"."""


def opening(key_arn: pulumi.Input[str]) -> Statement:
    """What servers need to open versions of the model that they serve, and of no other."""
    return allow("OpenModels", ["kms:Decrypt"], on=[key_arn], when=_OWN)


def sealing(key_arn: pulumi.Input[str]) -> Statement:
    """What it takes to seal versions of models; opening is another matter."""
    return allow("SealModels", ["kms:GenerateDataKey"], on=[key_arn])

"""AWS's service models, read once before processes are made: importing this takes as long as six first clients."""

import botocore.session

SERVICES = ("ec2", "ecr", "efs", "eks", "iam", "kms", "logs", "rds", "route53", "s3", "sts")

_session = botocore.session.Session()
_loader = _session.get_component("data_loader")
for _service in SERVICES:
    _session.create_client(_service, "us-east-1", aws_access_key_id="none", aws_secret_access_key="none")


def share() -> None:
    """From now on every session of this process uses what was read."""
    botocore.session.create_loader = lambda _path=None: _loader

"""NAT gateways: the address of one that is gone may still be held by it."""

from __future__ import annotations

from provisioner.plan.values import Properties
from provisioner.providers.aws.driver import TableDriver
from provisioner.providers.interface import Object, Refused

HELD = "Resource.AlreadyAssociated"


class NatGateways(TableDriver):
    """NAT gateways."""

    def create(self, new: Properties) -> Object:
        """Make the gateway; AWS takes an address from a deleted one late, the local cloud never does."""
        try:
            return super().create(new)
        except Refused as refusal:
            if refusal.code != HELD or not self._freed(new):
                raise
        return super().create(new)

    def _freed(self, new: Properties) -> bool:
        """Whether the address was held by a deleted gateway, and has been taken from it."""
        region = self.region(new)
        filters = [{"Name": "state", "Values": ["deleted"]}]
        gone = self.scope.call_to_the_end("ec2", "describe_nat_gateways", {"Filter": filters}, region=region)
        allocation = {"AllocationIds": [new["allocationId"]]}
        addresses = self.scope.call("ec2", "describe_addresses", allocation, region=region)["Addresses"]
        held = {address.get("AssociationId") for address in addresses}
        late = [
            address["AssociationId"]
            for gateway in gone["NatGateways"]
            for address in gateway["NatGatewayAddresses"]
            if address.get("AssociationId") in held
        ]
        for association in late:
            self.scope.call("ec2", "disassociate_address", {"AssociationId": association}, region=region)
        return bool(late)

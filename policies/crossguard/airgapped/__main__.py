"""What `pulumi preview --policy-pack policies/crossguard/airgapped` runs."""

from provisioner.crossguard import serve

serve("airgapped")

"""What `pulumi preview --policy-pack policies/crossguard/governance` runs."""

from provisioner.crossguard import serve

serve("governance")

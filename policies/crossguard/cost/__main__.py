"""What `pulumi preview --policy-pack policies/crossguard/cost` runs."""

from provisioner.crossguard import serve

serve("cost")

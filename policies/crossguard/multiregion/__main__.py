"""What `pulumi preview --policy-pack policies/crossguard/multiregion` runs."""

from provisioner.crossguard import serve

serve("multiregion")

"""What `pulumi preview --policy-pack policies/crossguard/gpu` runs."""

from provisioner.crossguard import serve

serve("gpu")

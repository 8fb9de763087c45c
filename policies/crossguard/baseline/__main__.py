"""What `pulumi preview --policy-pack policies/crossguard/baseline` runs."""

from provisioner.crossguard import serve

serve("baseline")

"""What `pulumi up` runs in this folder."""

from stacks.cluster.program import main

main()

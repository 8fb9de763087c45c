"""What `pulumi up` runs in this folder."""

from stacks.links.program import main

main()

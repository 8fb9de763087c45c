"""What `pulumi up` runs in this folder."""

from stacks.platform.program import main

main()

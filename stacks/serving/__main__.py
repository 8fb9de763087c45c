"""What `pulumi up` runs in this folder."""

from stacks.serving.program import main

main()

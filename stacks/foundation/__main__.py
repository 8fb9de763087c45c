"""What `pulumi up` runs in this folder."""

from stacks.foundation.program import main

main()

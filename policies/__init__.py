"""What is allowed: rules about resources, which know neither engine nor Pulumi."""

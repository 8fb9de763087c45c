"""The real engine: Pulumi's own, through its Automation API. Whatever knows the program `pulumi` is here."""

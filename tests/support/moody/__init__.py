"""A provider plugin in a process of its own that dies, talks and dawdles when it is told to."""

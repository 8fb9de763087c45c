"""The sentences about the cloud on a desk."""

from __future__ import annotations

from provisioner.engine.failures import LocalCloudGone, LocalCloudNotStarted, LocalCloudNotStopped
from provisioner.report.message import Message, Trouble, indented

OnDesk = LocalCloudNotStarted | LocalCloudNotStopped | LocalCloudGone


def explain_desk(failure: OnDesk, environment: str) -> Message:
    """The message for a failure; `environment` as in `explain`."""
    match failure:
        case LocalCloudNotStarted(log, tail):
            last = f" The end of its log:\n{indented(tail)}" if tail else ""
            return Message(
                Trouble.LOCAL_START,
                f"The server ended, or took too long, before it could be used.{last}",
                f"remove the reason that the log gives (`{log}`), then try again.",
                ("provisioner local start",),
            )
        case LocalCloudNotStopped(pid):
            return Message(
                Trouble.LOCAL_STOP,
                f"Process {pid} goes on answering after it was told to end.",
                "end it yourself.",
                (f"kill -9 {pid}",),
            )
        case LocalCloudGone():
            return Message(
                Trouble.LOCAL_GONE,
                "The state is about a local cloud that was stopped, and all that was in it is gone with it."
                " There is nothing to compare with.",
                "start both afresh; the old state is set aside.",
                (f"provisioner apply {environment}",),
            )

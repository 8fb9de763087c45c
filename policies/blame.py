"""Where somebody's code raised: the line that its author has to look at."""

from __future__ import annotations


def last_line(broken: BaseException, file: str) -> str:
    """`:12`, the last line of a file that an exception went through; empty if it went through none."""
    found, trace = "", broken.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            found = f":{trace.tb_lineno}"
        trace = trace.tb_next
    return found

"""Where the embedded engine differs from Pulumi's on purpose: the one table, by program, with the reasons.

What exactly differs is kept beside the transcript, in `transcripts/<program>.diff`; whatever else differs is
a defect.
"""

MEANT: dict[str, str] = {
    "fail_replace_delete_first": (
        "What is left of a replacement whose old object has gone is no object: what the next plan does is a "
        "creation, and it says so. The calls are the same."
    ),
    "retain_on_delete": (
        "Nothing is done to an object that is only forgotten, so the plan has a note about it and no step "
        "that deletes."
    ),
}

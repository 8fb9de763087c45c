"""What is kept of the real engine: a transcript for each program, and where ours differs on purpose."""

from pathlib import Path

FOLDER = Path(__file__).parent / "transcripts"


def transcript(name: str) -> str:
    """What the real engine did with a program; empty if nobody has recorded it."""
    file = FOLDER / f"{name}.txt"
    return file.read_text() if file.exists() else ""


def meant(name: str) -> str:
    """In what ours differs, as `comparison.difference` says it; empty if in nothing."""
    file = FOLDER / f"{name}.diff"
    return file.read_text() if file.exists() else ""


def keep(name: str, transcript: str) -> None:
    """Write a new transcript."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.txt").write_text(transcript)


def keep_meant(name: str, difference: str) -> None:
    """Write in what ours differs; no file if in nothing."""
    file = FOLDER / f"{name}.diff"
    if difference:
        file.write_text(difference)
    else:
        file.unlink(missing_ok=True)


def recorded() -> set[str]:
    """The programs there is something of."""
    return {file.stem for file in FOLDER.iterdir()}

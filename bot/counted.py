"""Numbers with what they count, in English for the shell."""


def counted(number: int, noun: str) -> str:
    """Give "1 feed", "2 feeds"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

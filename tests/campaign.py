"""How long the long tests are: `pytest --campaign 20` tries twenty times as much (`make soak`)."""

factor = 1


def times(rounds: int) -> int:
    """So many rounds in a short run, and that many times the factor in a campaign."""
    return rounds * factor

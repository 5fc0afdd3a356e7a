"""The sieve suspects every repeat, and next to nothing else."""

from onhand.catalogue.repeats import Sieve


def test_every_key_that_stands_twice_is_suspected() -> None:
    sieve = Sieve()
    for number in (*range(1000), *range(500, 510)):
        sieve.meet(("gtin", str(number)))
    assert sieve.suspects == {("gtin", str(number)) for number in range(500, 510)}


def test_the_same_value_of_two_fields_is_no_repeat() -> None:
    sieve = Sieve()
    sieve.meet(("gtin", "1"))
    sieve.meet(("wmItemNbr", "1"))
    assert sieve.suspects == set()


def test_keys_that_stand_once_are_hardly_ever_suspected() -> None:
    sieve = Sieve()
    for number in range(100_000):
        sieve.meet(("sku", f"shop/{number}"))
    # Three bits of 2**28 each: the last key meets all three by chance with (300,000 / 2**28)**3, about 1e-9.
    assert sieve.suspects == set()

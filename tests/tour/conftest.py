"""The data set that the tests of this folder read."""

from tests.small_journey import data_set

__all__ = ["data_set"]

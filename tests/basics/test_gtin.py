"""GTINs: 14 digits on the wire, whatever the check digit says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onhand.basics.gtin import check_digit, format_gtin, has_valid_check_digit, padded_gtin, parse_gtin

pytestmark = pytest.mark.contract("SE-03")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0004444444444",
        "000444444444444",
        "-0044444444444",
        "+0044444444444",
        "0004444444444a",
        "0004444444 444",
        " 00044444444444",
        "00044444444444\n",
        "0004444444_444",
        "٠٠٠٤٤٤٤٤٤٤٤٤٤٤",
        "00044444444²44",
    ],
)
def test_what_is_not_fourteen_digits_is_no_gtin(text: str) -> None:
    assert parse_gtin(text) is None


@given(st.integers(0, 10**14 - 1))
def test_every_gtin_reads_back_as_it_was_written(item_id: int) -> None:
    written = format_gtin(item_id)
    assert len(written) == 14
    assert parse_gtin(written) == item_id


# 6291041500213 is the worked example of GS1's check digit calculator.
@pytest.mark.parametrize(("body", "digit"), [(629104150021, 3), (61414100003, 6), (1254160014001, 7), (0, 0)])
def test_the_check_digit_is_the_one_that_gs1_computes(body: int, digit: int) -> None:
    # 3 times every second digit from the right, plus the others; what is missing to the next ten.
    digits = [int(each) for each in reversed(str(body))]
    total = sum(3 * each for each in digits[0::2]) + sum(digits[1::2])
    assert (total + digit) % 10 == 0
    assert check_digit(body) == digit


def test_a_wrong_check_digit_is_told_but_not_refused() -> None:
    # 4 * (3 * 5 + 5) = 80 of the ten fours before it asks for a 0, and the sandbox's own GTIN ends in 4.
    assert parse_gtin("00044444444444") == 44444444444
    assert not has_valid_check_digit(44444444444)


def test_the_last_digit_alone_decides_whether_the_check_digit_is_right() -> None:
    valid = [digit for digit in range(10) if has_valid_check_digit(6291041500210 + digit)]
    assert valid == [3]


@pytest.mark.parametrize("text", ["00012345678905", "0012345678905", "012345678905"])
def test_a_gtin_of_12_or_13_digits_stands_for_one_with_zeros_before_it(text: str) -> None:
    assert padded_gtin(text) == 12345678905


def test_a_gtin_of_8_digits_stands_for_one_with_zeros_before_it() -> None:
    assert padded_gtin("12345670") == 12345670


@pytest.mark.parametrize("text", ["", "1234567", "123456789", "12345678901", "123456789012345", "1234567x", "١٢٣٤٥٦٧٨"])
def test_no_other_text_is_padded_to_a_gtin(text: str) -> None:
    assert padded_gtin(text) is None

"""Fees: under the cap always, and a bump beats both fees by an eighth or more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain.fees import MOST_TIPS, Offer, first_offer, raised_offer
from chain.wire import Fees

WEI = st.integers(0, 10**12)


def market(base: int, priority: int) -> Fees:
    return Fees(base=base, max_fee=2 * base + priority, priority=priority)


@given(base=WEI, priority=WEI, cap=WEI, tip_cap=WEI)
def test_a_first_offer_pays_the_base_fee_under_the_cap(
    base: int, priority: int, cap: int, tip_cap: int
) -> None:
    offer = first_offer(market(base, priority), cap, tip_cap)
    assert (offer is None) == (base > cap)
    if offer is not None:
        assert base <= offer.max_fee <= cap
        assert offer.priority <= min(offer.max_fee, tip_cap)
        assert offer.pays(base)


@given(old=WEI, tip=WEI, base=WEI, priority=WEI, cap=WEI, tip_cap=WEI)
def test_a_raised_offer_beats_both_fees_under_the_cap(
    old: int, tip: int, base: int, priority: int, cap: int, tip_cap: int
) -> None:
    before = Offer(max(old, tip), tip)
    offer = raised_offer(before, market(base, priority), cap, tip_cap)
    least = [max(-(-fee * 9 // 8), fee + 1) for fee in (before.max_fee, before.priority)]
    if offer is None:
        assert max(least[0], base) > cap or least[1] > MOST_TIPS * tip_cap
        return
    assert base <= offer.max_fee <= cap
    assert offer.priority <= offer.max_fee
    assert offer.priority <= max(least[1], tip_cap) <= max(MOST_TIPS * tip_cap, 1)
    assert offer.max_fee * 8 >= before.max_fee * 9
    assert offer.priority * 8 >= before.priority * 9
    assert offer.max_fee > before.max_fee
    assert offer.priority > before.priority


@pytest.mark.parametrize(
    ("before", "after"),
    [(Offer(8, 0), Offer(9, 1)), (Offer(100, 3), Offer(113, 4)), (Offer(0, 0), Offer(1, 1))],
)
def test_an_eighth_is_rounded_up(before: Offer, after: Offer) -> None:
    assert raised_offer(before, market(0, 0), 1_000, 1_000) == after

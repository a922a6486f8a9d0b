"""The rule of the two clocks, with both in hand."""

from __future__ import annotations

import time

import pytest

from node.chain.embedded.clock import Clock, ClockRule
from node.errors import Unavailable


class Hands:
    """Two clocks that are set by hand."""

    def __init__(self) -> None:
        self.wall = 1000.0
        self.steady = 5.0

    def rule(self) -> ClockRule:
        return ClockRule(Clock(wall=lambda: self.wall, steady=lambda: self.steady))

    def pass_time(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


def test_time_that_passes_on_both_clocks_is_no_jump() -> None:
    hands = Hands()
    rule = hands.rule()
    hands.pass_time(86_400.0)
    assert rule.now(1000) == 87_400.0


@pytest.mark.parametrize(("jump", "passes"), [(4.9, True), (-4.9, True), (5.1, False), (-5.1, False), (1e8, False)])
def test_a_jump_beyond_the_tolerance_is_refused_in_both_directions(jump: float, passes: bool) -> None:  # noqa: FBT001
    hands = Hands()
    rule = hands.rule()
    hands.pass_time(100.0)
    hands.wall += jump
    if passes:
        assert rule.now(1000) == hands.wall
    else:
        with pytest.raises(Unavailable, match="jumped"):
            rule.now(1000)


@pytest.mark.parametrize(("parent", "passes"), [(1005, True), (1006, False)])
def test_a_clock_somewhat_behind_the_parent_waits_and_one_far_behind_is_refused(
    parent: int,
    passes: bool,  # noqa: FBT001
) -> None:
    rule = Hands().rule()
    if passes:
        assert rule.now(parent) == 1000.0
    else:
        with pytest.raises(Unavailable, match="behind the last header"):
            rule.now(parent)


def test_small_steps_count_from_the_last_header_and_a_jump_during_the_sealing_is_seen() -> None:
    hands = Hands()
    rule = hands.rule()
    for _ in range(5):
        hands.wall += 4.0
        rule.now(1000)
        rule.settle()
    rule.now(1000)
    hands.wall += 3600.0  # while the header is executed
    rule.settle()
    with pytest.raises(Unavailable, match=r"\+3600"):
        rule.now(1000)


def test_the_clocks_of_the_machine_pass_together() -> None:
    clock = Clock()
    before = clock.wall() - clock.steady()
    time.sleep(0.01)
    assert abs(clock.wall() - clock.steady() - before) < 0.5

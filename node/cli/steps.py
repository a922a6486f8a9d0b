"""The steps of a long command: one bar for whichever is in work, cleared when the next one begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

    from node.cli.output import Output
    from node.cli.progress import Progress
    from node.errors import Words


class Steps:
    """Draws the bars; use as a context so that the last one is cleared.

    Args:
        output: where they are drawn.
        words: what each step is called.
    """

    def __init__(self, output: Output, words: Mapping[str, Words]) -> None:
        self._output = output
        self._words = words
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def begin(self, step: str, total: int) -> None:
        """Begin a bar."""
        self._end()
        words = self._words[step]
        self._bar = self._output.progress(words.zh, words.en, total).__enter__()

    def step(self, count: int = 1) -> None:
        """Go on."""
        if self._bar is not None:
            self._bar.step(count)

    def _end(self) -> None:
        if self._bar is not None:
            self._bar.__exit__()
            self._bar = None

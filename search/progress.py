"""A bar on a terminal, for work of many rows."""

from time import monotonic
from typing import Protocol

WIDTH = 30
PAUSE = 0.1  # seconds between two looks of the bar


class Terminal(Protocol):
    def write(self, msg: str, *, ending: str) -> None: ...
    def isatty(self) -> bool: ...
    def flush(self) -> None: ...


class Progress:
    """Nothing is written where nobody looks."""

    def __init__(self, terminal: Terminal) -> None:
        self.done = 0
        self._terminal = terminal
        self._begun = monotonic()
        self._told = 0.0

    @property
    def seconds(self) -> float:
        return monotonic() - self._begun

    def tell(self, done: int, of: int, more: str = "") -> None:
        self.done = done
        if not self._terminal.isatty() or (self.seconds - self._told < PAUSE and done < of):
            return
        self._told = self.seconds
        full = WIDTH * done // (of or 1)
        bar = f"{'█' * full}{'░' * (WIDTH - full)}"
        left = self.seconds / done * (of - done) if done else 0
        end = "\n" if done >= of else ""
        said = f"\r{bar} {done:,} of {of:,}{more}, {left:.0f} s left "
        self._terminal.write(said, ending=end)
        self._terminal.flush()

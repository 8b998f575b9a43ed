"""Values that are remembered for every block, and taken back when blocks are."""

from bisect import bisect_right
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Versioned(Generic[K, V]):
    """A mapping as it was after each block; a key that was never set has `default`."""

    def __init__(self, default: V) -> None:
        self._default = default
        self._numbers: dict[K, list[int]] = {}
        self._values: dict[K, list[V]] = {}
        self._touched: dict[int, list[K]] = {}

    def get(self, key: K, at: int | None = None) -> V:
        """Return the value after block `at`, the newest for None."""
        values = self._values.get(key)
        if not values:
            return self._default
        if at is None:
            return values[-1]
        found = bisect_right(self._numbers[key], at)
        return values[found - 1] if found else self._default

    def set(self, key: K, value: V, number: int) -> None:
        """Set the value as of block `number`, which must be the newest that was written."""
        numbers = self._numbers.setdefault(key, [])
        values = self._values.setdefault(key, [])
        if numbers and numbers[-1] == number:
            values[-1] = value
            return
        numbers.append(number)
        values.append(value)
        self._touched.setdefault(number, []).append(key)

    def rewind(self, number: int) -> None:
        """Forget what was set in the blocks above `number`."""
        while self._touched and (newest := next(reversed(self._touched))) > number:
            for key in self._touched.pop(newest):
                self._numbers[key].pop()
                self._values[key].pop()

    def newest(self) -> dict[K, V]:
        """Return what every key has now."""
        return {key: values[-1] for key, values in self._values.items() if values}

    def copy(self) -> "Versioned[K, V]":
        """Return the same, to be changed independently."""
        made: Versioned[K, V] = Versioned(self._default)
        made._numbers = {key: list(numbers) for key, numbers in self._numbers.items()}
        made._values = {key: list(values) for key, values in self._values.items()}
        made._touched = {number: list(keys) for number, keys in self._touched.items()}
        return made

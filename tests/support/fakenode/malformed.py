"""Answers of a wrong shape, each noticeable: none is a well-formed falsehood."""

from collections.abc import Callable
from typing import Any

Answer = dict[str, Any]


def mangle(answer: Answer, variant: int) -> Any:
    """Return the answer in another shape; which one follows from `variant`."""
    return _SORTS[variant % len(_SORTS)](answer)


def _without_result(answer: Answer) -> Answer:
    return {key: value for key, value in answer.items() if key not in ("result", "error")}


def _cut_short(answer: Answer) -> Answer:
    result = answer.get("result")
    if isinstance(result, dict):
        # The key that every object here has, whatever it describes.
        known = next(key for key in ("hash", "transactionHash") if key in result)
        return answer | {"result": result | {known: result[known][:-1]}}
    return answer | {"result": "0x" + "f" * 67}


_SORTS: tuple[Callable[[Answer], Any], ...] = (
    _without_result,
    lambda answer: answer | {"result": 7},
    lambda answer: answer | {"result": "not hexadecimal"},
    lambda answer: answer | {"result": {"surprise": True}},
    lambda answer: answer | {"result": ["0x"]},
    lambda answer: [answer],
    lambda answer: "0x",
    lambda answer: None,
    lambda answer: {"jsonrpc": "2.0", "error": "something went wrong"},
    _cut_short,
)
SORTS = len(_SORTS)

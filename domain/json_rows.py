"""The lists of a JSON object, each item with the line it begins on, so that a person finds what is wrong in it."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """An item of a list, and its line, from 1."""

    line: int
    value: Any


def rows_of(text: str) -> dict[str, list[Row]]:
    """The members of the outermost object that are lists; the others are read and left out.

    NaN and the infinities, which are not JSON, come as NaN: they are refused where they stand.

    Raises:
        json.JSONDecodeError: it is no JSON object.
    """
    return {key: rows for key, rows in _members(text) if rows is not None}


def _members(text: str) -> Iterator[tuple[str, list[Row] | None]]:
    decoder, at = json.JSONDecoder(parse_constant=lambda _: math.nan), _past(text, 0, "{")
    while True:
        key, at = decoder.raw_decode(text, at)
        if not isinstance(key, str):
            raise json.JSONDecodeError("a key must be text", text, at)
        at = _past(text, at, ":")
        if text[at : at + 1] == "[":
            rows, at = _items(decoder, text, at)
            yield key, rows
        else:
            _, at = decoder.raw_decode(text, at)
            yield key, None
        at = _space(text, at)
        if text[at : at + 1] != ",":
            _past(text, at, "}")
            return
        at = _past(text, at, ",")


def _items(decoder: json.JSONDecoder, text: str, at: int) -> tuple[list[Row], int]:
    """A list's items, and where it ends."""
    rows: list[Row] = []
    line, counted = 1 + text.count("\n", 0, at), at
    at = _past(text, at, "[")
    while text[at : at + 1] != "]":
        line, counted = line + text.count("\n", counted, at), at
        value, at = decoder.raw_decode(text, at)
        rows.append(Row(line, value))
        at = _space(text, at)
        if text[at : at + 1] == ",":
            at = _past(text, at, ",")
        elif text[at : at + 1] != "]":
            raise json.JSONDecodeError("expected a comma or the list's end", text, at)
    return rows, at + 1


def _space(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\n", "\r"):
        at += 1
    return at


def _past(text: str, at: int, mark: str) -> int:
    """The first place with something in it after a mark, which must come next."""
    at = _space(text, at)
    if text[at : at + 1] != mark:
        raise json.JSONDecodeError(f"expected {mark}", text, at)
    return _space(text, at + 1)

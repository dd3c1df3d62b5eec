"""What a person is told of a file or a request that is not what it should be: one problem, in one line."""

from pydantic import ValidationError


def first_problem(error: ValidationError, whole: str = "") -> str:
    """The first problem, and where it is: ``zones.0.polygon: needs at least 3 corners``.

    Args:
        error: of a model; what was given is not repeated, as it may hold a password.
        whole: what the place is called where the problem is not with one part; left out, no place is told then.
    """
    first = error.errors(include_input=False, include_url=False)[0]
    place, words = ".".join(map(str, first["loc"])) or whole, first["msg"].removeprefix("Value error, ")
    return f"{place}: {words}" if place else words

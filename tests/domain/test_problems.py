"""What is wrong with a file is told in one line, with its place and without what was given."""

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from domain.problems import first_problem


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")

    metres: float


class File(BaseModel):
    parts: tuple[Part, ...]

    @model_validator(mode="after")
    def _some(self) -> "File":
        if not self.parts:
            raise ValueError("there are no parts")
        return self


@pytest.mark.parametrize(
    ("given", "whole", "told"),
    [
        ({"parts": [{"metres": 1}, {"metres": "secret"}]}, "", "parts.1.metres: Input should be a valid number"),
        ({"parts": []}, "", "there are no parts"),
        ({"parts": []}, "the file", "the file: there are no parts"),
    ],
)
def test_a_problem_is_told_with_its_place(given: object, whole: str, told: str) -> None:
    with pytest.raises(ValidationError) as refused:
        File.model_validate(given)
    assert first_problem(refused.value, whole).startswith(told)
    assert "secret" not in first_problem(refused.value, whole)

"""Exercise 8: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

WRONG = {
    "the list is written by hand": (
        {"return dict(sorted(names.items()))": 'return {"snow": "How deep the snow is."}'},
        "'guests' is told as None, and is for 'How many guests there are,",
    ),
    "help has no docstring": (
        {
            '    """What the station understands."""\n\n    type: Literal["help"]': (
                '    type: Literal["help"]'
            ),
            'model.__doc__ or ""': "model.__doc__",
        },
        "The handler of 'help' raises an error.",
    ),
    "in the order of the file": (
        {"dict(sorted(names.items()))": "names"},
        "should be told in this order; told is ['snow', 'guests', 'help'].",
    ),
    "a wrong field is a bug": (
        {"except ValidationError:": "except ZeroDivisionError:"},
        'Alm sends {"type": "snwo"}, and the station answers',
    ),
    "the handler's error is let through": (
        {"except Exception as error:": "except LookupError as error:"},
        "Your app breaks the connection off (1006)",
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("08", edits)

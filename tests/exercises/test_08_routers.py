"""Exercise 8: each of these answers is nearly right, and is told what is wrong."""

import pytest

from tests.exercises.conftest import Desk, answers

WRONG = {
    "the list is written by hand": (
        {
            "return dict(sorted(found.items()))": (
                'kept = {"guests", "help", "snow"}\n'
                "        return {name: found[name] for name in sorted(kept)}"
            )
        },
        "there is a message 'avalanche', and the answer to 'help' says that it is for None.",
    ),
    "the names are made when the first handler is there": (
        {
            "', '.join(dispatcher.purposes())": "', '.join(NAMES)",
            "\n\nrouter = APIRouter": '\n\nNAMES = ["guests", "help", "snow"]\nrouter = APIRouter',
        },
        "With SEASON=winter, an unknown message is answered by",
    ),
    "whatever is wrong is unknown": (
        {'if not first["loc"]:': "if first:"},
        "the detail should begin with 'metres: Field required'.",
    ),
    "the handler's error is let through": (
        {"except Exception:": "except LookupError:"},
        "Your app breaks the connection off (1006)",
    ),
    "help has no docstring": (
        {
            '    """What the station understands."""\n\n    type: Literal["help"]': (
                '    type: Literal["help"]'
            )
        },
        "'help' should also say what it is for itself.",
    ),
    "in the order of the file": (
        {"dict(sorted(found.items()))": "found"},
        "it names ['snow', 'guests', 'help'].",
    ),
    "the name of the class is taken for the type": (
        {
            'get_args(model.model_fields["type"].annotation)[0]: model': "model.__name__: model",
        },
        "In the answer to 'help', 'guests' is for None;",
    ),
    "only a wrong type is unknown": (
        {'if not first["loc"]:': 'if first["type"] == "union_tag_invalid":'},
        'Alm sends {"text": "Snow"} and hears',
    ),
}


@pytest.mark.parametrize("wrong", answers(WRONG))
def test_a_wrong_answer_is_told_what_is_wrong(wrong: str, desk: Desk) -> None:
    edits, words = WRONG[wrong]
    assert words in desk.answers("08", edits)


def test_a_right_answer_that_asks_the_json_schema_passes(desk: Desk) -> None:
    desk.solve("08")
    main = desk.exercise("08").work / "main.py"
    source = main.read_text(encoding="utf-8")
    other = 'model.model_json_schema()["properties"]["type"]["const"]'
    old = 'get_args(model.model_fields["type"].annotation)[0]'
    assert old in source
    source = source.replace(old, other).replace("Literal, get_args", "Literal")
    main.write_text(
        source.replace('model.__doc__ or ""', 'model.model_json_schema()["description"]')
    )

    ended = desk.word("check", "08")

    assert ended.returncode == 0, ended.stdout

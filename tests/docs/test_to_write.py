"""What a lesson's author still has to write, in sentences."""

import pytest

from tools.lessons import names
from tools.new import left_to_write


@pytest.mark.parametrize("name", names())
def test_nothing_is_left_to_write(name: str) -> None:
    left = [f"{path.as_posix()}:{line}: {what}" for path, line, what in left_to_write(name)]
    if left:
        pytest.fail("\n".join(["Still to write:", *left]), pytrace=False)

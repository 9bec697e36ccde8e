"""What differs from place to place, from the environment: see lesson 12."""

from pathlib import Path
from tempfile import gettempdir
from typing import Literal

from pydantic import NonNegativeFloat, PositiveFloat
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    # Any other word is an error at the start, and the default is the safe one.
    environment: Literal["development", "production"] = "production"
    tick_seconds: PositiveFloat = 1
    goodbye_timeout: PositiveFloat = 1
    look_up_seconds: NonNegativeFloat = 2
    token_seconds: NonNegativeFloat = 0.1
    database: Path = Path(gettempdir()) / "lesson_13_answers.sqlite3"


settings = Settings()

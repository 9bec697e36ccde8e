"""Where files go, and how much is allowed, from the environment."""

from pathlib import Path

from pydantic import PositiveInt
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    uploads: Path = Path(__file__).with_name(".uploads")
    max_upload_bytes: PositiveInt = 64 * 1024**2


settings = Settings()

"""What differs from place to place, from the environment: TOKEN_SECONDS=60."""

import logging
from secrets import token_hex
from typing import Annotated

from pydantic import Field, PositiveFloat, PositiveInt, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    # A key that is too short is refused, and the error must not show it.
    model_config = SettingsConfigDict(hide_input_in_errors=True)

    secret_key: Annotated[SecretStr, Field(min_length=32)] | None = None
    token_seconds: PositiveInt = 900
    ticket_seconds: PositiveFloat = 30
    hello_seconds: PositiveFloat = 5


logger = logging.getLogger(__name__)
settings = Settings()

if settings.secret_key is None:
    logger.warning("SECRET_KEY is not set: sign in again after a restart.")
    settings.secret_key = SecretStr(token_hex(32))

SECRET_KEY = settings.secret_key.get_secret_value()

"""Who somebody is: a name with its password, and the token that stands for them."""

import logging
from dataclasses import dataclass
from math import ceil
from secrets import token_hex
from time import time
from typing import Annotated
from unicodedata import normalize

import jwt
from fastapi import APIRouter, Depends, HTTPException, Response
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from pwdlib import PasswordHash
from pydantic import BaseModel, Field, PositiveFloat, PositiveInt, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What differs from place to place, from the environment: TOKEN_SECONDS=60."""

    # A key that is too short is refused, and is not repeated in the log.
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

KEY = settings.secret_key.get_secret_value()
ALGORITHM = "HS256"
AUDIENCE = "chat"

CHALLENGE = {"WWW-Authenticate": "Bearer"}

# What a database would hold. The passwords are on the lesson's page, for you.
USERS = {
    "Ada": "$argon2id$v=19$m=65536,t=3,p=4$"
    "isRIgStpheDfaOFACc/Wbw$BOoVzewKUs0uvHIkdzXP4Yl5D+CI6ka6/Cnptyc8Y74",
    "Grace": "$argon2id$v=19$m=65536,t=3,p=4$"
    "FegxmLGHFXDbtdREHAJs5A$2nXI7O65GY3Cwycz8AoCsPn+vjTdQ767qcnOUx5g9AY",
}

# The hash of a password that nobody has: an unknown name costs the same work.
NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$"
    "bt6FynxnrIHRgGnxzgs53g$JFH6JPNXQ8ICprNb0U5QTUtppI8Ndll0ZGYX4b5MVPk"
)

hasher = PasswordHash.recommended()
bearer = OAuth2PasswordBearer(tokenUrl="token")
router = APIRouter()


@dataclass(frozen=True)
class Speaker:
    """Somebody who has proved a name, and until when that counts."""

    user: str
    until: float


class Token(BaseModel):
    access_token: str
    token_type: str = "bearer"  # noqa: S105 - the name of a scheme
    expires_in: int


# Hashing takes long on purpose: without async it runs in a thread of its own.
def check(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> str:
    """Return the name of whoever knows its password.

    Raises:
        HTTPException: 401, in the same words whatever is wrong.
    """
    name = normalize("NFC", form.username)
    matches = hasher.verify(form.password, USERS.get(name, NOBODY))
    if not matches or name not in USERS:
        raise HTTPException(401, "Wrong name or password.", CHALLENGE)
    return name


def issue(user: str) -> str:
    """Return a token that speaks for a user."""
    until = ceil(time()) + settings.token_seconds
    claims = {"sub": user, "aud": AUDIENCE, "exp": until}
    return jwt.encode(claims, KEY, ALGORITHM)


def read(token: str) -> Speaker:
    """Return whom a token speaks for.

    Raises:
        HTTPException: 401, it is not ours, not whole, or too old.
    """
    try:
        claims = jwt.decode(
            token,
            KEY,
            # Ours alone: what the token says of itself is a wish.
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            options={"require": ["sub", "aud", "exp"]},
        )
    except jwt.InvalidTokenError:
        claims = {}
    if claims.get("sub") not in USERS:
        raise HTTPException(401, "Sign in.", CHALLENGE)
    return Speaker(claims["sub"], claims["exp"])


Bearer = Annotated[str, Depends(bearer)]


def speaking(token: Bearer) -> Speaker:
    return read(token)


# Each check fills 64 MiB, so two at once, and the next ones wait.
Checked = Annotated[str, Depends(check, max_concurrency=2)]
Speaking = Annotated[Speaker, Depends(speaking)]


@router.post("/token")
async def sign_in(user: Checked, response: Response) -> Token:
    response.headers["Cache-Control"] = "no-store"
    return Token(access_token=issue(user), expires_in=settings.token_seconds)

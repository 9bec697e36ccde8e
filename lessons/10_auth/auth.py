"""Tokens: who is calling, and until when the server believes it."""

from dataclasses import dataclass
from math import ceil
from time import time
from typing import Annotated

import jwt
from fastapi import APIRouter, Depends, HTTPException, Response
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel

from .passwords import UNAUTHORIZED, USERS, AuthenticatedUser
from .settings import SECRET_KEY, settings

ALGORITHM = "HS256"
AUDIENCE = "chat"

router = APIRouter()


@dataclass(frozen=True)
class User:
    """A user who has signed in, and the time at which that expires."""

    name: str
    expires_at: float


class Token(BaseModel):
    access_token: str
    token_type: str = "bearer"  # noqa: S105 - the name of a scheme
    expires_in: int


def create_token(name: str) -> str:
    expires_at = ceil(time()) + settings.token_seconds
    claims = {"sub": name, "aud": AUDIENCE, "exp": expires_at}
    return jwt.encode(claims, SECRET_KEY, ALGORITHM)


def decode_token(token: str) -> User:
    """Return the user for whom this token was made.

    Raises:
        HTTPException: 401, it is not ours, was changed, or has expired.
    """
    try:
        claims = jwt.decode(
            token,
            SECRET_KEY,
            # Ours alone: a token names an algorithm too, and may name "none".
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            options={"require": ["sub", "aud", "exp"]},
        )
    except jwt.InvalidTokenError:
        claims = {}
    if claims.get("sub") not in USERS:
        raise HTTPException(401, "Sign in.", UNAUTHORIZED)
    return User(claims["sub"], claims["exp"])


BearerToken = Annotated[str, Depends(OAuth2PasswordBearer(tokenUrl="token"))]


def get_current_user(token: BearerToken) -> User:
    return decode_token(token)


CurrentUser = Annotated[User, Depends(get_current_user)]


@router.post("/token")
async def sign_in(name: AuthenticatedUser, response: Response) -> Token:
    response.headers["Cache-Control"] = "no-store"
    return Token(access_token=create_token(name), expires_in=settings.token_seconds)

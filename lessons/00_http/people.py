"""Who is calling: a name in the query, or in a cookie that a form has set."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Form, Header, Response

from .incoming import UserName

router = APIRouter(tags=["people"])


async def get_name_in_query(user: UserName | None = None) -> str | None:
    return user


async def get_user(
    in_query: Annotated[str | None, Depends(get_name_in_query)],
    user: Annotated[UserName | None, Cookie()] = None,
) -> str:
    """Return the name in the query, else the one in the cookie."""
    return in_query or user or "somebody"


User = Annotated[str, Depends(get_user)]


@router.get("/hello")
async def hello(
    user: User, user_agent: Annotated[str, Header()] = "an unknown program"
) -> str:
    return f"Hello, {user}. You use {user_agent}."


@router.post("/name", status_code=204)
async def remember_name(
    response: Response, user: Annotated[UserName, Form()]
) -> None:
    """Remember a name in a cookie, for an hour."""
    response.set_cookie(
        "user", user, max_age=3600, httponly=True, samesite="strict"
    )

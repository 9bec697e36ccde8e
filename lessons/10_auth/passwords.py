"""Whose password it is: each is kept as a hash, and checked in a thread."""

from typing import Annotated
from unicodedata import normalize

from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordRequestForm
from pwdlib import PasswordHash

# What a database would hold. The passwords are on the lesson's page, for you.
USERS = {
    "Ada": "$argon2id$v=19$m=65536,t=3,p=4$"
    "isRIgStpheDfaOFACc/Wbw$BOoVzewKUs0uvHIkdzXP4Yl5D+CI6ka6/Cnptyc8Y74",
    "Grace": "$argon2id$v=19$m=65536,t=3,p=4$"
    "FegxmLGHFXDbtdREHAJs5A$2nXI7O65GY3Cwycz8AoCsPn+vjTdQ767qcnOUx5g9AY",
}

# The hash of a password that nobody has: an unknown name costs the same work.
DUMMY_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=4$"
    "bt6FynxnrIHRgGnxzgs53g$JFH6JPNXQ8ICprNb0U5QTUtppI8Ndll0ZGYX4b5MVPk"
)

UNAUTHORIZED = {"WWW-Authenticate": "Bearer"}

hasher = PasswordHash.recommended()


# Hashing takes long on purpose: without async, FastAPI runs it in a thread.
def authenticate_user(form: Annotated[OAuth2PasswordRequestForm, Depends()]) -> str:
    """Return the name of the user whose password this is.

    Raises:
        HTTPException: 401, in the same words whatever is wrong.
    """
    name = normalize("NFC", form.username)
    matches = hasher.verify(form.password, USERS.get(name, DUMMY_HASH))
    if not matches or name not in USERS:
        raise HTTPException(401, "Wrong name or password.", UNAUTHORIZED)
    return name


# Each check fills 64 MiB of memory, so two run at once, and others wait.
AuthenticatedUser = Annotated[str, Depends(authenticate_user, max_concurrency=2)]

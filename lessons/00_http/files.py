"""Bytes that callers send: a picture of a room, and files."""

from typing import Annotated

from fastapi import APIRouter, File, HTTPException, Path, Response, UploadFile
from pydantic import BaseModel

from .dependencies import KnownRoom, UnlockedRoom

MAX_FILES = 4
MAX_UPLOAD_BYTES = 262_144

PNG = b"\x89PNG\r\n\x1a\n"

FileNumber = Annotated[int, Path(gt=0, le=1_000_000_000)]


class FileInfo(BaseModel):
    number: int
    name: str
    size: int


router = APIRouter(prefix="/rooms/{room}", tags=["files"])


@router.put("/picture", status_code=204, max_body_size=MAX_UPLOAD_BYTES)
async def put_picture(
    room: UnlockedRoom, picture: Annotated[bytes, File()]
) -> None:
    """Give a room a PNG picture, in place of the one that it has."""
    if not picture.startswith(PNG):
        raise HTTPException(415, "A picture must be a PNG.")
    room.picture, room.picture_size = picture, len(picture)


@router.get("/picture", response_class=Response)
async def get_picture(room: KnownRoom) -> Response:
    if not room.picture:
        raise HTTPException(404, f"There is no picture in {room.name}.")
    return Response(room.picture, media_type="image/png")


@router.post("/files", status_code=201, max_body_size=MAX_UPLOAD_BYTES)
async def upload_file(room: UnlockedRoom, file: UploadFile) -> FileInfo:
    content = await file.read()
    room.file_count += 1
    room.files[room.file_count] = content
    if len(room.files) > MAX_FILES:
        del room.files[min(room.files)]
    # The caller has chosen this name: it is shown, and opens no file.
    name = (file.filename or "")[:100]
    return FileInfo(number=room.file_count, name=name, size=len(content))


@router.get("/files/{number}", response_class=Response)
async def get_file(room: KnownRoom, number: FileNumber) -> Response:
    if number not in room.files:
        raise HTTPException(404, f"There is no file {number} in {room.name}.")
    name = f'attachment; filename="{room.name}-{number}"'
    return Response(room.files[number], headers={"Content-Disposition": name})

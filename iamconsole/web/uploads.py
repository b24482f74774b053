"""Refuses uploaded files, except on one page: else anybody could fill the disk with a form that isn't even read."""

from __future__ import annotations

from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NoReturn

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError


class NoFiles(FileUploadHandler):
    def new_file(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise MultiPartParserError("This page takes no files.")


class LimitedFiles(FileUploadHandler):
    """For the one view that takes files: `request.upload_handlers = [LimitedFiles(request, …)]`.

    A file goes to `folder`, readable by the console only, until the request has ended. One that is longer than
    `longest` bytes is dropped: `is_too_long` says so, and request.FILES lacks it.
    """

    def __init__(self, request: HttpRequest, folder: Path, longest: int) -> None:
        super().__init__(request)
        self._folder, self._longest = folder, longest
        self.file: UploadedFile[bytes] | None = None  # by this name Django closes it when the upload stops
        self.is_too_long = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        file = NamedTemporaryFile(prefix="upload-", dir=self._folder)  # noqa: SIM115  closed with the request
        self.file = UploadedFile(file, self.file_name, self.content_type, 0, self.charset, self.content_type_extra)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if start + len(raw_data) > self._longest:
            self.is_too_long = True
            raise StopUpload(connection_reset=False)  # what is still to come is read and dropped
        if self.file is not None:
            self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[bytes] | None:
        if self.file is not None:
            self.file.seek(0)
            self.file.size = file_size
        return self.file

    def upload_interrupted(self) -> None:
        if self.file is not None:
            self.file.close()


def is_too_long(request: HttpRequest) -> bool:
    """Whether a file was dropped on its way in; of a request that was read."""
    return any(isinstance(handler, LimitedFiles) and handler.is_too_long for handler in request.upload_handlers)

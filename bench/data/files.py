"""Opening a data file of a size that fits; one that a grid names, in the folder of the grid file and nowhere else."""

import os
import stat
from dataclasses import dataclass
from functools import cached_property, reduce
from hashlib import sha256
from operator import or_
from pathlib import Path
from typing import BinaryIO

from bench.data.faults import DataError, shown
from bench.text import listed

LARGEST_FILE = 256 << 20  # bytes; reading takes twice as many, and 8 or 16 for each number of the table
ENDINGS = (".csv", ".tsv", ".txt", ".parquet", ".npz")


@dataclass(frozen=True)
class Content:
    """A file, read once."""

    path: str
    data: bytes

    @cached_property
    def digest(self) -> str:
        """What names its bytes, in 16 hexadecimal digits."""
        return sha256(self.data).hexdigest()[:16]

    @property
    def ending(self) -> str:
        """Of the file's name, with its dot, in small letters: .csv."""
        return Path(self.path).suffix.lower()


def read(folder: Path, path: str) -> Content:
    """The file at `path`, relative to `folder`. Raises DataError for anything but a file in that folder.

    Neither the name nor a link in the folder leads out of it: a grid file that somebody sends reads nothing that did
    not come with it.
    """
    return Content(path, bytes_of(_inside(folder, path)))


def bytes_of(place: Path) -> bytes:
    """The content of a file that whoever runs this program has named. Raises DataError for anything but a file."""
    try:
        with _opened(place) as file:
            size = os.fstat(file.fileno()).st_size
            _check_size(size)
            return file.read(size)
    except OSError as error:
        raise DataError([f"cannot be read: {shown(str(error.strerror))}"]) from None


def _opened(place: Path) -> BinaryIO:
    """The open file. A pipe is not waited for, and what became a link in the meantime is not followed."""
    flags = (getattr(os, name, 0) for name in ("O_NONBLOCK", "O_NOFOLLOW", "O_BINARY"))  # some systems lack some
    descriptor = os.open(place, reduce(or_, flags, os.O_RDONLY))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise DataError(["not a file; expected the path of a data file"])
    return open(descriptor, "rb")


def _inside(folder: Path, path: str) -> Path:
    """Where the file really lies."""
    remedy = "copy the file to the folder of the grid file, or below it"
    if "://" in path:
        raise DataError(["an address, not a path; download the file to the folder of the grid file"])
    if "\0" in path or Path(path).is_absolute() or ".." in Path(path.replace("\\", "/")).parts:
        raise DataError([f"expected a path relative to the grid file, without ..; {remedy}"])
    if Path(path).suffix.lower() not in ENDINGS:
        raise DataError([f"expected a file that ends with {listed(ENDINGS, len(ENDINGS))}"])
    try:
        place = (folder / path).resolve(strict=True)
    except FileNotFoundError:
        raise DataError(["no such file; expected a path relative to the grid file"]) from None
    except (OSError, RuntimeError) as error:
        raise DataError([f"cannot be read: {shown(getattr(error, 'strerror', None) or str(error))}"]) from None
    if not place.is_relative_to(folder.resolve()):
        raise DataError([f"a link that leads out of the folder of the grid file; {remedy}"])
    return place


def _check_size(size: int) -> None:
    if size == 0:
        raise DataError(["empty; expected a line with the names of columns, and a line for each row"])
    if size > LARGEST_FILE:
        raise DataError([f"larger than {LARGEST_FILE >> 20:,} MiB; keep fewer rows or columns"])

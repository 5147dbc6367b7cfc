"""What goes wrong: Error."""

from __future__ import annotations

from typing import Optional


class Error(Exception):
    """Bad input, or a machine that cannot do what was asked; the message says what was found and what would be valid.

    `status` is the library's bnnm_status, or None where the error is this module's or the compiler's.
    """

    def __init__(self, message: str, status: Optional[int] = None) -> None:
        super().__init__(message)
        self.status = status

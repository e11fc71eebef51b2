"""What a backend is started with; read once, from the command line, then frozen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """The choices that a person makes when starting a backend.

    ``port`` 0 takes any free one. ``issuer`` is the address that learning apps know the
    platform by; it defaults to the address that was bound. ``seed`` names a demo school.
    """

    data: Path
    port: int = 0
    database: str | None = None
    seed: str | None = None
    issuer: str | None = None
    supervised: bool = False

    @property
    def database_url(self) -> str:
        """Return the address of the database: a file in the data folder by default."""
        return self.database or f"sqlite:///{(self.data / 'backend.db').as_posix()}"

    @property
    def url(self) -> str:
        """Return the address of this backend on its own machine."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def issuer_url(self) -> str:
        """Return the address that learning apps know this platform by."""
        return (self.issuer or self.url).rstrip("/")

    @property
    def keys(self) -> Path:
        """Return the folder of the signing keys."""
        return self.data / "keys"

    @property
    def sign_in_providers(self) -> Path:
        """Return the file that names the identity providers which the school lets in."""
        return self.data / "signin.toml"

    @property
    def demo_credentials(self) -> Path:
        """Return the file that names the demo school's API client."""
        return self.data / "demo-credentials.json"

    def bound_to(self, port: int) -> Settings:
        """Return the same settings with the port that was really bound."""
        return replace(self, port=port)

"""What must be opened again is sealed: other people's passwords, the secrets of webhooks.

A sealed document is a JWE (``dir``, A256GCM) under a key that lies in a file of the data
folder, not in the database: a copy of the database alone opens nothing. Whoever seals names
the owner in the document, so that a row put in another one's place does not open.
"""

from __future__ import annotations

import json
import secrets
import threading
from dataclasses import dataclass
from pathlib import Path

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from timeback_desktop.backend.private_file import write_private
from timeback_desktop.errors import EnvironmentFault

_HEADER = {"alg": "dir", "enc": "A256GCM"}
_KEY_BYTES = 32
_making = threading.Lock()


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals and opens documents with the one key of this platform."""

    key: OctKey

    @classmethod
    def open(cls, folder: Path) -> Vault:
        """Read the key in ``folder``, or make it."""
        path = folder / "credentials.key"
        with _making:  # two requests that find no key must not make two
            if not path.exists():
                write_private(path, secrets.token_bytes(_KEY_BYTES))
            return cls(OctKey.import_key(path.read_bytes()))

    def seal(self, document: dict[str, str]) -> str:
        """Return ``document`` as text that only the key can read."""
        return jwe.encrypt_compact(_HEADER, json.dumps(document).encode(), self.key)

    def unseal(self, sealed: str) -> dict[str, str]:
        """Return what was sealed; a key that is another one now is told to a person."""
        try:
            opened: dict[str, str] = json.loads(
                jwe.decrypt_compact(sealed, self.key).plaintext or b""
            )
        except (JoseError, ValueError) as error:
            raise EnvironmentFault(
                "A kept credential cannot be opened.",
                "Put the file credentials.key of the data folder back, or store it anew.",
            ) from error
        return opened

"""A learning tool that we did not write: PyLTI1p3's Flask integration, and a page of its own."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any, Self

import flask
import httpx
from pylti1p3.contrib.flask import FlaskMessageLaunch, FlaskOIDCLogin, FlaskRequest
from pylti1p3.tool_config import ToolConfDict
from werkzeug.serving import make_server

from timeback_desktop.net.platform import Address

NAME = "Stranger's Lab"


def register(platform: Address, tool_url: str) -> dict[str, Any]:
    """Add a tool at the platform as a developer would; return what the tool has to know."""
    described = {
        "name": NAME,
        "description": "A tool by somebody else.",
        "subject": "Science",
        "loginUrl": f"{tool_url}/login",
        "launchUrl": f"{tool_url}/launch",
        "redirectUris": [f"{tool_url}/launch"],
        "allowedHosts": [tool_url.removeprefix("http://")],
    }
    answer = httpx.post(
        f"{platform.url}/desktop/1.0/applications",
        json=described,
        headers={"Authorization": f"Bearer {platform.run_secret}"},
    )
    registered: dict[str, Any] = answer.raise_for_status().json()
    return registered


@dataclass
class Stranger:
    """The tool on a port of its own; ``launches`` are the claims it has accepted."""

    port: int = 0
    launches: list[dict[str, Any]] = field(default_factory=list)
    registration: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        app = flask.Flask("stranger")
        app.secret_key = "a key for the length of a test"
        app.add_url_rule("/login", "login", self._login, methods=["GET", "POST"])
        app.add_url_rule("/launch", "launch", self._launch, methods=["POST"])
        app.add_url_rule("/lab", "lab", self._lab)
        self._server = make_server("127.0.0.1", self.port, app, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _config(self) -> ToolConfDict:
        told = self.registration
        return ToolConfDict(
            {
                told["issuer"]: [
                    {
                        "default": True,
                        "client_id": told["clientId"],
                        "auth_login_url": told["authorizeUrl"],
                        "auth_token_url": told["tokenUrl"],
                        "key_set_url": told["jwksUrl"],
                        "deployment_ids": [told["deploymentId"]],
                    }
                ]
            }
        )

    def _login(self) -> Any:
        login = FlaskOIDCLogin(FlaskRequest(), self._config())
        return login.redirect(f"{self.url}/launch")

    def _launch(self) -> Any:
        launch = FlaskMessageLaunch(FlaskRequest(), self._config())
        self.launches.append(launch.get_launch_data())
        flask.session["who"] = self.launches[-1]["sub"]
        return flask.redirect("/lab", 303)

    def _lab(self) -> str:
        return (
            f"<title>Lab</title><h1 id=hello>Hello {flask.session['who']}</h1><button>Mix</button>"
        )

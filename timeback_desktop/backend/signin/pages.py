"""The pages that people sign in on: escaped text in a few plain forms, and nothing else.

Every page says what will happen and offers a way back. What a person typed is never put
back into a page, except the name that they sign in with.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from fastapi.responses import HTMLResponse

from timeback_desktop.backend.registry.addresses import origin_of
from timeback_desktop.backend.scopes import (
    APPLICATIONS_CREATEPUT,
    APPLICATIONS_READONLY,
    EVENTS_READONLY,
    EVENTS_WRITE,
    ROSTER_CREATEPUT,
    ROSTER_DEMOGRAPHICS_READONLY,
    ROSTER_READONLY,
)
from timeback_desktop.backend.signin.page_style import STYLE, STYLE_HASH
from timeback_desktop.backend.signin.passwords import LEAST
from timeback_desktop.backend.signin.people import EMAIL, OFFLINE, OPENID, PROFILE

_HEADERS = {
    "Cache-Control": "no-store",
    "Pragma": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title} · TimeBack</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>{style}</style></head>
<body><main><h1>{title}</h1>
{body}
</main></body></html>
"""
_SCOPE_WORDS = {
    OPENID: "know that it is you",
    PROFILE: "see your name and your role",
    EMAIL: "see your e-mail address",
    EVENTS_READONLY: "read the learning activity that you may see yourself",
    EVENTS_WRITE: "record your learning activity",
    ROSTER_READONLY: "see the people and classes of the school",
    ROSTER_CREATEPUT: "change the people and classes of the school",
    ROSTER_DEMOGRAPHICS_READONLY: "see what the school keeps of the students' backgrounds",
    APPLICATIONS_READONLY: "see your apps",
    APPLICATIONS_CREATEPUT: "register and change your apps",
    OFFLINE: "stay connected for up to 30 days",
}


_HINTS = {"fresh": f"At least {LEAST} characters. A few words in a row are good."}
_SECOND = ' class="second"'


@dataclass(frozen=True, slots=True)
class PageForm:
    """The form of a page: where it is sent, its ticket, and where the answer will redirect."""

    action: str
    ticket: str
    answer_to: str | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a page is shown once more."""

    words: str
    status: int


@dataclass(frozen=True, slots=True)
class ProviderLink:
    """A way to sign in with somebody else's account."""

    title: str
    address: str


def sign_in(
    form: PageForm,
    client: str,
    login: str = "",
    trouble: Trouble | None = None,
    providers: Sequence[ProviderLink] = (),
) -> HTMLResponse:
    """Return the page that asks for a name and a password."""
    fields = _field("login", "E-mail or user name", "username", login, focus=not login)
    fields += _field("password", "Password", "current-password", focus=bool(login))
    buttons = [("sign_in", "Sign in"), *([("cancel", "Cancel")] if form.answer_to else [])]
    body = (
        f'<p class="quiet">to go on to {escape(client)}</p>{_note(trouble)}'
        f"{_form(form, fields, buttons)}{_links(providers)}"
    )
    return _page("Sign in", body, form, trouble)


def consent(form: PageForm, app: str, person: str, scopes: Iterable[str]) -> HTMLResponse:
    """Return the page that asks whether an app may know a person."""
    body = (
        f"<p>You are signed in as <strong>{escape(person)}</strong>.</p>"
        f"<p><strong>{escape(app)}</strong> would like to:</p>{_wishes(scopes)}"
        f"{_form(form, '', [('allow', 'Allow'), ('deny', 'No')])}"
        "<footer>It does not get your password. You can say no and lose nothing here.</footer>"
    )
    return _page(f"Connect {app}?", body, form)


def device_code(form: PageForm, typed: str = "", trouble: Trouble | None = None) -> HTMLResponse:
    """Return the page that asks for the code which a device shows."""
    field = _field("user_code", "Code", "one-time-code", typed, focus=True)
    body = (
        f'<p class="quiet">Type the code that your device shows.</p>{_note(trouble)}'
        f"{_form(form, field, [('next', 'Go on')])}"
    )
    return _page("Connect a device", body, form, trouble)


def device_consent(
    form: PageForm, app: str, code: str, person: str, scopes: Iterable[str]
) -> HTMLResponse:
    """Return the page that asks whether a device may act for a person."""
    body = (
        f"<p>You are signed in as <strong>{escape(person)}</strong>. A device that shows the "
        f"code <strong>{escape(code)}</strong> would like to use <strong>{escape(app)}</strong> "
        f"as you, and to:</p>{_wishes(scopes)}"
        '<p class="note">Say yes only if that device is in front of you.</p>'
        f"{_form(form, '', [('allow', 'Yes'), ('deny', 'No')])}"
    )
    return _page("Is this your device?", body, form)


def new_password(
    form: PageForm, person: str | None, login: str = "", trouble: Trouble | None = None
) -> HTMLResponse:
    """Return the page that asks for a new password, and for the old one unless invited."""
    if person is None:
        words = "Choose a new password. You will be signed out everywhere else."
        fields = _field("login", "E-mail or user name", "username", login, focus=not login)
        fields += _field("password", "Password until now", "current-password")
    else:
        words, fields = f"Hello {person}. Choose a password for TimeBack.", ""
    fields += _field("fresh", "New password", "new-password")
    fields += _field("again", "New password, once more", "new-password")
    body = (
        f'<p class="quiet">{escape(words)}</p>{_note(trouble)}'
        f"{_form(form, fields, [('save', 'Save')])}"
    )
    return _page("Your password", body, form, trouble)


def message(title: str, words: str, *, status: int = 200) -> HTMLResponse:
    """Return a page that says one thing and leads nowhere."""
    return _page(title, f"<p>{escape(words)}</p>", None, Trouble("", status))


def _wishes(scopes: Iterable[str]) -> str:
    asked = set(scopes)
    known = [words for scope, words in _SCOPE_WORDS.items() if scope in asked]
    others = [f"use {scope}" for scope in sorted(asked - set(_SCOPE_WORDS))]
    return f"<ul>{''.join(f'<li>{escape(words)}</li>' for words in known + others)}</ul>"


def _note(trouble: Trouble | None) -> str:
    return f'<p class="note" role="alert">{escape(trouble.words)}</p>' if trouble else ""


def _field(
    name: str, label: str, autocomplete: str, value: str = "", *, focus: bool = False
) -> str:
    """Return an input with its label; what it takes follows from ``autocomplete``."""
    hint = _HINTS.get(name)
    attributes = {
        "id": name,
        "name": name,
        "type": "password" if autocomplete.endswith("password") else "text",
        "value": value,
        "autocomplete": autocomplete,
        "autocapitalize": "none",
        "spellcheck": "false",
        "maxlength": "256",
        **({"aria-describedby": f"{name}-hint"} if hint else {}),
        **({"class": "code"} if autocomplete == "one-time-code" else {}),
    }
    told = " ".join(f'{key}="{escape(text)}"' for key, text in attributes.items())
    help_text = f'<p class="hint" id="{name}-hint">{escape(hint)}</p>' if hint else ""
    return (
        f'<label for="{name}">{escape(label)}</label>'
        f"<input {told}{' autofocus' if focus else ''}>{help_text}"
    )


def _form(form: PageForm, fields: str, buttons: Sequence[tuple[str, str]]) -> str:
    drawn = "".join(
        f'<button type="submit" name="decision" value="{value}"'
        f"{_SECOND if place else ''}>{escape(words)}</button>"
        for place, (value, words) in enumerate(buttons)
    )
    return (
        f'<form method="post" action="{escape(form.action)}">'
        f'<input type="hidden" name="ticket" value="{escape(form.ticket)}">'
        f'{fields}<div class="buttons">{drawn}</div></form>'
    )


def _links(providers: Sequence[ProviderLink]) -> str:
    if not providers:
        return ""
    links = "".join(
        f'<a class="button" href="{escape(link.address)}">Sign in with {escape(link.title)}</a>'
        for link in providers
    )
    return f'<p class="or">or</p><div class="providers">{links}</div>'


def _page(
    title: str, body: str, form: PageForm | None, trouble: Trouble | None = None
) -> HTMLResponse:
    """Return a page; browsers hold the redirect that answers its form to ``form-action`` too."""
    answers = f" {origin_of(form.answer_to)}" if form and form.answer_to else ""
    policy = (
        f"default-src 'none'; style-src {STYLE_HASH}; form-action 'self'{answers}; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    content = _PAGE.format(title=escape(title), style=STYLE, body=body)
    headers = {**_HEADERS, "Content-Security-Policy": policy}
    return HTMLResponse(content, trouble.status if trouble else 200, headers=headers)

"""The reference as pages for people: plain HTML, escaped text only, no script.

One page for each group of routes, each route with what it asks, answers and an example to
paste into a terminal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import escape
from itertools import takewhile
from typing import Any

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · TimeBack API</title><link rel="stylesheet" href="{root}/docs/style.css"></head>
<body><a class="skip" href="#main">Skip to the content</a><div class="page">
<nav aria-label="Groups"><ul>{menu}</ul>
<small><a href="{root}/openapi.json">OpenAPI 3.1 document</a></small></nav>
<main id="main">{body}</main></div></body></html>
"""
_HERE = ' aria-current="page"'
_VERBS = ("get", "post", "put", "patch", "delete")
_PLAIN = re.compile(r"`([^`]+)`")


def slug(group: str) -> str:
    """Return the name of a group in an address."""
    return re.sub(r"[^a-z0-9]+", "-", group.lower()).strip("-")


def groups(document: dict[str, Any]) -> dict[str, str]:
    """Return the titles of a document's groups by their slugs, in its order."""
    return {slug(tag["name"]): tag["x-displayName"] for tag in document["tags"]}


def front(document: dict[str, Any], root: str) -> str:
    """Return the page that one begins at."""
    rows = "".join(
        f'<tr><td><a href="{root}/docs/{name}">{escape(title)}</a></td>'
        f"<td>{sum(1 for _ in _of_group(document, name))}</td></tr>"
        for name, title in groups(document).items()
    )
    scopes = document["components"]["securitySchemes"]["token"]["flows"]["clientCredentials"]
    held = "".join(
        f"<tr><td><code>{escape(scope)}</code></td><td>{escape(words)}</td></tr>"
        for scope, words in scopes["scopes"].items()
    )
    body = (
        f"<h1>TimeBack API</h1>{_paragraphs(document['info']['description'])}"
        f"<h3>Groups</h3><table><tr><th>Group</th><th>Routes</th></tr>{rows}</table>"
        f"<h3>Scopes</h3><table><tr><th>Scope</th><th>Lets its holder</th></tr>{held}</table>"
    )
    return _page(document, root, "Reference", body, "")


def group_page(document: dict[str, Any], root: str, name: str) -> str | None:
    """Return the page of one group; ``None`` when there is none of that name."""
    title = groups(document).get(name)
    if title is None:
        return None
    found = list(_of_group(document, name))
    base = _shared_base([path for path, _, _ in found])
    entries = "".join(
        f'<tr><td class="verb">{verb.upper()}</td><td><a href="#{_anchor(path, verb)}">'
        f"{escape(path.removeprefix(base))}</a></td><td>{escape(told.get('summary', ''))}</td></tr>"
        for path, verb, told in found
    )
    routes = "".join(_operation(*each) for each in found)
    below = f'<p class="lead">All below <code>{escape(base)}</code></p>' if base else ""
    body = f'<h1>{escape(title)}</h1>{below}<table class="menu">{entries}</table>{routes}'
    return _page(document, root, title, body, name)


def _page(document: dict[str, Any], root: str, title: str, body: str, here: str) -> str:
    entries = {"": "Overview", **groups(document)}
    menu = "".join(
        f'<li><a href="{root}/docs{name and "/"}{name}"{_HERE if name == here else ""}>'
        f"{escape(told)}</a></li>"
        for name, told in entries.items()
    )
    return _PAGE.format(title=escape(title), root=root, menu=menu, body=body)


def _shared_base(paths: list[str]) -> str:
    """Return the steps that all paths of a group begin with."""
    columns = zip(*(path.split("/")[:-1] for path in paths), strict=False)
    steps = [column[0] for column in takewhile(lambda each: len(set(each)) == 1, columns)]
    return "/".join(steps) if len(paths) > 1 and len(steps) > 2 else ""


def _anchor(path: str, verb: str) -> str:
    return slug(f"{verb} {path}")


def _of_group(document: dict[str, Any], name: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for verb in _VERBS:
            told = operations.get(verb)
            if told is not None and name in map(slug, told.get("tags", ["other"])):
                yield path, verb, told


def _paragraphs(text: str) -> str:
    blocks = (" ".join(block.split()) for block in text.strip().split("\n\n"))
    marked = (_PLAIN.sub(r"<code>\1</code>", escape(block)) for block in blocks)
    return "".join(f'<p class="lead">{block}</p>' for block in marked)


def _operation(path: str, verb: str, told: dict[str, Any]) -> str:
    parts = [
        f'<article id="{_anchor(path, verb)}">',
        f'<h2><span class="verb">{verb.upper()}</span> {escape(path)}</h2>',
        _paragraphs(told.get("description") or told.get("summary", "")),
        _asked_scopes(told),
        _parameters(told),
        _body("Request", told.get("requestBody", {})),
        *(_answer(status, answer) for status, answer in told.get("responses", {}).items()),
        f"<h3>In a terminal</h3><pre><code>{escape(_curl(path, verb, told))}</code></pre>",
        "</article>",
    ]
    return "".join(parts)


def _asked_scopes(told: dict[str, Any]) -> str:
    scopes = [scope for each in told.get("security", []) for scope in each.get("token", [])]
    listed = " or ".join(f"<code>{escape(scope)}</code>" for scope in scopes)
    return f"<h3>Scope</h3><p>{listed}</p>" if listed else ""


def _parameters(told: dict[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(each['name'])}</code></td><td>{escape(each['in'])}</td>"
        f"<td>{escape(_kind(each.get('schema', {})))}</td>"
        f"<td>{escape(each.get('description', ''))}</td></tr>"
        for each in told.get("parameters", [])
    )
    head = "<tr><th>Name</th><th>In</th><th>Kind</th><th></th></tr>"
    return f"<h3>Parameters</h3><table>{head}{rows}</table>" if rows else ""


def _kind(schema: dict[str, Any]) -> str:
    several = schema.get("anyOf", [])
    if several:
        return " or ".join(dict.fromkeys(_kind(each) for each in several))
    limits = [
        f"{word} {schema[key]}"
        for word, key in (("from", "minimum"), ("to", "maximum"), ("default", "default"))
        if schema.get(key) is not None
    ]
    return " ".join([str(schema.get("type", "any")), *limits])


def _body(title: str, body: dict[str, Any]) -> str:
    shown = ""
    for media, content in body.get("content", {}).items():
        if "example" in content:
            text = json.dumps(content["example"], indent=2, ensure_ascii=False)
            shown += (
                f"<h3>{escape(title)} · {escape(media)}</h3><pre><code>{escape(text)}</code></pre>"
            )
    return shown


def _answer(status: str, answer: dict[str, Any]) -> str:
    if status == "422" and "HTTPValidationError" in json.dumps(answer.get("content", {})):
        return ""  # the framework adds it to every route; our errors have one shape, told once
    return _body(f"Answer {status}", answer)


def _curl(path: str, verb: str, told: dict[str, Any]) -> str:
    lines = [
        f"curl -X {verb.upper()} $TIMEBACK{path}" if verb != "get" else f"curl $TIMEBACK{path}"
    ]
    if told.get("security") != []:
        lines.append('  -H "Authorization: Bearer $TOKEN"')
    for media, content in told.get("requestBody", {}).get("content", {}).items():
        lines.append(f"  -H 'Content-Type: {media}'")
        if "example" in content:
            text = json.dumps(content["example"], ensure_ascii=False).replace("'", "'\\''")
            lines.append(f"  -d '{text}'")
        break
    return " \\\n".join(lines)

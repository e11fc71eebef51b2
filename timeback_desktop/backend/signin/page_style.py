"""How the pages of sign-in look: calm, in the reader's own light and text size, no script."""

from __future__ import annotations

import base64
import hashlib

STYLE = """
:root { color-scheme: light dark; --page: #f4f5f8; --card: #ffffff; --ink: #1d2433;
  --quiet: #545d70; --line: #767f92; --accent: #2f5fc0; --on-accent: #ffffff;
  --note: #fdf3dc; --note-ink: #5a4300; --note-line: #a67c00; }
@media (prefers-color-scheme: dark) { :root { --page: #14171e; --card: #1e232d;
  --ink: #eceff5; --quiet: #b3bccd; --line: #8b95a9; --accent: #9dbcff; --on-accent: #10182a;
  --note: #3a3018; --note-ink: #fbe7b3; --note-line: #d9b24c; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--page); color: var(--ink);
  font: 1.0625rem/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { width: 100%; max-width: 26rem; padding: 2rem; background: var(--card);
  border-radius: 1rem; overflow-wrap: anywhere; }
h1 { margin: 0 0 .25rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: .25rem 0 1rem; } .quiet { color: var(--quiet); }
label { display: block; margin: 1rem 0 .25rem; font-weight: 600; }
.hint { margin: .25rem 0 0; color: var(--quiet); font-size: .9375rem; }
input { width: 100%; padding: .625rem .75rem; font: inherit; color: var(--ink);
  background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
input.code { text-align: center; text-transform: uppercase; letter-spacing: .15em;
  font-family: ui-monospace, monospace; font-size: 1.375rem; }
.buttons { display: flex; flex-wrap: wrap; gap: .75rem; margin-top: 1.5rem; }
button, a.button { flex: 1 1 9rem; padding: .6875rem 1rem; font: inherit; font-weight: 600;
  text-align: center; text-decoration: none; cursor: pointer; border-radius: .5rem;
  color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent); }
button.second, a.button { color: var(--accent); background: transparent; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.note { margin: 1rem 0; padding: .75rem 1rem; color: var(--note-ink); background: var(--note);
  border-left: .375rem solid var(--note-line); border-radius: .25rem; }
ul { margin: .25rem 0 1rem; padding-left: 1.25rem; }
.or { margin: 1.5rem 0 .75rem; color: var(--quiet); text-align: center; }
.providers { display: grid; gap: .75rem; }
footer { margin-top: 1.5rem; color: var(--quiet); font-size: .9375rem; }
a { color: var(--accent); }
@media (max-width: 24rem) { body { padding: .5rem; } main { padding: 1.25rem; }
  input.code { letter-spacing: .05em; padding: .625rem .25rem; } }
"""
STYLE_HASH = f"'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'"
"""How a content security policy names this style, and no other."""

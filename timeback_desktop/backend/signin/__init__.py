"""People sign in: passwords, the pages of the browser, device codes, other identity providers.

Decisions that rule the package:

* Two kinds of people sign in: those of the home school's roster, and accounts (developers,
  and whoever set the server up). Both are a :class:`auth.families.Holder`.
* Only the authorization code with PKCE S256 is offered (RFC 9700): no implicit grant, no
  password grant. The desktop is a public client with a loopback redirect, whose port does
  not count and whose host and path do (RFC 8252, 7.3).
* There is no session in the browser. Every request for a code asks for the password again,
  so that the next child at the same machine is never the one before.
* A page and the form in it belong to one attempt (``attempts``). The attempt is known by a
  ticket in the form, used once, and by a cookie of ten minutes that gives no rights: it
  says only that the form came back from the browser that it was shown in. A stranger's
  form, or the end of a stranger's sign-in elsewhere, is refused by it (login CSRF).
* Pages run no script, load nothing, cannot be framed, and are built of escaped text.
* An app's token for a person carries what both of them may do, and never the writing of
  events: what an app tells, it tells in its own name. Routes of the window refuse it.
* People sign in at production only. A sandbox's people are pretended ones.
"""

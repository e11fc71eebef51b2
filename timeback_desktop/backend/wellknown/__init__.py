"""What everybody may know of the platform: where everything is, and its public keys.

Each environment is an issuer of its own, so each has its own documents. Two of them share
the issuer's name and differ in the door that they lead to:

* ``openid-configuration`` is read by learning apps: its authorization endpoint is that of
  an LTI launch, which answers with an id_token by form.
* ``oauth-authorization-server`` (RFC 8414) is read by programs that sign people in or call
  the platform: its authorization endpoint is that of the code grant.

Only what is really answered is named: endpoints and grants are looked up, not listed.
"""

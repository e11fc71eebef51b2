"""LTI 1.3, platform side: the OpenID Connect launch, the keys that sign it."""

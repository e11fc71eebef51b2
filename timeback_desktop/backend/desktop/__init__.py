"""The routes that only the desktop window calls: profiles, sign-in, catalog, launches."""

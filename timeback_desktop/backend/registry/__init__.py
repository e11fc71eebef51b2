"""The registry: publishers, the apps that they registered, and the API clients of both."""

"""The whole system, started as `make run` starts it, used by real phones, the REST API and a browser."""

"""Checks of the running containers. `tests/containers/run` starts them."""

"""The tools that the scenarios of `bench/run` share."""

"""The scenarios of `bench/run`. Each has a function `measure` from options to a `Report`."""

"""A small news site of invented publishers, served over real HTTP on loopback: what `make demo` reads."""

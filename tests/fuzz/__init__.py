"""Inputs without end for every stage. `python -m tests.fuzz --help` tells how to run them."""

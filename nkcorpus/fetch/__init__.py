"""Polite HTTP: one client with robots.txt, delays, retries, limits, and a guard on the addresses it connects to."""

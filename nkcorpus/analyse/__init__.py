"""Analyses over the articles that a query finds."""

"""The targets, a module a stage."""

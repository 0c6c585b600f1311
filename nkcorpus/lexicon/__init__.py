"""What the field's words are: organisations, people, places and terms as TOML data; how Korean names are spelled."""

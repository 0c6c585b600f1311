"""The query language: analysis of words, the tree of a query, its parser, time spans, suggestions and snippets.

Pure: nothing here knows an engine or the store.
"""

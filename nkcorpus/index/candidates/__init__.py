"""Answering a query where an engine finds candidates and `index.ranking` scores them exactly."""

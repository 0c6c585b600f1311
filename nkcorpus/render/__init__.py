"""The only door to stdout and stderr: results of the public API as safe text for people and for scripts."""

from nkcorpus.render.articles import (
    ARTICLE_FORMATS,
    CLEAN_FORMATS,
    ArticleFormat,
    CleanFormat,
    render_article,
    render_articles,
    render_cleaned,
)
from nkcorpus.render.duplicates import DUPLICATES_FORMATS, DuplicatesFormat, render_duplicates
from nkcorpus.render.environment import ColorChoice, Environment
from nkcorpus.render.explained import render_explained
from nkcorpus.render.hits import (
    HIT_FORMATS,
    QUERIES_FORMATS,
    HitFormat,
    QueriesFormat,
    default_hit_format,
    render_count,
    render_hits,
    render_queries,
)
from nkcorpus.render.progress import Update, progress
from nkcorpus.render.reports import (
    PairsFormat,
    default_pairs_format,
    render_error,
    render_failure,
    render_pairs,
    render_report,
    report_summary,
)
from nkcorpus.render.safe import one_line, visible

__all__ = [
    "ARTICLE_FORMATS",
    "CLEAN_FORMATS",
    "DUPLICATES_FORMATS",
    "HIT_FORMATS",
    "QUERIES_FORMATS",
    "ArticleFormat",
    "CleanFormat",
    "ColorChoice",
    "DuplicatesFormat",
    "Environment",
    "HitFormat",
    "PairsFormat",
    "QueriesFormat",
    "Update",
    "default_hit_format",
    "default_pairs_format",
    "one_line",
    "progress",
    "render_article",
    "render_articles",
    "render_cleaned",
    "render_count",
    "render_duplicates",
    "render_error",
    "render_explained",
    "render_failure",
    "render_hits",
    "render_pairs",
    "render_queries",
    "render_report",
    "report_summary",
    "visible",
]

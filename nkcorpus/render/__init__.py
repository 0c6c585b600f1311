"""The only door to stdout and stderr: results of the public API as safe text for people and for scripts."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from nkcorpus.render.environment import ColorChoice, Environment
from nkcorpus.render.progress import Update, progress  # at once: the module has the same name
from nkcorpus.render.safe import one_line, visible

if TYPE_CHECKING:
    from nkcorpus.render.articles import (
        ARTICLE_FORMATS,
        CLEAN_FORMATS,
        ArticleFormat,
        CleanFormat,
        render_article,
        render_articles,
        render_cleaned,
        render_preview,
    )
    from nkcorpus.render.audit import AUDIT_FORMATS, AuditFormat, render_audit, render_proposal
    from nkcorpus.render.cleaning import (
        RECLEAN_FORMATS,
        RULES_FORMATS,
        RecleanFormat,
        RulesFormat,
        render_reclean,
        render_rules,
        render_uncut,
    )
    from nkcorpus.render.duplicates import DUPLICATES_FORMATS, DuplicatesFormat, render_duplicates
    from nkcorpus.render.explained import render_explained
    from nkcorpus.render.facets import FACET_FORMATS, FacetFormat, render_facets
    from nkcorpus.render.hits import (
        HIT_FORMATS,
        QUERIES_FORMATS,
        WITHOUT_SNIPPETS,
        HitFormat,
        QueriesFormat,
        default_hit_format,
        feedback_line,
        render_count,
        render_hits,
        render_queries,
    )
    from nkcorpus.render.merging import render_merge
    from nkcorpus.render.reports import (
        PairsFormat,
        default_pairs_format,
        render_error,
        render_failure,
        render_pairs,
        render_report,
        report_summary,
    )
    from nkcorpus.render.wording import WORDING_FORMATS, WordingFormat, render_acronyms, render_aliases

# Names are looked up when used: lines for a script must not pay for tables, pages and comparisons.
_HOMES = {
    "nkcorpus.render.articles": (
        "ARTICLE_FORMATS",
        "CLEAN_FORMATS",
        "ArticleFormat",
        "CleanFormat",
        "render_article",
        "render_articles",
        "render_cleaned",
        "render_preview",
    ),
    "nkcorpus.render.audit": ("AUDIT_FORMATS", "AuditFormat", "render_audit", "render_proposal"),
    "nkcorpus.render.cleaning": (
        "RECLEAN_FORMATS",
        "RULES_FORMATS",
        "RecleanFormat",
        "RulesFormat",
        "render_reclean",
        "render_rules",
        "render_uncut",
    ),
    "nkcorpus.render.duplicates": ("DUPLICATES_FORMATS", "DuplicatesFormat", "render_duplicates"),
    "nkcorpus.render.explained": ("render_explained",),
    "nkcorpus.render.facets": ("FACET_FORMATS", "FacetFormat", "render_facets"),
    "nkcorpus.render.hits": (
        "HIT_FORMATS",
        "QUERIES_FORMATS",
        "WITHOUT_SNIPPETS",
        "HitFormat",
        "QueriesFormat",
        "default_hit_format",
        "feedback_line",
        "render_count",
        "render_hits",
        "render_queries",
    ),
    "nkcorpus.render.merging": ("render_merge",),
    "nkcorpus.render.reports": (
        "PairsFormat",
        "default_pairs_format",
        "render_error",
        "render_failure",
        "render_pairs",
        "render_report",
        "report_summary",
    ),
    "nkcorpus.render.wording": ("WORDING_FORMATS", "WordingFormat", "render_acronyms", "render_aliases"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "ARTICLE_FORMATS",
    "AUDIT_FORMATS",
    "CLEAN_FORMATS",
    "DUPLICATES_FORMATS",
    "FACET_FORMATS",
    "HIT_FORMATS",
    "QUERIES_FORMATS",
    "RECLEAN_FORMATS",
    "RULES_FORMATS",
    "WITHOUT_SNIPPETS",
    "WORDING_FORMATS",
    "ArticleFormat",
    "AuditFormat",
    "CleanFormat",
    "ColorChoice",
    "DuplicatesFormat",
    "Environment",
    "FacetFormat",
    "HitFormat",
    "PairsFormat",
    "QueriesFormat",
    "RecleanFormat",
    "RulesFormat",
    "Update",
    "WordingFormat",
    "default_hit_format",
    "default_pairs_format",
    "feedback_line",
    "one_line",
    "progress",
    "render_acronyms",
    "render_aliases",
    "render_article",
    "render_articles",
    "render_audit",
    "render_cleaned",
    "render_count",
    "render_duplicates",
    "render_error",
    "render_explained",
    "render_facets",
    "render_failure",
    "render_hits",
    "render_merge",
    "render_pairs",
    "render_preview",
    "render_proposal",
    "render_queries",
    "render_reclean",
    "render_report",
    "render_rules",
    "render_uncut",
    "report_summary",
    "visible",
]


def __getattr__(name: str) -> object:
    if name in _HOME_OF:
        return getattr(import_module(_HOME_OF[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

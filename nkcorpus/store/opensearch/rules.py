"""The cleaning rules of a corpus in a cluster: one document, so that all or none are added."""

from __future__ import annotations

from collections.abc import Iterable

from nkcorpus.dates import utc_now
from nkcorpus.store.desk import StoredRule
from nkcorpus.store.opensearch.lists import Lists
from nkcorpus.store.records import Put, RuleRecord

NAME = "rules"


def stored_rules(lists: Lists) -> list[RuleRecord]:
    """Return the rules in the order in which they were added."""
    return lists.entries(NAME, RuleRecord)


def put_rules(lists: Lists, rules: Iterable[StoredRule]) -> None:
    """Add rules, or replace those with the same ids in their places."""
    given = [RuleRecord(rule, utc_now()) for rule in rules]

    def put(entries: list[RuleRecord]) -> None:
        places = {entry.rule.id: place for place, entry in enumerate(entries)}
        for record in given:
            if (place := places.get(record.rule.id)) is None:
                places[record.rule.id] = len(entries)
                entries.append(record)
            else:
                entries[place] = record

    lists.change(NAME, RuleRecord, put)


def insert_rule(lists: Lists, record: RuleRecord) -> Put:
    """Add a rule of another corpus, unless there is one of that id."""

    def insert(entries: list[RuleRecord]) -> Put:
        for entry in entries:
            if entry.rule.id == record.rule.id:
                return "unchanged" if entry.rule.toml == record.rule.toml else "conflict"
        entries.append(record)
        return "added"

    return lists.change(NAME, RuleRecord, insert)


def drop_rules(lists: Lists, ids: Iterable[str]) -> None:
    """Delete rules."""
    unwanted = set(ids)

    def drop(entries: list[RuleRecord]) -> None:
        entries[:] = [entry for entry in entries if entry.rule.id not in unwanted]

    lists.change(NAME, RuleRecord, drop)

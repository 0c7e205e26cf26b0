"""The account in words: every entry that a feed showed, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tasks.reasons import DROPPED, REASONS

if TYPE_CHECKING:
    from tasks.account import Account


def lines(account: Account) -> list[str]:
    rows = [f"{account.seen:>8}  entries seen in feeds", f"{account.published:>8}  published"]
    rows += [
        f"{count:>8}  {name}"
        for name, count in (("updated", account.updated), ("duplicates", account.duplicate))
        if count
    ]
    rows += [f"{n:>8}  dropped, {reason}: {DROPPED.get(reason, '')}" for reason, n in sorted(account.dropped.items())]
    rows += [
        f"{n:>8}  dead, {reason}: {REASONS[reason].meaning if reason in REASONS else ''}"
        for reason, n in sorted(account.dead.items())
    ]
    rows += [f"{n:>8}  pending, to {stage}" for stage, n in account.pending.items() if n]
    return rows


def as_json(account: Account) -> dict[str, Any]:
    fields = account._asdict()
    del fields["due"], fields["unasked_seconds"]
    return {**fields, "balance": account.balance()}

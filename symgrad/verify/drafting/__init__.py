"""The graph that an article states: its equations gathered, its names sorted, written as `.sg`."""

from symgrad.verify.drafting.draft import Draft, Wishes, draft_graph

__all__ = ["Draft", "Wishes", "draft_graph"]

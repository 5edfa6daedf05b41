"""The graph that an article states: its equations gathered, its names sorted, written as `.sg`."""

from symgrad.verify.drafting.draft import ArticleDraft, Wishes, draft_graph

__all__ = ["ArticleDraft", "Wishes", "draft_graph"]

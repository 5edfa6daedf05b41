"""The graph that an article states: its equations gathered, its names sorted, written as `.sg`."""

from symgrad.verify.drafting.draft import ArticleDraft, Wishes, draft_graph
from symgrad.verify.drafting.parts import ArticlePart, draft_parts

__all__ = ["ArticleDraft", "ArticlePart", "Wishes", "draft_graph", "draft_parts"]

"""The computation graph: named nodes, each an input or an equation, and the objective."""

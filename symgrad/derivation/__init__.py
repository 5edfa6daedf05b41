"""From a graph to its derivation: local derivatives, the sweep, sensitivities, second order."""

"""Numerical safety: what double arithmetic would lose is measured, and won back where it is lost.

A program's statements are run in doubles at many points beside certified values (`sample`,
`doubles`, `reference`, `measure`); where one loses digits that its operands still have, other forms
of it are tried (`search`: the table in `rows`, and what a row cannot say: `arrangements`,
`quotient`, `shifts`, `relative`, `singular`, `regimes`); and one is kept only where it measures
better, is nowhere worse, and is worth its operations (`mend`, `improve`).
"""

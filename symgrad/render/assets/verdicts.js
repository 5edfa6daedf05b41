"use strict";
// Typesets the formulas of the document; what KaTeX does not know stays as its author typed it.
for (const element of document.querySelectorAll("[data-tex]")) {
  const shown = document.createElement("span");
  try {
    katex.render(`\\displaystyle ${element.dataset.tex}`, shown, { throwOnError: true, maxExpand: 200, maxSize: 20 });
    element.replaceChildren(shown);
  } catch {
    element.classList.add("typed");
  }
}

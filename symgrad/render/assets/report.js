"use strict";
(() => {
  const { byId } = pages;
  const data = JSON.parse(byId("data").textContent);

  pages.typesetAll();
  if (byId("explanation")) {
    const ready = pages.revealing(byId("explanation"), byId("reveal"), byId("reveal-all"));
    window.addEventListener("beforeprint", ready);
  }
  pages.followWindow();
  pages.fit();
  pages.rovingRows();
  const nodes = pages.lighting(byId("graph"));

  function remember(step) {
    try {
      history.replaceState(null, "", `#step=${step}`);
    } catch {
      // Some browsers allow no change of the address of a local file.
    }
  }

  const show = pages.stepping(data, nodes, remember);
  pages.tabbing();
  pages.copying();

  // ---- the address: #step=2, #light=a, #tab=c, joined by & ------------------------------------------
  function follow() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    if (byId("slider") && wanted.has("step")) show(Number(wanted.get("step")));
    if (wanted.has("tab")) byId(`tab-${wanted.get("tab")}`)?.click();
    if (wanted.has("light")) nodes.get(wanted.get("light"))?.dispatchEvent(new MouseEvent("click"));
  }

  window.addEventListener("hashchange", follow);
  follow();
})();

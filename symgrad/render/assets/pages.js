"use strict";
// What every page of formulas does: typesetting, sizes, lighting up, keys, tabs, copying.
const pages = (() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const byId = (id) => document.getElementById(id);

  // ---- formulas -------------------------------------------------------------------------------
  const options = {
    throwOnError: false,
    strict: "ignore",
    maxExpand: 1000,
    maxSize: 20,
    macros: { "\\mbox": "\\text{#1}" },
  };

  // A chain of equalities in parts, the later ones each with its sign in front: a narrow screen
  // breaks the line there first. Signs inside of brackets, cases and fractions are no such places.
  function sides(tex) {
    const found = [];
    const tokens = /\\(?:begin|left|end|right)\b|\\[a-zA-Z]+|\\.|[{}()[\]]|:(?=\\quad )| (?=(?:=|\\approx) )/g;
    let depth = 0;
    let start = 0;
    for (const { 0: token, index } of tex.matchAll(tokens)) {
      if (/^(?:[{([]|\\begin|\\left)$/.test(token)) depth += 1;
      else if (/^(?:[})\]]|\\end|\\right)$/.test(token)) depth -= 1;
      else if (depth === 0 && (token === " " || token === ":")) {
        found.push(tex.slice(start, index + token.length));
        start = index + token.length;
      }
    }
    found.push(tex.slice(start));
    // The left side stays with the first one, however long that is.
    return found.length > 1 && !found[0].endsWith(":") ? [found[0] + found[1], ...found.slice(2)] : found;
  }

  const typesetBefore = new Map(); // one formula stands in several places
  const typesetAs = new WeakMap(); // what an element shows already

  function typeset(element) {
    const { tex } = element.dataset;
    if (typesetAs.get(element) === tex) return;
    typesetAs.set(element, tex);
    if (!typesetBefore.has(tex)) {
      if (typesetBefore.size > 1000) typesetBefore.clear();
      const made = document.createElement("span");
      set(made, tex);
      typesetBefore.set(tex, made);
    }
    element.replaceChildren(...typesetBefore.get(tex).cloneNode(true).childNodes);
  }

  function set(element, tex) {
    sides(tex).forEach((side, i) => {
      const part = document.createElement("span");
      part.className = "side";
      element.append(part);
      // An empty atom in front gives a sign of equality its space.
      const before = i && /^(?:=|\\approx)/.test(side) ? "{}" : "";
      katex.render(`\\displaystyle ${before}${side}`, part, options);
    });
  }

  // A sentence with formulas between dollar signs; the text between them stays text.
  function typesetProse(element) {
    if (typesetAs.has(element)) return;
    typesetAs.set(element, element.dataset.prose);
    const plain = element.dataset.prose.split(/(?<!\\)\$/);
    element.textContent = "";
    plain.forEach((part, i) => {
      if (i % 2) {
        const span = document.createElement("span");
        span.dataset.tex = part;
        element.append(span);
        typeset(span);
      } else {
        element.append(part.replace(/\\([&%$#_{}])/g, "$1"));
      }
    });
  }

  function typesetAll(within = document) {
    all("[data-tex]", within).forEach(typeset);
    all("[data-prose]", within).forEach(typesetProse);
  }

  // ---- steps that are shown one after another: each is typeset when it is -------------------------
  function revealing(place, next, everything) {
    const steps = all(".step", place);
    steps.forEach((step) => { step.hidden = true; });
    const typesetStep = (step) => {
      all("[data-later]", step).forEach((formula) => {
        formula.dataset.tex = formula.dataset.later;
        formula.removeAttribute("data-later");
        typeset(formula);
      });
      all("[data-prose-later]", step).forEach((rule) => {
        rule.dataset.prose = rule.dataset.proseLater;
        rule.removeAttribute("data-prose-later");
        typesetProse(rule);
      });
    };
    const reveal = (whole) => {
      const hidden = steps.filter((step) => step.hidden);
      (whole ? hidden : hidden.slice(0, 1)).forEach((step) => {
        step.hidden = false;
        typesetStep(step);
      });
      next.hidden = everything.hidden = whole || hidden.length <= 1;
      fit(place);
    };
    next.onclick = () => reveal(false);
    everything.onclick = () => reveal(true);
    reveal(false);
    return () => steps.forEach(typesetStep); // on paper all of them stand
  }

  // ---- what is wider than its place: formulas get smaller first, then an edge tells of the rest ----
  const SMALLEST = 0.72;
  const PAIRED = 210; // pixels of a formula of which two have room in a printed line
  const PAPER = 520; // pixels of a printed line beside the number, for the smallest usual paper
  const fitted = (within) => all(".formula, .line", within);

  // A line breaks between brackets of a fixed size, and not between those that grow.
  function loosened(tex) {
    const tokens = /\\(?:left|right)\s*(?:\\.|.)|\\(?:begin|end)\{\w+\}|\\[a-zA-Z]+|\\.|[{}]/g;
    const opened = [];
    let depth = 0;
    return tex.replace(tokens, (token) => {
      const bracket = token.at(-1);
      if (token === "{" || token.startsWith("\\begin")) depth += 1;
      else if (token === "}" || token.startsWith("\\end")) depth -= 1;
      else if (/^\\left\b/.test(token)) {
        opened.push(depth === 0 && /[([]/.test(bracket));
        if (opened.at(-1)) return `\\Bigl${bracket}`;
        depth += 1;
      } else if (/^\\right\b/.test(token)) {
        if (opened.pop()) return `\\Bigr${bracket}`;
        depth -= 1;
      }
      return token;
    });
  }

  function loosen(box) {
    box.dataset.loose = "loose";
    all("[data-tex]", box).forEach((formula) => {
      formula.replaceChildren();
      set(formula, loosened(formula.dataset.tex));
      typesetAs.delete(formula);
    });
  }

  function tighten(box) {
    delete box.dataset.loose;
    all("[data-tex]", box).forEach(typeset);
  }

  // Everything is measured before anything is changed: else each box would lay the page out again.
  function tellEdges(...boxes) {
    const found = boxes.map((box) => [box.scrollLeft, box.scrollWidth - box.clientWidth - box.scrollLeft]);
    boxes.forEach((box, i) => {
      box.classList.toggle("cut-left", found[i][0] > 1);
      box.classList.toggle("cut-right", found[i][1] > 1);
    });
  }

  // `fresh`: only what was not fitted before.
  function fit(within = document, { fresh = false } = {}) {
    const boxes = fitted(within).filter((box) => !fresh || !box.dataset.edges);
    boxes.forEach((box) => box.style.removeProperty("font-size"));
    boxes.forEach((box) => box.parentElement.classList.remove("far"));
    boxes.filter((box) => box.dataset.loose).forEach(tighten);
    const measured = () => boxes.map((box) => box.clientWidth / box.scrollWidth);
    const narrow = measured();
    boxes.forEach((box, i) => box.parentElement.classList.toggle("far", narrow[i] < SMALLEST));
    let ratios = measured();
    const wide = boxes.filter((box, i) => ratios[i] < SMALLEST);
    wide.forEach(loosen);
    if (wide.length) ratios = measured();
    boxes.forEach((box, i) => {
      if (ratios[i] < 1) box.style.fontSize = `${Math.max(SMALLEST, ratios[i] * 0.99) * 100}%`;
    });
    const cut = [...boxes, ...all(".scroll, .canvas", within)];
    tellEdges(...cut);
    cut.forEach((box) => {
      if (!box.dataset.edges) box.addEventListener("scroll", () => tellEdges(box), { passive: true });
      box.dataset.edges = "told";
    });
  }

  // On paper nothing scrolls: what cannot be broken there becomes as small as it must be.
  function fitPaper() {
    const boxes = fitted();
    boxes.forEach((box) => box.style.removeProperty("font-size"));
    const widths = boxes.map((box) =>
      Math.max(0, ...all(".katex-base", box).map((part) => part.offsetWidth)));
    boxes.forEach((box, i) => {
      if (widths[i] > PAPER) box.style.fontSize = `${(PAPER / widths[i]) * 100}%`;
    });
    all(".rows").forEach((list) => {
      const formulas = all(".formula .katex", list).map((formula) => formula.offsetWidth);
      list.classList.toggle("paired", Math.max(0, ...formulas) < PAIRED);
    });
  }

  // Sizes follow the window and the paper; once for a page.
  function followWindow() {
    let room = 0;
    window.addEventListener("resize", () => {
      if (room === window.innerWidth) return;
      room = window.innerWidth;
      fit();
    });
    window.addEventListener("beforeprint", fitPaper);
    window.addEventListener("afterprint", () => fit());
    document.fonts?.ready.then(() => fit());
  }

  // ---- new text in the place of old: what it leaves as it was is neither set nor laid out again ----
  const source = new WeakMap(); // what an element was made from: all its text, that of its tag, its attributes
  const CONTAINERS = /^(?:div|g|section|svg|ul)$/i;
  const NUMBERS = "[data-number], [data-value], [data-adjoint]"; // these follow the slider

  // Elements as the server wrote them, before anything is done to them.
  function asWritten(place) {
    [...place.children].forEach((element) => {
      source.set(element, written(element));
      if (CONTAINERS.test(element.tagName)) asWritten(element);
    });
  }

  const written = (element) => [element.outerHTML, element.cloneNode().outerHTML, element.getAttributeNames()];
  const whole = (element) => source.get(element)?.[0];

  // `keep`: the id of a section that stays though the new text lacks it.
  function renew(place, html, keep = "") {
    const made = document.createElement("template");
    made.innerHTML = html; // made by the engine's templates, everything from outside escaped
    merge(place, made.content, keep);
    typesetAll(place);
  }

  function merge(place, made, keep = "") {
    const before = [...place.children];
    const after = [...made.children];
    after.forEach((element) => source.set(element, written(element)));
    const least = Math.min(before.length, after.length);
    let first = 0;
    while (first < least && whole(before[first]) === whole(after[first])) first += 1;
    let last = 0;
    while (last < least - first && whole(before.at(-1 - last)) === whole(after.at(-1 - last))) last += 1;
    before.slice(0, first).forEach((element, i) => reset(element, after[i]));
    for (let i = 1; i <= last; i += 1) reset(before.at(-i), after.at(-i));
    const old = before.slice(first, before.length - last);
    const fresh = after.slice(first, after.length - last);
    const paired = old.length === fresh.length;
    const partner = (element, i) => (paired ? old[i] : old.find((other) => element.id && other.id === element.id));
    const partners = fresh.map(partner);
    old.forEach((element) => {
      if (!partners.includes(element) && !(keep && element.id === keep)) element.remove();
    });
    let next = before[before.length - last] ?? null;
    for (let i = fresh.length - 1; i >= 0; i -= 1) {
      next = partners[i] ? mergeOne(partners[i], fresh[i]) : place.insertBefore(fresh[i], next);
    }
  }

  // Returns what stands there afterwards.
  function mergeOne(element, fresh) {
    const known = source.get(element);
    if (known?.[0] === whole(fresh)) {
      reset(element, fresh);
      return element;
    }
    const alike = known && element.tagName === fresh.tagName && CONTAINERS.test(element.tagName);
    if (!alike || !element.children.length || !fresh.children.length) {
      element.replaceWith(fresh);
      return fresh;
    }
    if (known[1] !== source.get(fresh)[1]) {
      known[2].filter((name) => !fresh.hasAttribute(name)).forEach((name) => element.removeAttribute(name));
      for (const { name, value } of fresh.attributes) element.setAttribute(name, value);
    }
    source.set(element, source.get(fresh));
    merge(element, fresh);
    return element;
  }

  function reset(element, fresh) {
    const numbers = all(NUMBERS, fresh);
    all(NUMBERS, element).forEach((place, i) => {
      if (place.textContent !== numbers[i].textContent) place.textContent = numbers[i].textContent;
    });
  }

  // ---- one stop of the Tab key for each group, arrow keys within it -------------------------------
  function rove(items, { column = () => [], onMove = () => {}, signal } = {}) {
    if (!items.length) return;
    items.forEach((item, i) => {
      item.setAttribute("tabindex", i ? "-1" : "0");
      column(item).forEach((other) => other.setAttribute("tabindex", i ? "-1" : "0"));
    });
    const group = items.map((item) => [item, ...column(item)]);
    const stops = new Map(group.flatMap((line, i) => line.map((item, j) => [item, [i, j]])));
    const moves = {
      ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1],
      Home: [-items.length, 0], End: [items.length, 0],
    };
    stops.forEach((place, element) => {
      element.addEventListener("keydown", (event) => {
        let move = moves[event.key];
        if (!move || event.altKey || event.ctrlKey || event.metaKey) return;
        event.preventDefault();
        if (group.every((line) => line.length === 1) && !move[0]) move = [move[1], 0];
        const i = Math.min(Math.max(place[0] + move[0], 0), group.length - 1);
        const j = Math.min(Math.max(place[1] + move[1], 0), group[i].length - 1);
        group[i][j].focus();
      }, { signal });
      element.addEventListener("focus", () => {
        stops.forEach((other, item) => {
          item.setAttribute("tabindex", other[0] === place[0] ? "0" : "-1");
        });
        onMove(element);
      }, { signal });
    });
  }

  function rovingRows(within = document) {
    all("ul.rows", within).forEach((list) => {
      const picks = all(".pick", list);
      rove(picks, { column: (pick) => all(".copy", pick.parentElement), signal: listening.signal });
    });
  }

  // ---- what belongs together lights up -----------------------------------------------------------
  let listening = new AbortController(); // of what is shown now

  // What is shown next listens anew, also where elements stay in place.
  function renewed() {
    listening.abort();
    listening = new AbortController();
    return listening.signal;
  }

  // A node is called by what it is, and by what is written in it.
  function named(g) {
    const written = all("title, text", g).map((line) => line.textContent).filter(Boolean);
    g.setAttribute("aria-label", written.join(" "));
  }

  // The graph larger and smaller, by buttons or by the wheel with Ctrl; one that is larger than its
  // place is scrolled, or dragged, and an overview beside it tells which part is seen.
  let zoomed = 0; // its width in pixels; 0: as the page sets it

  function zooming(canvas) {
    const drawing = canvas.querySelector("svg");
    const overview = overviewOf(canvas, drawing);
    const set = (pixels) => {
      zoomed = pixels && Math.min(Math.max(pixels, 120), 10_000);
      const free = "min-width: 0; max-width: none; max-height: none";
      drawing.style.cssText = zoomed ? `width: ${zoomed}px; ${free}` : "";
      tellEdges(canvas);
      overview();
    };
    const width = () => drawing.getBoundingClientRect().width;
    const by = (factor, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) => {
      const before = width();
      set(before * factor); // the point under (x, y) stays there
      const grown = width() / before;
      canvas.scrollLeft = (canvas.scrollLeft + x) * grown - x;
      canvas.scrollTop = (canvas.scrollTop + y) * grown - y;
    };
    byId("zoom-out").onclick = () => by(0.8);
    byId("zoom-in").onclick = () => by(1.25);
    byId("zoom-fit").onclick = () => {
      const box = drawing.getBoundingClientRect();
      const high = parseFloat(getComputedStyle(canvas).maxHeight);
      set(Math.floor(Math.min(canvas.clientWidth, (high * box.width) / box.height)));
    };
    canvas.onwheel = (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const box = canvas.getBoundingClientRect();
      by(Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top);
    };
    canvas.onscroll = overview;
    dragging(canvas, (dx, dy) => canvas.scrollBy(-dx, -dy));
    set(zoomed);
  }

  // Calls `move` with the way of the mouse while it is pressed; a finger scrolls by itself. What was
  // dragged is not clicked.
  function dragging(element, move) {
    element.onpointerdown = (down) => {
      if (down.button !== 0 || down.pointerType !== "mouse") return;
      if (down.target.closest(".input")) return; // a number that is dragged itself
      let [x, y, dragged] = [down.clientX, down.clientY, false];
      const end = new AbortController();
      const follow = (event) => {
        dragged ||= Math.hypot(event.clientX - x, event.clientY - y) > 4;
        if (!dragged) return;
        element.classList.add("dragged");
        move(event.clientX - x, event.clientY - y);
        [x, y] = [event.clientX, event.clientY];
      };
      const stop = () => {
        end.abort();
        element.classList.remove("dragged");
        if (!dragged) return;
        const swallow = (event) => event.stopPropagation();
        window.addEventListener("click", swallow, { capture: true, once: true });
        setTimeout(() => window.removeEventListener("click", swallow, { capture: true }));
      };
      window.addEventListener("pointermove", follow, { signal: end.signal });
      window.addEventListener("pointerup", stop, { signal: end.signal });
      window.addEventListener("pointercancel", stop, { signal: end.signal });
    };
  }

  const OVERVIEW_WIDTH = 260; // pixels at most
  const OVERVIEW_HEIGHT = 150;

  // The whole graph in small, with the part that is seen framed: shown where not all of it is seen.
  // Returns what draws it again.
  function overviewOf(canvas, drawing) {
    const place = byId("overview");
    const [, , wide, high] = drawing.getAttribute("viewBox").split(" ").map(Number);
    const shapes = all(".wire, .shape", drawing).map((shape) => {
      const small = shape.cloneNode();
      small.removeAttribute("id");
      return small;
    });
    const small = drawing.cloneNode();
    for (const name of small.getAttributeNames()) if (name !== "viewBox") small.removeAttribute(name);
    small.append(...shapes);
    const scale = Math.min(OVERVIEW_WIDTH / wide, OVERVIEW_HEIGHT / high);
    small.style.cssText = `width: ${wide * scale}px; height: ${high * scale}px`;
    small.style.setProperty("--line-width", 1 / scale);
    const frame = document.createElement("span");
    const whole = document.createElement("div");
    whole.append(small, frame);
    place.replaceChildren(whole);
    const ratio = () => [canvas.scrollWidth, canvas.scrollHeight];
    place.onclick = (event) => {
      const box = small.getBoundingClientRect();
      const [width, height] = ratio();
      canvas.scrollLeft = ((event.clientX - box.left) / box.width) * width - canvas.clientWidth / 2;
      canvas.scrollTop = ((event.clientY - box.top) / box.height) * height - canvas.clientHeight / 2;
    };
    return () => {
      const [width, height] = ratio();
      const more = width > canvas.clientWidth + 1 || height > canvas.clientHeight + 1;
      place.hidden = !more;
      canvas.classList.toggle("movable", more);
      const part = (length, whole) => `${Math.min(100, (100 * length) / whole)}%`;
      frame.style.cssText = [
        `left: ${part(canvas.scrollLeft, width)}`, `width: ${part(canvas.clientWidth, width)}`,
        `top: ${part(canvas.scrollTop, height)}`, `height: ${part(canvas.clientHeight, height)}`,
      ].join("; ");
    };
  }

  function lighting(canvas) {
    zooming(canvas);
    const { signal } = listening;
    const drawing = canvas.querySelector("svg");
    const nodes = new Map(all("g.node", drawing).map((g) => [g.dataset.node, g]));
    const wires = all("[data-edge]", drawing);
    const wireKey = (g) => `${g.dataset.source},${g.dataset.target}`;
    const words = (text) => (text ? text.split(" ") : []);
    const rows = all("li.row").map((element) => ({
      element,
      kind: element.dataset.kind,
      key: element.dataset.key || "",
      nodes: new Set(words(element.dataset.nodes)),
      edges: new Set(words(element.dataset.edges)),
    }));
    const byElement = new Map(rows.map((row) => [row.element, row]));
    const subset = (a, b) => a.size > 0 && [...a].every((item) => b.has(item));
    let pinned = null;

    function belongs(row, chosen) {
      if (row === chosen) return true;
      if (row.kind === "path") {
        if (!chosen.edges.size) return subset(chosen.nodes, row.nodes);
        return subset(row.edges, chosen.edges) || subset(chosen.edges, row.edges);
      }
      if (row.kind === "edge") {
        if (chosen.edges.size) return subset(row.edges, chosen.edges);
        return [...row.edges].some((edge) => chosen.nodes.has(edge.split(",")[1]));
      }
      return row.key !== "" && chosen.nodes.has(row.key);
    }

    function light(chosen) {
      const some = Boolean(chosen) && (chosen.nodes.size > 0 || chosen.edges.size > 0);
      canvas.classList.toggle("some", some);
      nodes.forEach((g, name) => g.classList.toggle("lit", some && chosen.nodes.has(name)));
      // A node alone: its edges, and the nodes at their other ends, stay visible.
      const near = new Set();
      wires.forEach((g) => {
        g.classList.toggle("lit", some && chosen.edges.has(wireKey(g)));
        const ends = [g.dataset.source, g.dataset.target];
        const beside = some && !chosen.edges.size && ends.some((name) => chosen.nodes.has(name));
        g.classList.toggle("near", beside);
        if (beside) ends.forEach((name) => near.add(name));
      });
      nodes.forEach((g, name) => g.classList.toggle("near", near.has(name)));
      rows.forEach((row) => row.element.classList.toggle("lit", some && belongs(row, chosen)));
    }

    function pin(chosen) {
      pinned = pinned && pinned.source === chosen.source ? null : chosen;
      all("[aria-pressed]").forEach((element) => {
        element.setAttribute("aria-pressed", String(Boolean(pinned) && pinned.source === element));
      });
      light(pinned || chosen);
    }

    function watch(element, source, chosen) {
      chosen.source = source;
      element.addEventListener("pointerenter", () => light(chosen), { signal });
      element.addEventListener("pointerleave", () => light(pinned), { signal });
      source.addEventListener("focus", () => light(chosen), { signal });
      source.addEventListener("blur", () => light(pinned), { signal });
      source.addEventListener("click", () => pin(chosen), { signal });
    }

    rows.forEach((row) => {
      const pick = row.element.querySelector(".pick");
      if (pick) watch(row.element, pick, row);
    });

    drawing.setAttribute("role", "group");
    nodes.forEach((g, name) => {
      g.setAttribute("role", "button");
      g.setAttribute("aria-pressed", "false");
      const apart = (line) => { if (line.nextSibling?.nodeValue !== " ") line.after(" "); };
      all("text", g).forEach(apart); // its lines are words, not one word
      named(g);
      watch(g, g, { kind: "node", key: name, nodes: new Set([name]), edges: new Set() });
      g.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        g.dispatchEvent(new MouseEvent("click"));
      }, { signal });
    });
    wires.forEach((g) => {
      const ends = new Set([g.dataset.source, g.dataset.target]);
      const chosen = { kind: "wire", key: "", nodes: ends, edges: new Set([wireKey(g)]) };
      g.addEventListener("pointerenter", () => light(chosen), { signal });
      g.addEventListener("pointerleave", () => light(pinned), { signal });
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      if (pinned) pin(pinned);
      light(null);
    }, { signal });
    rove([...nodes.values()], { signal });
    all("[aria-pressed=true]", drawing).concat(all("li.row [aria-pressed=true]")).forEach((element) => {
      element.setAttribute("aria-pressed", "false");
    });
    light(null);
    return nodes;
  }

  // ---- worked steps ------------------------------------------------------------------------------
  function setText(element, text) {
    if (element) element.textContent = text;
  }

  function worked(step) {
    const fragment = document.createDocumentFragment();
    const add = (parent, tag, name, text) => {
      const element = document.createElement(tag);
      if (name) element.className = name;
      if (text) element.textContent = text;
      parent.append(element);
      return element;
    };
    step.work.forEach(([title, lines]) => {
      add(fragment, "h3", "", title);
      lines.forEach(([label, tex]) => {
        const line = add(fragment, "p", label ? "line part" : "line");
        if (label) {
          add(line, "span", "label", label);
          line.append(" ");
        }
        const formula = add(line, "span", "m");
        formula.dataset.tex = tex;
        typeset(formula);
      });
    });
    step.notes.forEach((note) => {
      const hint = add(fragment, "p", "hint");
      const pieces = note.split("`");
      const paired = pieces.length % 2 === 1;
      if (!paired) hint.textContent = note;
      else pieces.forEach((piece, i) => (i % 2 ? add(hint, "code", "", piece) : hint.append(piece)));
    });
    return fragment;
  }

  // ---- steps --------------------------------------------------------------------------------------
  // The slider puts the numbers of a step into rows, drawing, worked lines and tables; `remember`
  // hears each one that a person chooses. Returns what shows a step.
  function stepping(data, nodes, remember = () => {}) {
    const slider = byId("slider");
    const count = data.steps.length;
    const tiles = data.tiles.map((name) => {
      const g = nodes.get(name);
      return [g.querySelector("text[data-value]"), g.querySelector("text[data-adjoint]")];
    });
    const outputs = all("[data-number]");
    let current = 1;

    function show(number) {
      const wanted = Math.min(Math.max(Math.round(number) || 1, 1), count);
      if (wanted === current) return;
      current = wanted;
      const step = data.steps[wanted - 1];
      slider.value = String(wanted);
      setText(byId("step"), String(wanted));
      setText(byId("worked-step"), String(wanted));
      setText(byId("check-step"), String(wanted));
      setText(byId("given"), step.given);
      outputs.forEach((output) => setText(output, step.numbers[Number(output.dataset.number)]));
      tiles.forEach(([value, adjoint], i) => {
        setText(value, step.tiles[i][0]);
        setText(adjoint, step.tiles[i][1] && `∂ ${step.tiles[i][1]}`);
        named(nodes.get(data.tiles[i]));
      });
      byId("work").replaceChildren(worked(step));
      fit(byId("work"));
      all("#checks tr").forEach((line, i) => {
        all(".cell", line).forEach((cell, j) => setText(cell, (step.checks || [])[i]?.[j] ?? ""));
      });
      const mark = byId("mark");
      if (mark) {
        mark.setAttribute("cx", data.marks[wanted - 1][0]);
        mark.setAttribute("cy", data.marks[wanted - 1][1]);
      }
    }

    const { signal } = listening;
    const choose = (number) => {
      show(number);
      remember(current);
    };
    if (slider) {
      slider.addEventListener("input", () => choose(Number(slider.value)), { signal });
      byId("previous").addEventListener("click", () => choose(current - 1), { signal });
      byId("next").addEventListener("click", () => choose(current + 1), { signal });
      all(".mark").forEach((mark) => {
        mark.addEventListener("click", () => choose(Number(mark.dataset.step)), { signal });
      });
    }
    return show;
  }

  // ---- tabs ---------------------------------------------------------------------------------------
  function tabbing(within = document, opened = () => {}) {
    const tabs = all("[role=tab]", within);
    const open = (tab) => {
      tabs.forEach((other) => {
        const chosen = other === tab;
        other.setAttribute("aria-selected", String(chosen));
        byId(other.getAttribute("aria-controls")).hidden = !chosen;
      });
      opened(tab);
    };
    rove(tabs, { onMove: open });
    tabs.forEach((tab) => tab.addEventListener("click", () => open(tab)));
    if (tabs.length) open(tabs[0]);
  }

  // ---- copying ------------------------------------------------------------------------------------
  function copyOldWay(text) {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "hidden";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copyOldWay(text);
    }
  }

  const labels = new WeakMap(); // what a button says while it tells of nothing

  // Once for a page: buttons may come later.
  function copying() {
    document.addEventListener("click", async (event) => {
      const button = event.target.closest("button.copy");
      if (!button) return;
      if (!labels.has(button)) labels.set(button, button.textContent);
      const text = button.dataset.copy ?? byId(button.dataset.from).textContent;
      const done = await copy(text);
      button.focus();
      button.textContent = done ? "Copied" : "Failed";
      button.classList.toggle("done", done);
      byId("status").textContent = done ? "Copied" : "The browser does not allow copying";
      setTimeout(() => {
        button.textContent = labels.get(button);
        button.classList.remove("done");
      }, 1600);
    });
  }

  return {
    all, asWritten, byId, copying, fit, followWindow, lighting, renew, renewed, revealing, rove, rovingRows, stepping, tabbing,
    typesetAll,
  };
})();

"use strict";
(() => {
  const { all, byId } = pages;
  const first = JSON.parse(byId("first").textContent);
  const text = byId("text");
  const claims = byId("claims");
  const PAUSE = 0; // milliseconds without a key before formulas and picture are derived again
  const REST = 350; // and before paths, all steps and code are
  const PATIENCE = { show: 20_000, judge: 60_000, explain: 30_000, emit: 30_000 };
  let changed = {}; // numbers that differ from the graph's, by input
  let language = "python";

  // ---- the engine --------------------------------------------------------------------------------
  let worker = null;
  let loaded = null;
  let failed = "";
  const waiting = new Map(); // requests without an answer yet, by their number
  let number = 0;

  function tell(message, kind = "") {
    byId("state").textContent = message;
    byId("state").className = `state ${kind}`;
  }

  function start() {
    worker = new Worker("engine.mjs", { type: "module" });
    loaded = new Promise((done) => {
      worker.addEventListener("message", ({ data }) => {
        if (data.ready) {
          tell("live", "live");
          done();
        } else if (data.failed) {
          failed = data.failed;
          tell(`The engine could not be loaded: ${failed}`, "bad");
        } else {
          waiting.get(data.id)?.(data.answer);
          waiting.delete(data.id);
        }
      });
    });
  }

  async function ask(request) {
    await loaded;
    number += 1;
    const id = number;
    return new Promise((done) => {
      const late = setTimeout(() => {
        waiting.delete(id);
        worker.terminate();
        start();
        done({ ok: false, faults: [{ message: "this took too long and was ended", help: "" }] });
      }, PATIENCE[request.kind]);
      waiting.set(id, (answer) => {
        clearTimeout(late);
        done(answer);
      });
      worker.postMessage({ id, request });
    });
  }

  // ---- faults at their place -----------------------------------------------------------------------
  function showFaults(faults) {
    const marks = byId("marks");
    const list = byId("faults");
    list.replaceChildren();
    const lines = text.value.split("\n");
    const starts = [0];
    lines.forEach((line) => starts.push(starts.at(-1) + line.length + 1));
    const places = [];
    faults.forEach((fault) => {
      const item = document.createElement("li");
      if (fault.line) {
        // Columns count characters, a string of JavaScript counts halves of some.
        const letters = [...(lines[fault.line - 1] ?? "")];
        const before = letters.slice(0, fault.column - 1).join("").length;
        const length = letters.slice(fault.column - 1, fault.column - 1 + fault.length).join("").length;
        const from = starts[fault.line - 1] + before;
        const to = from + Math.max(1, length);
        places.push([from, to]);
        const go = document.createElement("button");
        go.type = "button";
        go.textContent = `line ${fault.line}`;
        go.addEventListener("click", () => {
          text.focus();
          text.setSelectionRange(from, to);
        });
        item.append(go);
      }
      item.append(fault.message);
      if (fault.help) {
        const help = document.createElement("span");
        help.className = "help";
        help.textContent = fault.help;
        item.append(help);
      }
      list.append(item);
    });
    marks.replaceChildren();
    let at = 0;
    places.sort((a, b) => a[0] - b[0]).forEach(([from, to]) => {
      if (from < at) return;
      const mark = document.createElement("mark");
      mark.textContent = text.value.slice(from, to) || " ";
      marks.append(text.value.slice(at, from), mark);
      at = to;
    });
    marks.append(text.value.slice(at), "\n");
    text.setAttribute("aria-invalid", String(faults.length > 0));
    followScroll();
  }

  function followScroll() {
    byId("marks").scrollTop = text.scrollTop;
    byId("marks").scrollLeft = text.scrollLeft;
  }

  // ---- what is shown -------------------------------------------------------------------------------
  let show = () => {};
  let current = 1;
  let steps = 0;

  function put(id, html) {
    const place = byId(id);
    place.innerHTML = html; // made by the engine's templates, everything from outside escaped
    pages.typesetAll(place);
    return place;
  }

  function enliven(answer, quick = false) {
    const signal = pages.renewed();
    ["picture", "formulas", ...(quick ? [] : ["numbers"])].forEach((id) => {
      pages.rovingRows(byId(id));
      byId(id).classList.remove("stale");
    });
    const canvas = byId("graph");
    const nodes = canvas ? pages.lighting(canvas) : new Map();
    steps = answer.data.steps.length;
    if (!quick) current = Math.min(current, Math.max(1, steps));
    show = steps ? pages.stepping(answer.data, nodes, (step) => { current = step; guessing(); }) : () => {};
    if (!quick) show(current);
    byId("play").disabled = steps < 2;
    byId("note").textContent = answer.note;
    byId("headline").textContent = answer.headline;
    putInputs(answer.inputs, nodes, signal);
    pages.fit(document, { fresh: true });
    guessing();
  }

  // What a quick answer lacks stays as it was, pale, until the whole one is there.
  function putQuick(answer) {
    showFaults([]);
    pages.renew(byId("picture"), answer.graph);
    pages.renew(byId("formulas"), answer.formulas, "paths");
    [byId("paths"), byId("numbers")].forEach((part) => part?.classList.add("stale"));
    enliven(answer, true);
  }

  function putAnswer(answer) {
    if (!answer.ok) {
      showFaults(answer.faults);
      ["picture", "formulas", "numbers"].forEach((id) => byId(id).classList.add("stale"));
      return;
    }
    showFaults([]);
    pages.renew(byId("picture"), answer.graph);
    pages.renew(byId("formulas"), answer.formulas);
    put("numbers", answer.numbers);
    all(".stale").forEach((part) => part.classList.remove("stale"));
    enliven(answer);
    putLanguages(answer.targets);
  }

  let pause = 0;
  let rest = 0;
  let running = false;
  let again = false;
  const wanted = () => ({ kind: "show", text: text.value, numbers: changed });

  // Formulas and picture first; what else there is follows when nothing more is typed.
  async function derive() {
    if (running) {
      again = true;
      return;
    }
    clearTimeout(rest);
    running = true;
    let quick = null;
    do {
      again = false;
      quick = await ask({ ...wanted(), quick: true });
    } while (again);
    running = false;
    if (!quick.ok) putAnswer(quick);
    else {
      putQuick(quick);
      rest = setTimeout(deriveRest, REST);
    }
  }

  async function deriveRest() {
    if (running) return;
    running = true;
    const answer = await ask(wanted());
    running = false;
    if (again) {
      derive();
      return;
    }
    putAnswer(answer);
    emit();
  }

  function edited() {
    clearTimeout(pause);
    clearTimeout(rest);
    pause = setTimeout(derive, PAUSE);
    byId("explained").replaceChildren();
    byId("reveal").hidden = byId("reveal-all").hidden = true;
  }

  // ---- numbers -------------------------------------------------------------------------------------
  function putInputs(inputs, nodes, signal) {
    const place = byId("inputs");
    const names = inputs.map((input) => input.name).join(" ");
    if (place.dataset.names !== names) {
      place.dataset.names = names;
      place.replaceChildren(...inputs.map((input, i) => {
        const line = document.createElement("div");
        line.className = "input";
        const label = document.createElement("label");
        label.htmlFor = `input-${i}`;
        label.textContent = input.name;
        const field = document.createElement("input");
        field.id = label.htmlFor;
        field.inputMode = "decimal";
        field.autocomplete = "off";
        field.addEventListener("input", () => change(input.name, field.value));
        field.addEventListener("keydown", (event) => {
          const move = { ArrowUp: 1, ArrowDown: -1 }[event.key];
          if (!move) return;
          event.preventDefault();
          nudge(field, input.name, Number(field.value), move);
        });
        drag(label, field, input.name);
        line.append(label, field);
        return line;
      }));
    }
    inputs.forEach((input, i) => {
      const field = byId(`input-${i}`);
      if (document.activeElement !== field && !field.dataset.held) field.value = input.value;
      field.classList.toggle("changed", input.name in changed);
      const node = nodes.get(input.name);
      if (!node) return;
      node.classList.add("input");
      drag(node, field, input.name, signal);
    });
  }

  // A number as a person types it: with the sign of minus, or a decimal comma.
  const typedNumber = (text) => text.trim().replace("−", "-").replace(",", ".");

  function change(name, value) {
    const plain = typedNumber(value);
    if (plain === "" || !Number.isFinite(Number(plain))) return;
    changed[name] = plain;
    clearTimeout(pause);
    pause = setTimeout(derive, 30);
  }

  // A step is a twentieth of the number's own size, rounded to one digit.
  function nudge(field, name, from, moves) {
    const step = 10 ** Math.floor(Math.log10(Math.max(Math.abs(from), 0.2) / 2));
    field.value = String(Number((from + moves * step).toPrecision(6)));
    change(name, field.value);
  }

  function drag(handle, field, name, signal) {
    handle.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      const from = Number(field.value);
      const x = event.clientX;
      let moved = 0;
      const move = (later) => {
        const moves = Math.round((later.clientX - x) / 8);
        if (moves === moved) return;
        moved = moves;
        field.dataset.held = "held";
        nudge(field, name, from, moves);
      };
      const end = () => {
        delete field.dataset.held;
        window.removeEventListener("pointermove", move);
        window.removeEventListener("pointerup", end);
      };
      window.addEventListener("pointermove", move);
      window.addEventListener("pointerup", end);
    }, { signal });
  }

  // ---- steps: played, and guessed ------------------------------------------------------------------
  let playing = 0;

  byId("play").addEventListener("click", () => {
    if (playing) clearInterval(playing);
    playing = playing ? 0 : setInterval(() => {
      current = current >= steps ? 1 : current + 1;
      show(current);
      guessing();
    }, 1500);
    byId("play").setAttribute("aria-pressed", String(Boolean(playing)));
    byId("play").textContent = playing ? "Stop" : "Play the steps";
  });

  const plainNumber = (written) => Number(written.replace(/[=≈\s]/g, "").replace("−", "-").replace("·10^", "e"));

  // With "guess first" every number of a row is a field until a number was put in; it is right if it
  // is the true one at as many digits as were typed.
  function guessing() {
    all("#formulas .num").forEach((place) => {
      place.classList.remove("right", "wrong");
      const truth = place.querySelector("input")?.dataset.truth ?? place.textContent;
      if (!byId("guess").checked || !truth.trim()) {
        place.textContent = place.querySelector("input") ? truth : place.textContent;
        return;
      }
      const field = document.createElement("input");
      field.dataset.truth = truth;
      field.inputMode = "decimal";
      field.setAttribute("aria-label", "Your guess; Enter shows the number");
      field.placeholder = "?";
      field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter") return;
        const typed = typedNumber(field.value);
        const digits = (typed.split(".")[1] ?? "").length;
        const right = typed !== "" && Math.abs(Number(typed) - plainNumber(truth)) <= 0.5000001 * 10 ** -digits;
        place.textContent = `${typed === "" ? "" : right ? "✓ " : `${typed} ✗ `}${truth}`;
        place.classList.add(right ? "right" : "wrong");
      });
      place.replaceChildren(field);
    });
  }

  byId("guess").addEventListener("change", () => {
    guessing();
    if (!byId("guess").checked) {
      const kept = current;
      show(kept === 1 && steps > 1 ? 2 : 1);
      show(kept);
    }
  });

  // ---- judging, explaining, code ---------------------------------------------------------------------
  async function judge() {
    const place = byId("verdicts");
    if (!claims.value.trim()) {
      place.replaceChildren();
      return;
    }
    place.textContent = "judging …";
    const request = { kind: "judge", text: text.value, claims: claims.value, answers: byId("answers").checked };
    const answer = await ask(request);
    if (answer.ok) put("verdicts", answer.verdicts);
    else place.textContent = answer.faults.map((fault) => fault.message).join("; ");
  }

  byId("judge").addEventListener("click", judge);
  byId("answers").addEventListener("change", judge);
  claims.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) judge();
  });

  byId("explain").addEventListener("click", async () => {
    byId("explained").textContent = "working it out …";
    const answer = await ask({ kind: "explain", text: text.value });
    if (!answer.ok) {
      byId("explained").textContent = answer.faults.map((fault) => fault.message).join("; ");
      return;
    }
    pages.revealing(put("explained", answer.steps), byId("reveal"), byId("reveal-all"));
  });

  function putLanguages(targets) {
    const place = byId("languages");
    const names = targets.map(([name]) => name).join(" ");
    if (place.dataset.names === names) return;
    place.dataset.names = names;
    if (!targets.some(([name]) => name === language)) language = targets[0][0];
    place.replaceChildren(...targets.map(([name, label]) => {
      const tab = document.createElement("button");
      tab.type = "button";
      tab.role = "tab";
      tab.id = `tab-${name}`;
      tab.textContent = label;
      tab.setAttribute("aria-controls", "code");
      tab.setAttribute("aria-selected", String(name === language));
      tab.addEventListener("click", () => choose(name));
      return tab;
    }));
    pages.rove(all("[role=tab]", place), { onMove: (tab) => choose(tab.id.slice(4)) });
  }

  function choose(name) {
    if (name === language) return;
    language = name;
    all("#languages [role=tab]").forEach((tab) => {
      tab.setAttribute("aria-selected", String(tab.id === `tab-${name}`));
    });
    emit();
  }

  async function emit() {
    const answer = await ask({ kind: "emit", text: text.value, target: language });
    if (answer.ok) put("code", answer.code);
    else byId("code").textContent = answer.faults.map((fault) => fault.message).join("; ");
  }

  // ---- examples, and the address: #g=… the graph, &c=… the derivation, deflated ---------------------
  const example = byId("example");
  example.addEventListener("change", () => {
    text.value = first.examples[example.value];
    changed = {};
    current = 1;
    history.replaceState(null, "", location.pathname);
    edited();
  });

  const through = async (bytes, stream) =>
    new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());

  async function packed(plain) {
    const bytes = await through(new TextEncoder().encode(plain), new CompressionStream("deflate-raw"));
    const letters = btoa(String.fromCharCode(...bytes));
    return letters.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  async function unpacked(letters) {
    const raw = atob(letters.replace(/-/g, "+").replace(/_/g, "/"));
    const bytes = Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
    return new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw")));
  }

  byId("share").addEventListener("click", async () => {
    const parts = [`g=${await packed(text.value)}`];
    if (claims.value.trim()) parts.push(`c=${await packed(claims.value)}`);
    history.replaceState(null, "", `#${parts.join("&")}`);
    let said = "The address of this page holds the graph now";
    try {
      await navigator.clipboard.writeText(location.href);
      said = "Address copied";
    } catch {
      // Some browsers allow no copying; the address stands in its bar.
    }
    byId("status").textContent = said;
    byId("share").textContent = "Shared";
    setTimeout(() => { byId("share").textContent = "Share"; }, 1600);
  });

  async function follow() {
    const wanted = new URLSearchParams(location.hash.slice(1));
    try {
      if (wanted.has("c")) claims.value = await unpacked(wanted.get("c"));
      if (!wanted.has("g")) return false;
      text.value = await unpacked(wanted.get("g"));
    } catch {
      tell("The address holds no graph that can be read.", "bad");
      return false;
    }
    changed = {};
    return true;
  }

  // ---- from the start ------------------------------------------------------------------------------
  text.addEventListener("input", edited);
  text.addEventListener("scroll", followScroll);
  window.addEventListener("hashchange", async () => { if (await follow()) edited(); });
  [byId("picture"), byId("formulas")].forEach(pages.asWritten);
  pages.typesetAll();
  pages.followWindow();
  text.value = first.text;
  enliven(first.answer);
  putLanguages(first.answer.targets);
  put("code", first.code);
  pages.copying();
  start();
  follow().then((other) => { if (other) edited(); });
})();

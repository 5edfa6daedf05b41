// The engine in a worker of its own: symgrad under Pyodide. A page that has waited long enough
// ends the worker and starts another one.
import { loadPyodide } from "./pyodide/pyodide.mjs";

const folder = "/home/pyodide/symgrad";

async function started() {
  const [python, packed] = await Promise.all([
    loadPyodide({ indexURL: new URL("./pyodide/", import.meta.url).href }),
    fetch(new URL("./packages.zip", import.meta.url)).then((response) => {
      if (!response.ok) throw new Error(`packages.zip: ${response.status}`);
      return response.arrayBuffer();
    }),
  ]);
  python.unpackArchive(packed, "zip", { extractDir: folder });
  return python.runPython(`
import json, sys
sys.dont_write_bytecode = True
sys.path.insert(0, ${JSON.stringify(folder)})
from symgrad.render.live import answer
answer({"kind": "show", "text": "param a = 1; data x = 2; J = (a*x - 1)^2 + a"})  # loads what it needs
lambda text: json.dumps(answer(json.loads(text)))
`);
}

const engine = started();
engine.then(
  () => self.postMessage({ ready: true }),
  (error) => self.postMessage({ failed: String(error) }),
);

self.addEventListener("message", async ({ data: { id, request } }) => {
  try {
    const answer = await engine;
    self.postMessage({ id, answer: JSON.parse(answer(JSON.stringify(request))) });
  } catch (error) {
    const last = String(error.message ?? error).trim().split("\n").pop();
    self.postMessage({ id, answer: { ok: false, faults: [{ message: last, help: "" }] } });
  }
});

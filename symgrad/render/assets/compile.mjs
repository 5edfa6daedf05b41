// Compiles the packages of the playground with the Python that will run them.
// node compile.mjs PYODIDE-FOLDER SOURCES.zip COMPILED.zip
import fs from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, sources, made] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);
const python = await loadPyodide({ indexURL: `${folder}/` });
python.FS.writeFile("/sources.zip", new Uint8Array(fs.readFileSync(sources)));
python.runPython(`
import importlib.util, marshal, zipfile

def compiled(name, text):
    code = compile(text, "/home/pyodide/symgrad/" + name, "exec", dont_inherit=True, optimize=2)
    # Without docstrings. Header of a module without its source: checked against nothing.
    return importlib.util.MAGIC_NUMBER + b"\\0" * 12 + marshal.dumps(code)

with zipfile.ZipFile("/sources.zip") as old, zipfile.ZipFile("/compiled.zip", "w") as new:
    for item in old.infolist():
        name, body = item.filename, old.read(item)
        if name.endswith(".py"):
            name, body = name + "c", compiled(name, body)
        new.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), body, zipfile.ZIP_DEFLATED, 9)
`);
fs.writeFileSync(made, python.FS.readFile("/compiled.zip"));

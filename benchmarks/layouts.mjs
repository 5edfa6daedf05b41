// Lays out the graphs of standard input by dagre and ELK, and measures: see layouts.py.
import { readFileSync } from "node:fs";
import dagre from "@dagrejs/dagre";
import ELK from "elkjs/lib/elk.bundled.js";

const GAP = 22; // between boxes, as symgrad's
const EDGE_GAP = 9;
const ROW_GAP = 30;
const MARGIN = 18;
const spaced = {
  "elk.algorithm": "layered",
  "elk.direction": "DOWN",
  "elk.edgeRouting": "POLYLINE",
  "elk.edgeLabels.placement": "CENTER",
  "elk.padding": `[top=${MARGIN},left=${MARGIN},bottom=${MARGIN},right=${MARGIN}]`,
  "elk.spacing.nodeNode": `${GAP}`,
  "elk.spacing.edgeEdge": `${EDGE_GAP}`,
  "elk.spacing.edgeNode": `${EDGE_GAP}`,
  "elk.layered.spacing.nodeNodeBetweenLayers": `${ROW_GAP}`,
  "elk.layered.spacing.edgeNodeBetweenLayers": `${EDGE_GAP}`,
  "elk.layered.spacing.edgeEdgeBetweenLayers": `${EDGE_GAP}`,
};

function byDagre({ boxes, arcs }) {
  const made = new dagre.graphlib.Graph({ multigraph: true });
  made.setGraph({ nodesep: GAP, edgesep: EDGE_GAP, ranksep: ROW_GAP, marginx: MARGIN, marginy: MARGIN });
  for (const [name, width, height] of boxes) made.setNode(name, { width, height });
  for (const [source, target, label] of arcs) {
    made.setEdge(source, target, label ? { width: label[0], height: label[1], labelpos: "c" } : {});
  }
  dagre.layout(made);
  const lines = made.edges().map((edge) => made.edge(edge).points.map(({ x, y }) => [x, y]));
  return { width: made.graph().width, height: made.graph().height, lines };
}

async function byElk({ boxes, arcs }) {
  const made = await new ELK().layout({
    id: "root",
    layoutOptions: spaced,
    children: boxes.map(([id, width, height]) => ({ id, width, height })),
    edges: arcs.map(([source, target, label], i) => ({
      id: `edge ${i}`,
      sources: [source],
      targets: [target],
      labels: label ? [{ text: "label", width: label[0], height: label[1] }] : [],
    })),
  });
  const lines = made.edges.map(({ sections: [{ startPoint, bendPoints = [], endPoint }] }) =>
    [startPoint, ...bendPoints, endPoint].map(({ x, y }) => [x, y]));
  return { width: made.width, height: made.height, lines };
}

const turn = (p, q, r) => Math.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]));
const cross = (a, b, c, d) => turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0;
const segments = (line) => line.slice(1).map((end, i) => [line[i], end]);

function crossings(lines) {
  const parts = lines.map(segments);
  let found = 0;
  parts.forEach((one, i) => parts.slice(i + 1).forEach((other) => {
    for (const [a, b] of one) for (const [c, d] of other) found += cross(a, b, c, d);
  }));
  return found;
}

const measures = {
  width: ({ width }) => width,
  area: ({ width, height }) => width * height,
  length: ({ lines }) => lines.flatMap(segments)
    .reduce((sum, [[x, y], [u, v]]) => sum + Math.hypot(u - x, v - y), 0),
};

const graphs = JSON.parse(readFileSync(0, "utf8"));
const layouts = { symgrad: ({ own }) => own, dagre: byDagre, ELK: byElk };
for (const [name, lay] of Object.entries(layouts)) {
  const made = await Promise.all(graphs.map(lay));
  const ratios = Object.entries(measures).map(([measure, of]) => {
    const logs = made.map((one, i) => Math.log(of(one) / of(graphs[i].own)));
    return `${measure} ${Math.exp(logs.reduce((a, b) => a + b, 0) / logs.length).toFixed(2)}`;
  });
  const crossed = made.reduce((sum, { lines }) => sum + crossings(lines), 0);
  console.log(`${name}: ${crossed} crossings, ${ratios.join(", ")}`);
}

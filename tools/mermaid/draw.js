// Runs in the browser that tools/diagrams.py starts, after Mermaid. Mermaid does the layout; what
// stays of its drawing is the geometry and the kinds of things, which course.css gives a colour.

const KINDS = {
  "actor-line": "life",
  actor: "actor",
  messageLine0: "call",
  messageLine1: "answer",
  messageText: "said",
  loopLine: "frame",
  labelBox: "tag",
  labelText: "tag-text",
  loopText: "frame-text",
  sectionTitle: "frame-text",
  note: "aside",
  noteText: "aside-text",
  "label-container": "actor",
  "flowchart-link": "call",
};
const KEPT = new Set([
  "class", "d", "dy", "fill", "height", "id", "marker-end", "marker-start", "markerHeight",
  "markerUnits", "markerWidth", "orient", "points", "refX", "refY", "rx", "ry", "stroke",
  "stroke-dasharray", "stroke-width", "text-anchor", "transform", "viewBox", "width", "x", "x1",
  "x2", "y", "y1", "y2", "xmlns",
]);

// A drawing without a stylesheet is still one: lines in the colour of the text, on the page's own.
const PLAIN = {
  line: { stroke: "currentColor", fill: "none" },
  rect: { stroke: "currentColor", fill: "Canvas" },
  polygon: { stroke: "currentColor", fill: "Canvas" },
  path: { stroke: "currentColor", fill: "none" },
  text: { fill: "currentColor", "text-anchor": "middle" },
};

// Pixels. The layout measures with it, so the page shows the drawing in its own size.
const FONT_SIZE = 15;

const kind = (element) => Object.keys(KINDS).find((name) => element.classList.contains(name));

const tidy = (svg, name) => {
  const title = svg.querySelector("title")?.textContent;
  const description = svg.querySelector("desc")?.textContent;
  if (!title || !description) throw new Error(`${name}.mmd needs accTitle and accDescr.`);
  if (svg.querySelector("foreignObject")) throw new Error(`${name}.mmd draws HTML inside the SVG.`);

  const useless = "style, title, desc, symbol, filter, metadata, linearGradient, rect:not([width])";
  for (const gone of svg.querySelectorAll(useless)) gone.remove();
  for (const marker of svg.querySelectorAll("marker")) {
    const used = svg.querySelector(`[marker-end="url(#${marker.id})"], [marker-start="url(#${marker.id})"]`);
    if (!used) marker.remove();
  }

  const [left, top, width, edge] = svg.getAttribute("viewBox").split(" ").map(Number);
  // Below the last arrow Mermaid leaves less than half of its head.
  const height = edge + 10;
  const labels = new Set(svg.querySelectorAll(".node text"));
  for (const element of svg.querySelectorAll("*")) {
    const found = kind(element);
    const tag = element.localName;
    // Mermaid draws a lifeline far below the picture and lets the edge cut it.
    if (found === "actor-line") element.setAttribute("y2", top + height);
    const named = tag === "text" && (found === "actor" || labels.has(element));
    const middle = ["central", "middle"].includes(element.getAttribute("dominant-baseline"));
    for (const { name: key } of [...element.attributes]) {
      if (!KEPT.has(key) || key === "fill" || key === "stroke") element.removeAttribute(key);
    }
    if (tag === "marker") {
      element.setAttribute("class", "head");
    } else if (found || named) {
      element.setAttribute("class", named ? "actor-name" : KINDS[found]);
    } else if (tag === "rect") {
      // A coloured region of the source: its size follows its text, and the eye wants it even.
      element.setAttribute("class", "region");
      element.setAttribute("x", left + 1);
      element.setAttribute("width", width - 2);
    } else {
      element.removeAttribute("class");
    }
    // Only a marker is referred to; the other ids are the same in every drawing of a page.
    if (tag !== "marker") element.removeAttribute("id");
    const head = element.closest("marker");
    for (const [key, value] of Object.entries(PLAIN[tag] ?? {})) element.setAttribute(key, value);
    if (element.classList.contains("region")) element.setAttribute("fill", "none");
    if (head && !head.id.endsWith("crosshead")) element.setAttribute("fill", "currentColor");
    if (found === "messageLine1") element.setAttribute("stroke-dasharray", "5 4");
    if (found === "loopLine") element.setAttribute("stroke-dasharray", "2 3");
    if (middle) element.setAttribute("dominant-baseline", "central");
  }
  for (const group of [...svg.querySelectorAll("g, defs")].reverse()) {
    if (group.children.length === 0) group.remove();
    else if (group.localName === "g") {
      for (const { name: key } of [...group.attributes]) {
        if (key !== "transform") group.removeAttribute(key);
      }
    }
  }

  for (const { name: key } of [...svg.attributes]) {
    if (key !== "xmlns" && key !== "viewBox") svg.removeAttribute(key);
  }
  svg.setAttribute("class", "drawing");
  svg.setAttribute("width", Math.round(width));
  svg.setAttribute("viewBox", [left, top, width, height].map((n) => Math.round(n * 10) / 10).join(" "));
  svg.setAttribute("font-size", FONT_SIZE);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `${title}. ${description}`);
  return svg;
};

// Returns the drawing as text, one element a line.
globalThis.draw = async (name, source) => {
  mermaid.initialize({
    startOnLoad: false,
    theme: "base",
    look: "classic",
    htmlLabels: false,
    fontFamily: "sans-serif",
    themeVariables: { fontSize: `${FONT_SIZE}px` },
    flowchart: { htmlLabels: false, diagramPadding: 4, padding: 12, nodeSpacing: 24, rankSpacing: 48 },
    sequence: {
      mirrorActors: false,
      diagramMarginX: 4,
      diagramMarginY: 4,
      actorMargin: 56,
      width: 150,
      height: 40,
      messageMargin: 30,
      boxMargin: 8,
      noteMargin: 10,
      actorFontSize: FONT_SIZE,
      messageFontSize: FONT_SIZE,
      noteFontSize: FONT_SIZE,
    },
  });
  const { svg } = await mermaid.render(`diagram-${name}`, source);
  const parsed = new DOMParser().parseFromString(svg, "image/svg+xml").documentElement;
  return new XMLSerializer()
    .serializeToString(tidy(parsed, name))
    .replaceAll(`diagram-${name}_`, `diagram-${name}-`)
    .replaceAll("><", ">\n<");
};

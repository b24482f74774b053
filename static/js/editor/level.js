// An access level: four bars and its word, as templates/elements/level.html prints it.
const SVG = "http://www.w3.org/2000/svg";
const LEVELS = ["none", "read", "write", "permissions", "everything"];
const HIGH = new Set(["permissions", "everything"]);

export function levelMark(level, word) {
  const height = LEVELS.indexOf(level);
  const drawing = element(SVG, "svg", { width: 19, height: 12, viewBox: "0 0 19 12", "aria-hidden": "true" });
  for (let n = 0; n < 4; n += 1) {
    const bar = { x: 5 * n, y: 9 - 3 * n, width: 3.5, height: 3 + 3 * n, rx: 1, ...(n < height ? { class: "on" } : {}) };
    drawing.append(element(SVG, "rect", bar));
  }
  const mark = document.createElement("span");
  mark.className = HIGH.has(level) ? "level level-high" : "level";
  mark.append(drawing, word);
  return mark;
}

function element(namespace, name, attributes) {
  const made = document.createElementNS(namespace, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

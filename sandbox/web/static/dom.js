// Small steps that every part of the page takes: make elements, draw icons, say times.

/** Make an element; `props` are properties, or attributes where the name has a dash. */
export function make(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "role" || name.includes("-")) node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

/** Draw an icon from the data of one path in a 24 by 24 box. */
export function drawIcon(path) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export const ICONS = {
  reply: "M10 6l-6 6 6 6M4 12h9a7 7 0 0 1 7 7",
  edit: "M4 20l1-5L16 4l4 4L9 19z",
  remove: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13",
  file: "M6 3h8l4 4v14H6zM14 3v5h5",
};

/** Give the hue of a name's colour, always the same for the same name. */
export function hueOf(name) {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 360;
  return sum;
}

/** Make the round face of a name: its first letter on its colour. */
export function paintFace(node, name) {
  node.textContent = [...name][0] ?? "?";
  node.style.setProperty("--hue", hueOf(name));
  return node;
}

export function clockTime(seconds, language) {
  const format = new Intl.DateTimeFormat(language, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  return format.format(new Date(seconds * 1000));
}

/** Name the day of a time: today, yesterday, or its date. */
export function dayName(seconds, language, t) {
  const day = new Date(seconds * 1000).toDateString();
  const now = new Date();
  if (day === now.toDateString()) return t("today");
  now.setDate(now.getDate() - 1);
  if (day === now.toDateString()) return t("yesterday");
  return new Intl.DateTimeFormat(language, { day: "numeric", month: "long" }).format(
    new Date(seconds * 1000),
  );
}

/** Cut a text to one short line. */
export function shorten(text, length = 90) {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length - 1).trimEnd()}…` : line;
}

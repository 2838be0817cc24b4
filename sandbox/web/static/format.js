// Turns a text and its MessageEntity objects into nodes. Nothing is ever parsed as HTML, and only
// http and https addresses become links.

import { make } from "./dom.js";

const PLAIN_TAGS = {
  bold: "strong",
  italic: "em",
  underline: "u",
  strikethrough: "s",
  code: "code",
  pre: "pre",
  blockquote: "blockquote",
  expandable_blockquote: "blockquote",
};

/** Say whether an address may become a link. */
export function isWebAddress(address) {
  try {
    return ["http:", "https:"].includes(new URL(address).protocol);
  } catch {
    return false;
  }
}

export function makeLink(address, ...children) {
  return make("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

/** Give the nodes of a text; `onCommand` is called with a /command that is pressed. */
export function formatText(text, entities, { t, onCommand }) {
  const sorted = entities
    .map((entity, order) => ({ ...entity, end: entity.offset + entity.length, order }))
    .sort((a, b) => a.offset - b.offset || b.end - a.end || a.order - b.order);
  return build(text, sorted, 0, text.length, { t, onCommand });
}

function build(text, entities, start, end, tools) {
  const nodes = [];
  let at = start;
  let index = 0;
  while (index < entities.length) {
    const entity = entities[index];
    const stop = Math.min(entity.end, end);
    const inside = [];
    for (index += 1; index < entities.length && entities[index].offset < stop; index += 1) {
      inside.push(entities[index]);
    }
    if (entity.offset > at) nodes.push(text.slice(at, entity.offset));
    const children = build(text, inside, entity.offset, stop, tools);
    nodes.push(wrap(entity, text.slice(entity.offset, stop), children, tools));
    at = Math.max(at, stop);
  }
  if (at < end) nodes.push(text.slice(at, end));
  return nodes;
}

function wrap(entity, piece, children, { t, onCommand }) {
  const tag = PLAIN_TAGS[entity.type];
  if (tag) return make(tag, {}, ...children);
  switch (entity.type) {
    case "text_link":
      return isWebAddress(entity.url) ? makeLink(entity.url, ...children) : make("span", {}, ...children);
    case "url": {
      const address = /^\w+:/.test(piece) ? piece : `https://${piece}`;
      return isWebAddress(address) ? makeLink(address, ...children) : make("span", {}, ...children);
    }
    case "bot_command": {
      const button = make("button", { type: "button", class: "inline" }, ...children);
      button.addEventListener("click", () => onCommand(piece));
      return button;
    }
    case "spoiler": {
      const cover = make("button", { type: "button", class: "spoiler", "aria-label": t("spoiler") });
      cover.append(...children);
      cover.addEventListener("click", () => {
        cover.classList.add("shown");
        cover.removeAttribute("aria-label");
      });
      return cover;
    }
    default:
      return make("span", { class: `entity ${entity.type}` }, ...children);
  }
}

// Draws one message: author, quote, link card, text, file, time, tools and keyboard.

import { clockTime, dayName, drawIcon, hueOf, ICONS, make, shorten } from "./dom.js";
import { formatText, isWebAddress, makeLink } from "./format.js";

/** Give the list item of a message. `view` has seat, t, language and the on… callbacks. */
export function drawMessage(message, view) {
  if (message.service) return make("li", { class: "note" }, view.t("joined"));
  const mine = message.from.id === view.seat.person;
  const item = make("li", { class: `message ${mine ? "mine" : "theirs"}`, tabIndex: -1 });
  item.dataset.id = message.id;
  if (message.preview) item.classList.add("carded");
  item.append(make("div", { class: "bubble" }, ...drawContent(message, view, mine)));
  if (message.keyboard.length) item.append(drawKeyboard(message, view));
  return item;
}

function drawContent(message, view, mine) {
  const parts = [];
  if (!mine && !view.seat.private) {
    const author = make("p", { class: "author" }, message.from.name);
    author.style.setProperty("--hue", hueOf(message.from.name));
    parts.push(author);
  }
  if (message.reply) parts.push(drawQuote(message.reply, view));
  const card = message.preview && drawCard(message.preview);
  if (card && message.preview.above) parts.push(card);
  if (message.text) {
    parts.push(make("div", { class: "text" }, ...formatText(message.text, message.entities, view)));
  }
  if (card && !message.preview.above) parts.push(card);
  if (message.file) parts.push(drawFile(message.file, view.t));
  parts.push(drawFoot(message, view, mine));
  return parts;
}

function drawQuote(reply, view) {
  const text = reply.deleted ? view.t("deletedQuote") : shorten(reply.text, 140);
  const quote = make(
    "button",
    { type: "button", class: `quote${reply.deleted ? " deleted" : ""}` },
    make("strong", {}, reply.name),
    make("span", {}, text),
  );
  quote.style.setProperty("--hue", hueOf(reply.name));
  quote.addEventListener("click", () => view.onJump(reply.id));
  return quote;
}

function drawCard(preview) {
  const card = makeLink(preview.url);
  card.className = `card ${preview.large ? "large" : "small"}`;
  const picture = make("img", { src: preview.picture, alt: "", width: 640, height: 336 });
  card.append(picture);
  if (preview.title) {
    card.append(
      make(
        "span",
        { class: "card-text" },
        make("span", { class: "site" }, preview.site),
        make("strong", {}, preview.title),
        make("span", { class: "description" }, preview.description),
      ),
    );
  } else {
    card.setAttribute("aria-hidden", "true");
    card.tabIndex = -1;
  }
  return card;
}

function drawFile(file, t) {
  const size = file.size < 1024 ? `${file.size} B` : `${(file.size / 1024).toFixed(1)} kB`;
  return make(
    "a",
    { class: "file", href: file.url, download: file.name, "aria-label": t("download", { name: file.name }) },
    drawIcon(ICONS.file),
    make("span", {}, make("strong", {}, file.name), make("small", {}, size)),
  );
}

function drawFoot(message, view, mine) {
  const { t, language } = view;
  const time = make("time", { dateTime: new Date(message.date * 1000).toISOString() });
  time.textContent = clockTime(message.date, language);
  const foot = make("p", { class: "foot" }, drawTools(message, view, mine));
  if (message.edited) foot.append(make("span", { class: "edited" }, t("edited")));
  foot.append(time);
  return foot;
}

function drawTools(message, view, mine) {
  const tools = make("span", { class: "tools" });
  const offer = (name, act) => {
    const button = make("button", { type: "button", class: "tool", title: view.t(name) });
    button.setAttribute("aria-label", view.t(name));
    button.append(drawIcon(ICONS[name]));
    button.addEventListener("click", () => act(message));
    tools.append(button);
  };
  offer("reply", view.onReply);
  if (mine) {
    offer("edit", view.onEdit);
    offer("remove", view.onDelete);
  }
  return tools;
}

function drawKeyboard(message, view) {
  const board = make("div", { class: "keyboard", role: "group" });
  message.keyboard.forEach((row, rowIndex) => {
    const line = make("div", { class: "keys" });
    row.forEach((button, column) => line.append(drawKey(message, button, rowIndex, column, view)));
    board.append(line);
  });
  return board;
}

function drawKey(message, button, row, column, view) {
  if (button.url && isWebAddress(button.url)) {
    const link = makeLink(button.url, button.text);
    link.className = "key link";
    return link;
  }
  const key = make("button", { type: "button", class: "key" }, button.text);
  key.dataset.place = `${row}.${column}`;
  key.addEventListener("click", () => {
    if (button.copy) view.onCopy(button.copy);
    else view.onPress(message, row, column, key);
  });
  return key;
}

/** Give the line that opens a new day. */
export function drawDay(message, { language, t }) {
  return make("li", { class: "day" }, make("span", {}, dayName(message.date, language, t)));
}

/** Give the line that stays where a message was. */
export function drawGone({ t }) {
  return make("li", { class: "note gone" }, t("gone"));
}

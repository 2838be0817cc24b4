// The conversation of the chosen seat: draws it, keeps it at its end, and lets arrows walk it.
// One message at a time is a stop of the Tab key, with its buttons; arrows choose which.

import { dayName, make } from "./dom.js";
import { drawDay, drawGone, drawMessage } from "./messages.js";

const NEAR_END = 80;
const TYPING_MS = 5500;

export class Conversation {
  constructor(app) {
    this.app = app;
    this.log = document.getElementById("log");
    this.list = document.getElementById("messages");
    this.latest = document.getElementById("latest");
    this.subtitle = document.getElementById("subtitle");
    this.typingTimer = 0;
    this.stuck = true;
    this.endTop = 0;
    this.latest.addEventListener("click", () => this.goToEnd());
    this.log.addEventListener("scroll", () => {
      this.stuck = this.isAtEnd();
      if (this.stuck) this.latest.hidden = true;
    });
    // Whoever reads the end keeps reading it when the composer grows or a card gets its height.
    const keeper = new ResizeObserver(() => {
      if (this.isFollowing()) this.goToEnd();
    });
    keeper.observe(this.log);
    keeper.observe(this.list);
    this.list.addEventListener("keydown", (event) => this.walk(event));
    this.list.addEventListener("focusin", (event) => {
      const item = event.target.closest(".message");
      if (item) this.makeCurrent(item);
    });
  }

  /** Draw every message of the chosen seat anew. */
  show() {
    const { seat } = this.app;
    this.list.replaceChildren();
    this.latest.hidden = true;
    this.stopTyping();
    const messages = this.app.messagesOf(seat);
    if (!messages.length) this.list.append(this.drawEmpty());
    for (const message of messages) this.append(message);
    this.goToEnd();
  }

  drawEmpty() {
    return make("li", { class: "note empty" }, this.app.t("noMessages"));
  }

  /** Add a new message at the end. */
  add(message) {
    const follow = this.isFollowing() || message.from.id === this.app.seat.person;
    this.list.querySelector(".empty")?.remove();
    const item = this.append(message);
    item.classList.add("fresh");
    if (message.from.bot) this.stopTyping();
    if (follow) this.goToEnd();
    else this.latest.hidden = false;
  }

  append(message) {
    const day = dayName(message.date, this.app.language, this.app.t);
    if (this.lastDay() !== day) {
      const line = drawDay(message, this.app);
      line.dataset.day = day;
      this.list.append(line);
    }
    const item = drawMessage(message, this.app);
    item.dataset.of = day;
    this.list.append(item);
    if (item.classList.contains("message")) this.makeCurrent(item);
    return item;
  }

  lastDay() {
    return this.list.lastElementChild?.dataset.of ?? this.list.lastElementChild?.dataset.day;
  }

  /** Draw an edited message in its place. */
  replace(message) {
    const old = this.find(message.id);
    if (!old) return;
    const stay = this.isFollowing();
    const place = old.contains(document.activeElement)
      ? document.activeElement.dataset.place ?? "item"
      : null;
    const item = drawMessage(message, this.app);
    item.dataset.of = old.dataset.of;
    item.classList.add("changed");
    const wasCurrent = old.tabIndex === 0;
    old.replaceWith(item);
    this.makeReachable(item, wasCurrent);
    if (place) (item.querySelector(`[data-place="${place}"]`) ?? item).focus();
    if (stay) this.goToEnd();
  }

  /** Leave a line where a message was. */
  remove(id) {
    const old = this.find(id);
    if (!old) return;
    const hadFocus = old.contains(document.activeElement);
    const line = drawGone(this.app);
    line.dataset.of = old.dataset.of;
    old.replaceWith(line);
    const last = this.items().at(-1);
    if (last && old.tabIndex === 0) this.makeCurrent(last);
    if (hadFocus) (last ?? document.getElementById("text")).focus();
  }

  find(id) {
    return this.list.querySelector(`.message[data-id="${id}"]`);
  }

  /** Show a message that is quoted, and stand on it. */
  jump(id) {
    const item = this.find(id);
    if (!item) return;
    item.scrollIntoView({ block: "center" });
    item.focus({ preventScroll: true });
    item.classList.remove("changed");
    requestAnimationFrame(() => item.classList.add("changed"));
  }

  showTyping() {
    this.subtitle.classList.add("typing");
    this.subtitle.textContent = this.app.t("typing", { name: this.app.bot.name });
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => this.stopTyping(), TYPING_MS);
  }

  stopTyping() {
    clearTimeout(this.typingTimer);
    this.subtitle.classList.remove("typing");
    this.subtitle.textContent = this.app.describe(this.app.seat);
  }

  /** Tell whether the reader reads the end; the scroll event tells only with the next frame. */
  isFollowing() {
    return this.isAtEnd() || (this.stuck && this.log.scrollTop > this.endTop - NEAR_END);
  }

  isAtEnd() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_END;
  }

  goToEnd() {
    this.stuck = true;
    this.log.scrollTop = this.log.scrollHeight;
    this.endTop = this.log.scrollTop;
    this.latest.hidden = true;
  }

  items() {
    return [...this.list.querySelectorAll(".message")];
  }

  makeCurrent(item) {
    for (const other of this.list.querySelectorAll('.message[tabindex="0"]')) {
      if (other !== item) this.makeReachable(other, false);
    }
    this.makeReachable(item, true);
  }

  makeReachable(item, reachable) {
    item.tabIndex = reachable ? 0 : -1;
    for (const control of item.querySelectorAll("a:not([aria-hidden]), button")) {
      control.tabIndex = reachable ? 0 : -1;
    }
  }

  walk(event) {
    const item = event.target.closest(".message");
    if (!item) return;
    if (event.key === "Escape") {
      event.preventDefault();
      if (event.target === item) document.getElementById("text").focus();
      else item.focus();
      return;
    }
    if (event.target.classList.contains("key")) {
      this.walkKeys(event, item);
      return;
    }
    if (event.target !== item) return;
    const items = this.items();
    const at = items.indexOf(item);
    const next = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: items.length - 1 }[event.key];
    if (event.key === "Enter") {
      event.preventDefault();
      this.app.onReply(this.app.findMessage(Number(item.dataset.id)));
    } else if (next !== undefined && items[next]) {
      event.preventDefault();
      items[next].focus();
      items[next].scrollIntoView({ block: "nearest" });
    }
  }

  walkKeys(event, item) {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const keys = [...item.querySelectorAll(".key")];
    keys[keys.indexOf(event.target) + step]?.focus();
  }
}

// The list of chats: who sits where, the last line, and how many messages are unread.

import { clockTime, make, paintFace, shorten } from "./dom.js";

export class ChatList {
  constructor(app) {
    this.app = app;
    this.list = document.getElementById("chats");
    this.list.addEventListener("keydown", (event) => this.walk(event));
  }

  show() {
    const focused = document.activeElement?.closest?.("#chats button")?.dataset.seat;
    this.list.replaceChildren(...this.app.seats.map((seat) => this.drawSeat(seat)));
    if (focused) this.list.querySelector(`[data-seat="${focused}"]`)?.focus();
  }

  drawSeat(seat) {
    const { app } = this;
    const last = app.messagesOf(seat).at(-1);
    const button = make("button", { type: "button", class: "chat" });
    button.dataset.seat = seat.key;
    if (seat === app.seat) button.setAttribute("aria-current", "true");
    const line = last ? this.describeLast(last, seat) : "";
    button.append(
      paintFace(make("span", { class: "face", "aria-hidden": "true" }), app.titleOf(seat)),
      make(
        "span",
        { class: "chat-text" },
        make(
          "span",
          { class: "chat-name" },
          make("strong", {}, app.titleOf(seat)),
          this.drawRole(seat),
          make("time", {}, last ? clockTime(last.date, app.language) : ""),
        ),
        make("span", { class: "chat-news" }, make("span", { class: "chat-last" }, line), this.drawBadge(seat)),
      ),
    );
    button.addEventListener("click", () => app.choose(seat.key, { open: true }));
    return make("li", {}, button);
  }

  drawBadge(seat) {
    const unread = this.app.unread.get(seat.key);
    if (!unread) return null;
    const label = this.app.t("unread", { n: unread });
    return make("span", { class: "badge", role: "img", "aria-label": label }, String(unread));
  }

  drawRole(seat) {
    const label = seat.role === "reader" ? seat.language?.toUpperCase() : this.app.t(seat.role);
    return seat.private ? make("span", { class: "role" }, label ?? "") : null;
  }

  describeLast(message, seat) {
    const text = message.service ? this.app.t("joined") : message.text || message.file?.name || "";
    if (message.from.id === seat.person) {
      return shorten(this.app.t("says", { name: this.app.t("youSay"), text }), 70);
    }
    return shorten(text, 70);
  }

  walk(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...this.list.querySelectorAll("button")];
    const next = buttons[buttons.indexOf(document.activeElement) + step];
    next?.focus();
  }
}

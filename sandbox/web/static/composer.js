// Where one writes: text, the message it answers or edits, and the menu of commands.
// Every seat keeps its own draft.

import { make, shorten } from "./dom.js";

export class Composer {
  constructor(app) {
    this.app = app;
    this.form = document.getElementById("composer");
    this.text = document.getElementById("text");
    this.context = document.getElementById("context");
    this.contextText = document.getElementById("context-text");
    this.menu = document.getElementById("menu");
    this.opener = document.getElementById("open-menu");
    this.drafts = new Map();
    this.chosen = -1;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.text.addEventListener("input", () => {
      this.fit();
      this.suggest();
    });
    this.text.addEventListener("keydown", (event) => this.onKey(event));
    document.getElementById("context-close").addEventListener("click", () => this.drop());
    this.opener.addEventListener("click", () => this.toggleMenu());
    this.form.addEventListener("focusout", (event) => {
      if (!this.form.contains(event.relatedTarget)) this.closeMenu();
    });
  }

  get draft() {
    const { key } = this.app.seat;
    if (!this.drafts.has(key)) this.drafts.set(key, { text: "", replyTo: null, editing: null });
    return this.drafts.get(key);
  }

  /** Keep what was written for the seat that is left. */
  leave() {
    this.draft.text = this.text.value;
  }

  show() {
    this.text.value = this.draft.text;
    this.closeMenu();
    this.showContext();
    this.fit();
  }

  replyTo(message, { focus = true } = {}) {
    Object.assign(this.draft, { replyTo: message.id, editing: null });
    this.showContext();
    if (focus) this.text.focus();
  }

  edit(message) {
    Object.assign(this.draft, { replyTo: null, editing: message.id });
    this.text.value = message.text;
    this.showContext();
    this.fit();
    this.text.focus();
  }

  /** Forget the message that is answered or edited, or anything about one that is gone. */
  drop(id = null) {
    const { draft } = this;
    if (id !== null && draft.replyTo !== id && draft.editing !== id) return;
    if (draft.editing) this.text.value = "";
    Object.assign(draft, { replyTo: null, editing: null });
    this.showContext();
    this.fit();
  }

  showContext() {
    const { replyTo, editing } = this.draft;
    const message = this.app.findMessage(replyTo ?? editing);
    this.context.hidden = !message;
    const placeholder = message?.asksReply || this.app.t("write");
    this.text.placeholder = replyTo ? placeholder : this.app.t("write");
    if (!message) return;
    const text = shorten(message.text || message.file?.name || "", 100);
    this.contextText.textContent = editing
      ? this.app.t("editing")
      : this.app.t("replyingTo", { name: message.from.name, text });
  }

  async send() {
    const text = this.text.value.trim();
    if (!text) return;
    const { replyTo, editing } = this.draft;
    const seat = this.app.seat.key;
    this.text.value = "";
    this.closeMenu();
    this.drop();
    this.fit();
    if (editing) await this.app.act("edit", { seat, message: editing, text });
    else await this.app.act("say", { seat, text, reply_to: replyTo });
  }

  /** Grow with the text; while out of sight there is nothing to measure. */
  fit() {
    this.text.style.height = "auto";
    if (!this.text.offsetParent) return;
    this.text.style.height = `${Math.min(this.text.scrollHeight, 160)}px`;
  }

  onKey(event) {
    if (event.isComposing) return;
    const options = this.menu.hidden ? [] : [...this.menu.children];
    if (event.key === "Escape") {
      if (options.length) this.closeMenu();
      else if (!this.context.hidden) this.drop();
      else this.app.goBack();
      event.preventDefault();
    } else if (options.length && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.choose((this.chosen + step + options.length) % options.length);
      event.preventDefault();
    } else if (options.length && this.chosen >= 0 && ["Enter", "Tab"].includes(event.key)) {
      this.take(options[this.chosen].dataset.command);
      event.preventDefault();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.send();
    } else if (event.key === "ArrowUp" && !this.text.value) {
      event.preventDefault();
      document.querySelector('.message[tabindex="0"]')?.focus();
    }
  }

  suggest() {
    const typed = /^\/(\w*)$/.exec(this.text.value);
    const found = typed
      ? this.app.seat.commands.filter(({ command }) => command.startsWith(typed[1].toLowerCase()))
      : [];
    if (found.length) this.openMenu(found);
    else this.closeMenu();
  }

  toggleMenu() {
    if (!this.menu.hidden) {
      this.closeMenu();
    } else if (this.app.seat.commands.length) {
      this.openMenu(this.app.seat.commands);
      this.choose(0);
    }
    this.text.focus();
  }

  openMenu(commands) {
    this.menu.replaceChildren(
      ...commands.map(({ command, description }, index) => {
        const option = make(
          "div",
          { role: "option", id: `command-${index}`, "aria-selected": "false" },
          make("strong", {}, `/${command}`),
          make("span", {}, description),
        );
        option.dataset.command = command;
        option.addEventListener("mousedown", (event) => {
          event.preventDefault();
          this.take(command);
        });
        return option;
      }),
    );
    this.chosen = -1;
    this.setOpen(true);
  }

  closeMenu() {
    this.chosen = -1;
    this.text.removeAttribute("aria-activedescendant");
    this.setOpen(false);
  }

  setOpen(open) {
    this.menu.hidden = !open;
    this.text.setAttribute("aria-expanded", String(open));
    this.opener.setAttribute("aria-expanded", String(open));
  }

  choose(index) {
    this.chosen = index;
    [...this.menu.children].forEach((option, place) => {
      option.setAttribute("aria-selected", String(place === index));
      if (place === index) {
        option.scrollIntoView({ block: "nearest" });
        this.text.setAttribute("aria-activedescendant", option.id);
      }
    });
  }

  /** Write a command, ready for what follows it or for Enter. */
  take(command) {
    this.text.value = `/${command} `;
    this.closeMenu();
    this.fit();
    this.text.focus();
  }
}

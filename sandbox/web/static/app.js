// The page as a whole: keeps the state that the server streams, and joins the parts.
// The stream's first event is the whole state, so a lost connection costs nothing.

import { ChatList } from "./chats.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { make, paintFace, shorten } from "./dom.js";
import { Desk } from "./newsroom.js";
import { LANGUAGES, makeTranslator, translatePage } from "./words.js";

const PRESS_MS = 6000;
const TOAST_MS = 5000;

class App {
  constructor() {
    this.bot = { id: 0, name: "" };
    this.seats = [];
    this.seat = null;
    this.chats = new Map();
    this.unread = new Map();
    this.pressed = new Map();
    this.language = pickLanguage();
    this.t = makeTranslator(this.language);
    // Messages call these from their buttons.
    this.onReply = (message) => this.composer.replyTo(message);
    this.onEdit = (message) => this.composer.edit(message);
    this.onDelete = (message) => this.act("delete", { seat: this.seat.key, message: message.id });
    this.onPress = (...pressed) => this.press(...pressed);
    this.onCommand = (text) => this.act("say", { seat: this.seat.key, text });
    this.onJump = (id) => this.conversation.jump(id);
    this.onCopy = async (text) => {
      await navigator.clipboard?.writeText(text);
      this.toast(this.t("copied"));
    };
    this.list = new ChatList(this);
    this.conversation = new Conversation(this);
    this.composer = new Composer(this);
    this.desk = new Desk(this);
  }

  start() {
    translatePage(document, this.t);
    this.markLanguage();
    for (const button of document.querySelectorAll("[data-language]")) {
      button.addEventListener("click", () => this.speak(button.dataset.language));
    }
    const { body } = document;
    document.getElementById("back").addEventListener("click", () => this.goBack());
    document.getElementById("open-news").addEventListener("click", () => this.openNews());
    document.getElementById("toggle-news").addEventListener("click", () => this.openNews());
    document.getElementById("close-news").addEventListener("click", () => this.closeNews());
    document.getElementById("newsroom").addEventListener("keydown", (event) => {
      if (event.key === "Escape" && body.dataset.news === "open") this.closeNews();
    });
    this.listen();
  }

  listen() {
    const source = new EventSource("/events");
    const on = (name, act) => source.addEventListener(name, (event) => act(JSON.parse(event.data)));
    source.addEventListener("open", () => this.sayConnection("connected"));
    source.addEventListener("error", () => this.sayConnection("lost"));
    on("state", (state) => this.load(state));
    on("seats", ({ seats }) => this.takeSeats(seats));
    on("message", (message) => this.receive(message));
    on("edited", (message) => this.change(message));
    on("deleted", ({ chat, id }) => this.remove(chat, id));
    on("action", ({ chat }) => chat === this.seat?.chat && this.conversation.showTyping());
    on("answered", (answer) => this.hearAnswer(answer));
    on("published", (article) => this.desk.put(article));
    on("corrected", (article) => this.desk.put(article));
    on("withdrawn", ({ id }) => this.desk.drop(id));
  }

  load(state) {
    this.bot = state.bot;
    this.chats = new Map();
    for (const message of state.messages) this.chatOf(message.chat).set(message.id, message);
    this.takeSeats(state.seats);
    this.desk.load(state);
    this.composer.show();
    this.conversation.show();
    document.body.dataset.ready = "true";
  }

  takeSeats(seats) {
    this.seats = seats;
    this.seat = seats.find(({ key }) => key === this.seat?.key) ?? this.seat ?? seats[0];
    this.showHead();
    this.list.show();
  }

  chatOf(id) {
    if (!this.chats.has(id)) this.chats.set(id, new Map());
    return this.chats.get(id);
  }

  messagesOf(seat) {
    return [...this.chatOf(seat.chat).values()];
  }

  findMessage(id) {
    return id === null ? undefined : this.chatOf(this.seat.chat).get(id);
  }

  titleOf(seat) {
    return seat.title;
  }

  describe(seat) {
    const fields = { name: seat.name, role: this.t(seat.role), language: this.t(seat.language) };
    if (!seat.private) return this.t("moderatorsSubtitle", fields);
    return this.t("subtitle", { ...fields, name: this.bot.name });
  }

  /** Name the readers who hold a message with the card of an article. */
  receivers(id) {
    const holds = (message) => message.from.bot && message.preview?.article === id;
    return this.seats
      .filter((seat) => seat.private && this.messagesOf(seat).some(holds))
      .map(({ name }) => name);
  }

  choose(key, { open = false } = {}) {
    if (this.seat && this.seat.key !== key) this.composer.leave();
    this.seat = this.seats.find((seat) => seat.key === key);
    this.unread.delete(key);
    if (open) document.body.dataset.view = "chat";
    this.showHead();
    this.list.show();
    this.composer.show();
    this.conversation.show();
    this.answerPrompt(this.messagesOf(this.seat).at(-1));
    if (open) document.getElementById("text").focus({ preventScroll: true });
  }

  showHead() {
    document.getElementById("title").textContent = this.titleOf(this.seat);
    document.getElementById("subtitle").textContent = this.describe(this.seat);
    paintFace(document.getElementById("face"), this.titleOf(this.seat));
    const sum = [...this.unread.values()].reduce((total, count) => total + count, 0);
    document.title = sum ? `(${sum}) Relais` : "Relais";
  }

  receive(message) {
    const isNew = !this.chatOf(message.chat).has(message.id);
    this.chatOf(message.chat).set(message.id, message);
    if (!isNew) {
      this.change(message);
      return;
    }
    for (const seat of this.seats.filter(({ chat }) => chat === message.chat)) {
      if (seat === this.seat) {
        this.conversation.add(message);
        this.answerPrompt(message);
        if (message.from.id !== seat.person) this.announce(message.from.name, message.text);
      } else if (message.from.id !== seat.person) {
        this.unread.set(seat.key, (this.unread.get(seat.key) ?? 0) + 1);
      }
    }
    this.showNews();
  }

  change(message) {
    if (!this.chatOf(message.chat).has(message.id)) return;
    this.chatOf(message.chat).set(message.id, message);
    this.release(message.chat, message.id);
    if (message.chat === this.seat.chat) {
      this.conversation.replace(message);
      this.composer.showContext();
      if (message.from.bot) this.announce(message.from.name, message.text);
    }
    this.showNews();
  }

  remove(chat, id) {
    if (!this.chatOf(chat).delete(id)) return;
    if (chat === this.seat.chat) {
      this.conversation.remove(id);
      this.composer.drop(id);
      document.getElementById("announce").textContent = this.t("gone");
    }
    this.showNews();
  }

  showNews() {
    this.list.show();
    this.desk.show();
    this.showHead();
  }

  /** Answer a prompt of the bot without having to choose it, as Telegram's clients do. */
  answerPrompt(message) {
    if (message?.from.bot && message.asksReply !== null && message.asksReply !== undefined) {
      this.composer.replyTo(message, { focus: document.activeElement?.closest(".newsroom") === null });
    }
  }

  async press(message, row, column, key) {
    key.setAttribute("aria-busy", "true");
    const name = `${message.chat}:${message.id}`;
    this.pressed.set(name, { key, timer: setTimeout(() => this.release(message.chat, message.id), PRESS_MS) });
    const body = { seat: this.seat.key, message: message.id, row, column };
    if (!(await this.act("press", body))) this.release(message.chat, message.id);
  }

  release(chat, id) {
    const name = `${chat}:${id}`;
    const pressed = this.pressed.get(name);
    if (!pressed) return;
    clearTimeout(pressed.timer);
    pressed.key.removeAttribute("aria-busy");
    this.pressed.delete(name);
  }

  hearAnswer({ person, chat, id, text, alert }) {
    this.release(chat, id);
    if (person !== this.seat.person || !text) return;
    if (!alert) {
      this.toast(text);
      return;
    }
    document.getElementById("alert-text").textContent = text;
    document.getElementById("alert").showModal();
  }

  /** Ask the server to do something; say why when it cannot. */
  async act(action, body) {
    try {
      const answer = await fetch(`/api/${action}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      if (answer.ok) return true;
      this.toast((await answer.json()).error);
    } catch {
      this.sayConnection("lost");
    }
    return false;
  }

  announce(name, text) {
    document.getElementById("announce").textContent = this.t("says", { name, text: shorten(text, 200) });
  }

  toast(text) {
    const note = make("p", {}, text);
    document.getElementById("toasts").append(note);
    setTimeout(() => note.remove(), TOAST_MS);
  }

  sayConnection(key) {
    document.getElementById("connection").textContent = this.t(key);
    document.body.dataset.connection = key;
  }

  speak(language) {
    this.language = language;
    this.t = makeTranslator(language);
    localStorage.setItem("language", language);
    translatePage(document, this.t);
    this.markLanguage();
    this.composer.leave();
    this.choose(this.seat.key);
    this.desk.show();
  }

  markLanguage() {
    document.documentElement.lang = this.language;
    for (const button of document.querySelectorAll("[data-language]")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === this.language));
    }
  }

  openNews() {
    document.body.dataset.news = "open";
    document.getElementById("article").elements.title.focus();
  }

  closeNews() {
    document.body.dataset.news = "closed";
    document.getElementById(document.body.dataset.view === "list" ? "open-news" : "toggle-news").focus();
  }

  goBack() {
    document.body.dataset.view = "list";
    document.querySelector('#chats [aria-current="true"]')?.focus();
  }
}

function pickLanguage() {
  const wished = [localStorage.getItem("language"), ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return wished.find((language) => LANGUAGES.includes(language)) ?? "en";
}

new App().start();

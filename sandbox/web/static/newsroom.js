// The newsroom's desk: a form that publishes or corrects, and the list of what is published with
// who has received it.

import { make } from "./dom.js";
import { makeLink } from "./format.js";

const LISTED = 12;

export class Desk {
  constructor(app) {
    this.app = app;
    this.form = document.getElementById("article");
    this.list = document.getElementById("articles");
    this.note = document.getElementById("desk-note");
    this.submit = document.getElementById("publish");
    this.stopper = document.getElementById("stop-correcting");
    this.another = document.getElementById("another");
    this.articles = new Map();
    this.awaited = new Set();
    this.correcting = null;
    this.place = -1;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.publish();
    });
    this.form.elements.publication.addEventListener("change", () => this.showAuthors());
    this.another.addEventListener("click", () => this.fillNext());
    this.stopper.addEventListener("click", () => {
      this.setCorrecting(null);
      this.fillNext();
    });
  }

  /** Take papers, drafts and articles from a whole state; the form is left as it is. */
  load({ papers, drafts, articles }) {
    const first = !this.papers;
    this.papers = papers;
    this.drafts = drafts;
    this.articles = new Map(articles.map((article) => [article.id, article]));
    if (first) {
      const options = papers.map(({ key, title, language }) =>
        make("option", { value: key }, `${title} (${language})`),
      );
      this.form.elements.publication.replaceChildren(...options);
      this.fillNext();
    }
    this.show();
  }

  show() {
    this.submit.textContent = this.app.t(this.correcting ? "correct" : "publish");
    this.stopper.hidden = !this.correcting;
    this.another.hidden = Boolean(this.correcting) || this.drafts.length < 2;
    this.form.elements.publication.disabled = Boolean(this.correcting);
    const newest = [...this.articles.values()].slice(-LISTED).reverse();
    this.list.replaceChildren(...newest.map((article) => this.drawArticle(article)));
  }

  drawArticle(article) {
    const { t } = this.app;
    const names = this.app.receivers(article.id);
    const title = makeLink(article.url, article.title);
    title.lang = article.language;
    const act = (name, run) => {
      const button = make("button", { type: "button", class: "inline" }, t(name));
      button.setAttribute("aria-label", `${t(name)}: ${article.title}`);
      button.addEventListener("click", run);
      return button;
    };
    return make(
      "li",
      {},
      title,
      make("p", { class: "paper" }, article.paper),
      this.drawArrival(article, names),
      make("p", { class: "acts" },
        act("correctThis", () => this.startCorrecting(article)),
        act("withdraw", () => this.withdraw(article))),
    );
  }

  drawArrival(article, names) {
    const { t } = this.app;
    if (names.length) return make("p", { class: "arrived" }, t("arrived", { names: names.join(", ") }));
    return this.awaited.has(article.id) ? make("p", {}, t("waiting")) : null;
  }

  /** An article appeared while the page was open, or changed. */
  put(article) {
    if (!this.articles.has(article.id)) this.awaited.add(article.id);
    this.articles.set(article.id, article);
    this.show();
  }

  drop(id) {
    this.articles.delete(id);
    if (this.correcting === id) this.setCorrecting(null);
    this.show();
  }

  fill(fields) {
    for (const [name, value] of Object.entries(fields)) {
      const field = this.form.elements[name];
      if (field) field.value = value;
    }
    this.showAuthors();
  }

  /** Fill the form with the next sample, in the page's language first. */
  fillNext() {
    if (!this.drafts.length) return;
    const language = (draft) => this.papers.find(({ key }) => key === draft.publication)?.language;
    const sorted = [
      ...this.drafts.filter((draft) => language(draft) === this.app.language),
      ...this.drafts.filter((draft) => language(draft) !== this.app.language),
    ];
    this.place = (this.place + 1) % sorted.length;
    this.fill(sorted[this.place]);
  }

  showAuthors() {
    const paper = this.papers.find(({ key }) => key === this.form.elements.publication.value);
    const names = paper?.authors ?? [];
    document
      .getElementById("authors")
      .replaceChildren(...names.map((name) => make("option", { value: name })));
    for (const field of ["title", "lead", "body"]) this.form.elements[field].lang = paper?.language;
  }

  startCorrecting(article) {
    this.setCorrecting(article.id);
    this.fill(article.form);
    this.form.elements.title.focus();
    this.form.elements.title.scrollIntoView({ block: "nearest" });
  }

  setCorrecting(id) {
    this.correcting = id;
    this.note.textContent = "";
    this.show();
  }

  read() {
    const fields = {};
    for (const name of ["publication", "title", "lead", "body", "tags", "author", "section"]) {
      fields[name] = this.form.elements[name].value;
    }
    return fields;
  }

  async publish() {
    const fields = this.read();
    if (!fields.title.trim()) {
      this.note.textContent = this.app.t("noTitle");
      return;
    }
    const id = this.correcting;
    const done = await this.app.act(id ? "correct" : "publish", { ...fields, id });
    if (!done) return;
    this.setCorrecting(null);
    this.note.textContent = this.app.t(id ? "corrected" : "sent");
    this.fillNext();
  }

  async withdraw(article) {
    if (await this.app.act("withdraw", { id: article.id })) {
      this.note.textContent = this.app.t("withdrawn");
    }
  }
}

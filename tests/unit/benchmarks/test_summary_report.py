"""The benchmark of summaries: its data, and its figures in the common form."""

import json

from benchmarks.rouge_fast import KINDS
from benchmarks.summary_report import GOALS, Kept, make_section
from benchmarks.summary_sets import get_refs, put_lead_back, read_feed_items, read_items
from benchmarks.summary_systems import Task, run_lead, run_prepared_lead

LENGTHS = ("1 sentence", "2 sentences", "45 words")


def report_of(**systems):
    found = {
        f"paper/{length}/{name.replace('_', ' ')}": {
            **dict.fromkeys(KINDS, score),
            "intervals": {kind: [score - 1, score + 1] for kind in KINDS},
            "gain_intervals": {kind: [-0.3, 0.4] for kind in KINDS},
        }
        for length in LENGTHS
        for name, score in systems.items()
    }
    alike = {**dict.fromkeys(KINDS, 0.2), "intervals": {kind: [0.1, 0.3] for kind in KINDS}}
    return (
        found
        | {
            f"ms/{name}": {"median": 1.5, "p95": 3.0, "cpu_median": 1.2, "cpu_p95": 2.0}
            for name in systems
        }
        | {"openings": {"other": 7}}
        | {f"alike/{length}": alike for length in LENGTHS}
    )


def test_hidden_figures_are_held_to_the_goals_and_kept_ones_to_the_lead_of_the_same_sentences():
    kept = Kept("lead kept", 9, report_of(relais=29.0, lead=29.1, prepared_lead=28.9))
    other = Kept("feeds", 5, report_of(relais=29.0, lead=28.9, prepared_lead=29.1))
    section = make_section(report_of(relais=29.0, lead=22.0), [kept, other], articles=9, seconds=1)
    met = {figure.name: figure.met for figure in section.figures}
    assert met["lead hidden, 1 sentence: R1 [28.00, 30.00]"] is (GOALS["1 sentence"][0] <= 29.0)
    assert met["lead hidden, 2 sentences: R1 [28.00, 30.00]"] is False
    assert met["lead kept, 45 words: R2 [-0.30, +0.40]"] is True
    assert met["feeds, 45 words: R2 [-0.30, +0.40]"] is False
    assert met["an article: median"] is True
    values = {figure.name: figure.value for figure in section.figures}
    assert values["feeds: of 5 articles opened otherwise"] == 7
    assert values["feeds, 1 sentence, all others: gain in R1 [+0.10, +0.30]"] == 0.2
    assert values["an article: median of processor time"] == 1.2
    assert section.figures[0].beside == {"lead": 22.0}
    assert section.scale == "9 of 1,500 articles"


def test_a_reference_or_several_are_read(tmp_path):
    path = tmp_path / "set.jsonl"
    items = [{"text": "A.", "ref": "B."}, {"text": "C.", "ref": ["D.", "E."]}]
    path.write_text("\n".join(map(json.dumps, items)) + "\n", encoding="utf-8")
    assert [get_refs(item) for item in read_items(path, None)] == [["B."], ["D.", "E."]]
    assert len(read_items(path, 1)) == 1


def test_an_article_with_its_lead_put_back_is_not_scored_against_it():
    [item] = put_lead_back([{"title": "T", "text": "Text.", "ref": "Lead."}])
    assert item == {"title": "", "text": "Lead.\nText.", "ref": "T"}


def test_an_article_may_be_scored_against_its_own_lead_to_see_what_of_it_is_lost():
    [item] = put_lead_back([{"title": "T", "text": "Text.", "ref": "Lead."}], score_lead=True)
    assert item == {"title": "", "text": "Lead.\nText.", "ref": "Lead."}


def test_the_prepared_lead_has_no_labels_and_headings_and_the_plain_one_has():
    text = "VIDÉO.\nUn titre\nLa grande grue est tombée. Elle était lasse du vent. Le port attend."
    task = Task("", text, "fr", None)
    assert run_lead(task, 2) == ["VIDÉO.", "Un titre"]
    assert run_prepared_lead(task, 1) == ["La grande grue est tombée."]
    assert run_prepared_lead(task, 2)[1] == "Elle était lasse du vent."
    assert run_prepared_lead(Task("", "", "fr", None), 2) == []


def test_feeds_give_their_full_texts_in_one_language_with_the_title_as_reference(tmp_path):
    english = " ".join(["The crane of the port is broken and the ships have to wait for it."] * 12)
    french = " ".join(["La grue du port est en panne et les navires doivent attendre."] * 16)
    entries = (
        ("The crane of Nordal breaks", english),
        ("The same text twice is once", english),
        ("Too short a text, though", "The crane is broken."),
        ("Brief title", english + " And more."),
        ("La grande grue de Nordal", french),
    )
    items = "".join(
        f"<item><title>{title}</title><guid>{n}</guid><description>{text}</description></item>"
        for n, (title, text) in enumerate(entries)
    )
    feed = f'<rss version="2.0"><channel><title>Nordal</title>{items}</channel></rss>'
    (tmp_path / "a.feed").write_text(feed, encoding="utf-8")
    (tmp_path / "b.feed").write_text("no feed", encoding="utf-8")
    found = read_feed_items(tmp_path.iterdir(), "en", None)
    assert [item["ref"] for item in found] == ["The crane of Nordal breaks"]
    assert found[0]["text"] == english
    assert read_feed_items(tmp_path.iterdir(), "en", 0) == []

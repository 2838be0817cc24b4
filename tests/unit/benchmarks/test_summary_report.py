"""The benchmark of summaries: its data, and its figures in the common form."""

import json

from benchmarks.rouge_fast import KINDS
from benchmarks.summary_report import GOALS, make_section
from benchmarks.summary_sets import get_refs, put_lead_back, read_items

LENGTHS = ("1 sentence", "2 sentences", "45 words")


def report_of(ours, lead):
    scores = {"relais": ours, "lead": lead}
    found = {
        f"paper/{length}/{name}": {
            **dict.fromkeys(KINDS, score),
            "intervals": {kind: [score - 1, score + 1] for kind in KINDS},
            "gain_intervals": {kind: [-0.3, 0.4] for kind in KINDS},
        }
        for length in LENGTHS
        for name, score in scores.items()
    }
    return found | {f"ms/{name}": {"median": 1.5, "p95": 3.0} for name in scores}


def test_hidden_figures_are_held_to_the_goals_and_kept_ones_to_the_lead():
    section = make_section(report_of(29.0, 22.0), report_of(29.0, 29.1), articles=9, seconds=1.0)
    met = {figure.name: figure.met for figure in section.figures}
    assert met["lead hidden, 1 sentence: R1 [28.00, 30.00]"] is (GOALS["1 sentence"][0] <= 29.0)
    assert met["lead hidden, 2 sentences: R1 [28.00, 30.00]"] is False
    assert met["lead kept, 45 words: R2 [-0.30, +0.40]"] is False
    assert met["an article: median"] is True
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

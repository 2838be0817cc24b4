import json

import pytest

from benchmarks.rouge_fast import score, tokenize
from bot.summary.features import FEATURES, PAIR_FEATURES
from bot.summary.weights import WEIGHTS_FILE, Scorecard, load_weights


def test_a_value_on_a_bound_belongs_to_the_band_below_it():
    card = Scorecard((((1.0, 2.0), (10.0, 20.0, 30.0)),))
    assert [card.score([value]) for value in (0.5, 1.0, 1.5, 2.0, 3.0)] == [10, 10, 20, 20, 30]


def test_the_committed_weights_fit_the_features_and_say_how_they_were_made():
    content = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    assert list(content["sentence"]) == list(FEATURES)
    assert list(content["pair"]) == list(PAIR_FEATURES)
    assert "benchmarks.train_summary_weights" in content["made"]
    weights = load_weights()
    for card in (weights.sentence, weights.pair):
        assert all(len(points) == len(bounds) + 1 for bounds, points in card.bands)
    assert WEIGHTS_FILE.stat().st_size < 200_000


def test_weights_made_for_other_features_are_refused(tmp_path):
    content = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    del content["sentence"]["words"]
    other = tmp_path / "weights.json"
    other.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ValueError, match="train it again"):
        load_weights(other)


def test_the_quick_rouge_counts_as_rouge_score_does():
    scorer_module = pytest.importorskip("rouge_score.rouge_scorer")
    scorer = scorer_module.RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=False)
    pairs = [
        ("Le chat dort sur le lit.", "Le chat noir dort très bien sur le lit de la reine."),
        ("Démocratie et liberté", "La démocratie, la liberté"),
        ("", "rien"),
        ("un", "deux"),
    ]
    for candidate, ref in pairs:
        theirs = scorer.score(ref, candidate)
        ours = score(tokenize(candidate), tokenize(ref))
        assert ours == pytest.approx([each.fmeasure for each in theirs.values()])

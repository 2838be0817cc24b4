"""The samples can be read, are worth reading, and keep French spacing."""

import re

import pytest

from sandbox.newsroom import load_publications, load_samples
from sandbox.newsroom.articles import make_slug, parse_article

SAMPLES = load_samples()
PAPERS = {paper.key: paper for paper in load_publications()}


def test_there_are_enough_in_both_languages():
    languages = [PAPERS[article.publication].language for article in SAMPLES]
    assert languages.count("fr") >= 10
    assert languages.count("en") >= 10


def test_topics_are_shared_between_languages():
    tags = {"fr": set(), "en": set()}
    for article in SAMPLES:
        tags[PAPERS[article.publication].language].update(article.tags)
    assert {"5G", "Xiaomi"} <= tags["fr"] & tags["en"]
    assert "Marché Smartphones" in tags["fr"]


@pytest.mark.parametrize("article", SAMPLES, ids=lambda article: article.id)
def test_each_is_a_whole_article(article):
    sentences = re.findall(r"[.?!][”»]?(?=\s|$)", "\n".join(article.body))
    assert 8 <= len(sentences) <= 16
    assert 60 <= len(article.lead) <= 300
    assert len(article.tags) >= 2
    assert article.author in PAPERS[article.publication].authors
    assert article.published is not None
    assert article.published.tzinfo is not None


@pytest.mark.parametrize(
    "article",
    [article for article in SAMPLES if PAPERS[article.publication].language == "fr"],
    ids=lambda article: article.id,
)
def test_french_keeps_its_narrow_spaces(article):
    text = "\n".join((article.title, *article.paragraphs))
    assert not re.search(r"[^\u202f][?!:;»](?!\d)", text)
    assert not re.search(r"«[^\u202f]", text)


def test_a_file_without_header_is_refused_by_name():
    with pytest.raises(ValueError, match="lonely"):
        parse_article("lonely", "Just a paragraph.")


def test_slugs_are_plain_ascii():
    assert make_slug("Vauclaire : l’été à 7 °C, déjà !") == "vauclaire-lete-a-7-c-deja"
    assert make_slug("東京") == "article"

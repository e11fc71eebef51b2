"""The texts and lessons are complete: lengths, evidence, choices, captions that fit the film."""

from importlib.resources import files

import pytest

from timeback_desktop.backend.demo.apps.lantern.library import library
from timeback_desktop.backend.demo.apps.lesson.lessons import lessons

STORIES, LESSONS = list(library().values()), list(lessons().values())
CHAPTERS = [chapter for lesson in LESSONS for chapter in lesson.chapters]
QUESTIONS = [question for part in (*STORIES, *CHAPTERS) for question in part.questions]


def named(thing):
    return getattr(thing, "slug", None) or getattr(thing, "key", None) or thing.title


def test_there_are_stories_and_true_texts_for_grades_two_to_six():
    assert len(STORIES) >= 6
    assert {story.kind for story in STORIES} == {"Story", "True"}
    assert {story.grade for story in STORIES} == {"2", "3", "4", "5", "6"}


@pytest.mark.parametrize("story", STORIES, ids=named)
def test_a_text_has_pages_questions_and_a_picture(story):
    assert 150 <= story.words <= 350
    assert len(story.pages) >= 2
    assert 4 <= len(story.questions) <= 5
    package = files("timeback_desktop.backend.demo.apps.lantern")
    assert package.joinpath("static", f"{story.slug}.svg").read_text("utf-8").startswith("<svg ")


@pytest.mark.parametrize("story", STORIES, ids=named)
def test_the_evidence_stands_in_the_text(story):
    text = " ".join(paragraph for page in story.pages for paragraph in page)
    for question in story.questions:
        assert question.evidence in text


@pytest.mark.parametrize("question", QUESTIONS, ids=named)
def test_a_question_has_one_right_choice_and_an_explanation(question):
    assert question.choices.count(question.answer) == 1
    assert len(set(question.choices)) == len(question.choices) >= 2
    assert question.why.endswith((".", '"'))


def test_no_two_questions_share_a_key():
    assert len({question.key for question in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize("lesson", LESSONS, ids=named)
def test_a_lesson_is_two_to_four_minutes_in_chapters_with_questions(lesson):
    assert 120 <= lesson.length_s <= 240
    assert len(lesson.chapters) >= 2
    assert all(chapter.questions for chapter in lesson.chapters)


@pytest.mark.parametrize("lesson", LESSONS, ids=named)
def test_captions_follow_each_other_to_the_end_of_the_film(lesson):
    stamps = [line for line in lesson.captions().splitlines() if " --> " in line]
    moments = [moment for stamp in stamps for moment in stamp.split(" --> ")]
    assert moments == sorted(moments)
    minutes, seconds = divmod(lesson.length_s - 1, 60)
    assert moments[-1] == f"00:{minutes:02d}:{seconds:02d}.900"


@pytest.mark.parametrize("lesson", LESSONS, ids=named)
def test_the_film_ships_as_small_webm(lesson):
    package = files("timeback_desktop.backend.demo.apps.lesson")
    film = package.joinpath("films", f"{lesson.slug}.webm")
    content = film.read_bytes()
    assert content.startswith(b"\x1a\x45\xdf\xa3")
    assert b"V_VP9" in content
    assert len(content) < 1_600_000


def test_the_words_are_kind():
    said = " ".join(
        " ".join((question.prompt, question.why, *question.choices)) for question in QUESTIONS
    )
    assert not {"lazy", "cheating", "bad", "failed", "wrong"} & set(said.lower().split())

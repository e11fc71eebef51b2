"""Make the lesson videos of Lesson Loft: WebM (VP9 and Opus).

Run ``python packaging/lesson_video/make.py [slug ...]`` with PySide6 installed and ffmpeg on the
path. The results are kept in the repository, because a fresh checkout has no ffmpeg.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fractions_lesson
import moon_lesson
from canvas import HEIGHT, WIDTH, Canvas
from music import write_music
from PySide6.QtGui import QGuiApplication

FPS = 12
LESSON = Path(__file__).parents[2] / "timeback_desktop/backend/demo/apps/lesson"
DRAWINGS = {"moon": moon_lesson, "fractions": fractions_lesson}


def frames(lesson: dict[str, Any]) -> Iterator[bytes]:
    """Yield every frame of a lesson."""
    drawing = DRAWINGS[lesson["slug"]]
    for draw, chapter in zip(drawing.CHAPTERS, lesson["chapter"], strict=True):
        spoken = 0
        for number, (_, seconds) in enumerate(chapter["lines"]):
            for index in range(seconds * FPS):
                canvas = Canvas(drawing.GROUND)
                draw(canvas, number, index / (seconds * FPS), spoken + index / FPS)
                yield canvas.finish()
            spoken += seconds


def length(lesson: dict[str, Any]) -> int:
    """Return the length of a lesson in seconds."""
    return sum(seconds for chapter in lesson["chapter"] for _, seconds in chapter["lines"])


def encode(lesson: dict[str, Any], music: Path, target: Path) -> None:
    """Draw a lesson and hand the frames to ffmpeg."""
    source = ["-f", "rawvideo", "-pix_fmt", "bgra", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(FPS)]
    video = ["-c:v", "libvpx-vp9", "-pix_fmt", "yuv420p", "-crf", "40", "-b:v", "0"]
    speed = ["-cpu-used", "4", "-row-mt", "1", "-g", str(FPS * 5)]
    audio = ["-c:a", "libopus", "-b:a", "28k", "-ac", "1"]
    command = ["ffmpeg", "-y", "-loglevel", "error", *source, "-i", "-", "-i", str(music)]
    command += [*video, *speed, *audio, "-cues_to_front", "1", str(target)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None  # noqa: S101 - we asked for the pipe
        for frame in frames(lesson):
            process.stdin.write(frame)
        process.stdin.close()
    if process.returncode:
        raise SystemExit(f"ffmpeg ended with {process.returncode}")


def main(wanted: list[str]) -> None:
    """Make the wanted lessons, or all."""
    application = QGuiApplication(["make", "-platform", "offscreen"])
    lessons = tomllib.loads((LESSON / "lessons.toml").read_text("utf-8"))["lesson"]
    for lesson in lessons:
        if wanted and lesson["slug"] not in wanted:
            continue
        target = LESSON / "films" / f"{lesson['slug']}.webm"
        with tempfile.TemporaryDirectory() as folder:
            write_music(Path(folder, "music.wav"), length(lesson))
            encode(lesson, Path(folder, "music.wav"), target)
        print(f"{target.name}: {length(lesson)} s, {target.stat().st_size // 1024} KiB")
    application.quit()


if __name__ == "__main__":
    main(sys.argv[1:])

"""What kind of program lies in front: a word out of six, and its name forgotten."""

from __future__ import annotations

import re
from dataclasses import dataclass

OTHER = "other"

_TABLE = {
    "game": (
        "minecraft roblox robloxplayer robloxplayerbeta steam steamwebhelper fortnite epicgames"
        " epicgameslauncher lutris supertux supertux2 supertuxkart solitaire mahjongg aisleriot"
        " valorant leagueclient battlenet gog playnite prismlauncher heroic retroarch godot"
        " osu geometrydash amongus terraria stardew"
    ),
    "browser": (
        "firefox chrome chromium msedge edge safari opera brave vivaldi librewolf epiphany"
        " konqueror falkon iexplore navigator torbrowser duckduckgo arc"
    ),
    "chat": (
        "discord slack telegram telegramdesktop whatsapp signal teams msteams zoom skype element"
        " messages messenger ichat mobilesms facetime thunderbird outlook mail geary viber wechat"
    ),
    "media": (
        "vlc mpv spotify totem rhythmbox celluloid music itunes quicktime quicktimeplayerx"
        " tv netflix clementine audacious kodi smplayer wmplayer podcasts twitch tiktok youtube"
    ),
    "office": (
        "libreoffice soffice openoffice word winword excel powerpnt powerpoint onenote iwork pages"
        " numbers keynote evince okular acrobat acrord32 preview gedit kate notepad textedit"
        " calculator gnome-calculator kcalc calc wps onlyoffice desktopeditors geogebra xournalpp"
    ),
}
_CATEGORY = {word: kind for kind, words in _TABLE.items() for word in words.split()}


@dataclass(frozen=True, slots=True)
class Front:
    """Whether our own window lies in front, and if not, the kind of program that does."""

    ours: bool | None = None
    program: str | None = None


NOBODY = Front()
OURS = Front(ours=True)


def other(*names: str) -> Front:
    """Return what is told of a program that isn't ours, whatever it calls itself."""
    return Front(ours=False, program=category(*names))


def category(*names: str) -> str:
    """Return the kind of a program by a word in its names: class, image file or bundle."""
    for name in names:
        for word in re.split(r"[^a-z0-9]+", name.lower()):
            if word in _CATEGORY:
                return _CATEGORY[word]
    return OTHER

"""The yardstick: the least program that shows a web page with PySide6, and nothing of ours.

Prints one JSON line when its page has been painted, and leaves.
"""

import json
import sys

from PySide6.QtWebEngineWidgets import QWebEngineView
from PySide6.QtWidgets import QApplication

PAGE = """<!doctype html><title>loading</title><body style="background:#fff"><h1>Home</h1>
<script>
requestAnimationFrame(() => requestAnimationFrame(() => { document.title = "painted"; }));
</script>
"""


def main() -> int:
    """Show the page, say when it has been painted, and leave."""
    app = QApplication(sys.argv)
    view = QWebEngineView()
    view.resize(1280, 800)

    def leave_when_painted(title: str) -> None:
        if title == "painted":
            print(json.dumps({"event": "first_paint"}), flush=True)
            app.quit()

    view.titleChanged.connect(leave_when_painted)
    view.setHtml(PAGE)
    view.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())

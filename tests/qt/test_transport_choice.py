"""The transport of a retriever is chosen when there is something to download, and not before."""

from __future__ import annotations

import subprocess
import sys
import textwrap


def test_nothing_is_loaded_before_the_first_download() -> None:
    script = """
        import sys
        from qtpy.QtCore import QCoreApplication
        from shotgun_api3 import Shotgun
        import shotgun_data
        app = QCoreApplication([])
        sg = Shotgun("https://studio.example.com", "script", "key", connect=False)
        manager = shotgun_data.BackgroundTaskManager(None, True)
        retriever = shotgun_data.ShotgunDataRetriever(None, sg, manager)
        retriever.start()
        retriever.stop()
        manager.shut_down()
        print([name for name in sys.modules if "curl" in name])
    """
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, timeout=30, check=False
    )
    assert (ran.returncode, ran.stderr, ran.stdout.strip()) == (0, "", "[]")

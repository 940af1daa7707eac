"""The window's look: a dark, neutral palette in which pictures keep their colours."""

from __future__ import annotations

from shotgun_data.qt.binding import QtGui, QtWidgets

WINDOW = "#1b1d20"
PANEL = "#222529"
BASE = "#16181a"
RAISED = "#2c3035"
LINE = "#373c43"
TEXT = "#dcdfe4"
FAINT = "#969da8"
ACCENT = "#4d9de0"
DANGER = "#e2725b"
UNKNOWN_STATUS = "#6b727c"

_STYLE = f"""
* {{ outline: 0; }}
QMainWindow, QDialog {{ background: {WINDOW}; }}
QWidget#panel, QScrollArea#panel, QWidget#panelContent {{ background: {PANEL}; }}
QLabel {{ background: transparent; }}
QLabel[kind="faint"] {{ color: {FAINT}; }}
QLabel[kind="section"] {{ color: {FAINT}; font-weight: 600; }}
QLabel[kind="error"] {{ color: {DANGER}; }}
QToolTip {{ color: {TEXT}; background: {RAISED}; border: 1px solid {LINE}; padding: 3px; }}
QLineEdit, QComboBox {{
    background: {BASE}; border: 1px solid {LINE}; border-radius: 4px; padding: 4px 8px; min-height: 18px;
    selection-background-color: {ACCENT}; color: {TEXT};
}}
QLineEdit:focus, QComboBox:focus {{ border-color: {ACCENT}; }}
QLineEdit:disabled, QComboBox:disabled {{ color: {FAINT}; }}
QComboBox::drop-down {{ border: 0; width: 22px; }}
QComboBox QAbstractItemView {{
    background: {RAISED}; border: 1px solid {LINE}; selection-background-color: {ACCENT}; selection-color: white;
}}
QPushButton {{
    background: {RAISED}; border: 1px solid {LINE}; border-radius: 4px; padding: 4px 12px; color: {TEXT};
}}
QPushButton:hover {{ border-color: {FAINT}; }}
QPushButton:focus {{ border-color: {ACCENT}; }}
QPushButton:pressed {{ background: {BASE}; }}
QPushButton:disabled {{ color: {LINE}; }}
QPushButton[kind="quiet"] {{ background: transparent; border-color: transparent; padding: 3px 8px; color: {FAINT}; }}
QPushButton[kind="quiet"]:hover {{ color: {TEXT}; border-color: {LINE}; }}
QPushButton[kind="main"] {{ background: {ACCENT}; border-color: {ACCENT}; color: #0c1116; font-weight: 600; }}
QPushButton[kind="main"]:disabled {{ background: {RAISED}; border-color: {LINE}; color: {FAINT}; }}
QListView, QListWidget {{ background: {BASE}; border: 0; }}
QListWidget#sidebar {{ background: {PANEL}; }}
QListWidget#results {{ background: {RAISED}; border: 1px solid {ACCENT}; border-radius: 4px; }}
QListWidget#results::item {{ padding: 4px 8px; }}
QListWidget#results::item:selected {{ background: {ACCENT}; color: white; }}
QSplitter::handle {{ background: {WINDOW}; }}
QScrollArea {{ border: 0; }}
QScrollBar:vertical {{ background: transparent; width: 11px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 11px; margin: 0; }}
QScrollBar::handle {{ background: {LINE}; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 28px; }}
QScrollBar::handle:horizontal {{ min-width: 28px; }}
QScrollBar::handle:hover {{ background: #4a515a; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QProgressBar {{
    background: {BASE}; border: 1px solid {LINE}; border-radius: 4px; text-align: center; color: {TEXT}; height: 16px;
}}
QProgressBar::chunk {{ background: #2f6ea3; border-radius: 3px; }}
QSlider::groove:horizontal {{ background: {LINE}; height: 3px; border-radius: 1px; }}
QSlider::handle:horizontal {{ background: {FAINT}; width: 13px; margin: -5px 0; border-radius: 6px; }}
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus {{ background: {ACCENT}; }}
QFrame#errorBar {{ background: #43241f; border: 0; border-bottom: 1px solid {DANGER}; }}
QFrame#card {{ background: {WINDOW}; border-radius: 6px; }}
QFrame#toolbar {{ background: {WINDOW}; }}
QFrame#statusBar {{ background: {WINDOW}; border-top: 1px solid {LINE}; }}
"""


def apply(app: QtWidgets.QApplication) -> None:
    """Give the whole application this look. To be called before its first window is made."""
    app.setStyle("Fusion")
    palette = QtGui.QPalette()
    role = QtGui.QPalette.ColorRole
    for which, colour in (
        (role.Window, WINDOW),
        (role.WindowText, TEXT),
        (role.Base, BASE),
        (role.AlternateBase, PANEL),
        (role.ToolTipBase, RAISED),
        (role.ToolTipText, TEXT),
        (role.Text, TEXT),
        (role.Button, RAISED),
        (role.ButtonText, TEXT),
        (role.BrightText, DANGER),
        (role.Highlight, ACCENT),
        (role.HighlightedText, "#ffffff"),
        (role.Link, ACCENT),
        (role.PlaceholderText, "#7a818b"),
    ):
        palette.setColor(which, QtGui.QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QtGui.QPalette.ColorGroup.Disabled, which, QtGui.QColor("#666d77"))
    app.setPalette(palette)
    app.setStyleSheet(_STYLE)


def font(base: QtGui.QFont, scale: float = 1.0, bold: bool = False) -> QtGui.QFont:
    """A font derived from the one in use, whether the desktop gave that in points or in pixels."""
    derived = QtGui.QFont(base)
    if base.pointSizeF() > 0:
        derived.setPointSizeF(base.pointSizeF() * scale)
    else:
        derived.setPixelSize(max(1, round(base.pixelSize() * scale)))
    derived.setBold(bold)
    return derived

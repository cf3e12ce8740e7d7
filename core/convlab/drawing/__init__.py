"""Figures, pictures and HTML from plain numbers and text, without knowledge of runs."""

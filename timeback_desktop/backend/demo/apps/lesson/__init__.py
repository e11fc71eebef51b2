"""Lesson Loft: short video lessons with questions between the chapters."""

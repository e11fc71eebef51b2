"""Tests of TimeBack Desktop; the folders mirror the package."""

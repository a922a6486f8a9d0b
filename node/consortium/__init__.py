"""Founding a consortium: its chain's first header, its validators' files, its registry, its trust anchor."""

"""Figures that are defined once, by whatever door they are asked for."""

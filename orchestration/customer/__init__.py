"""One customer on one screen."""

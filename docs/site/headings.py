"""Anchors of headings: GitHub's, but for those that begin with a digit, which the theme's scripts take for no name."""

from pymdownx.slugs import slugify

plain = slugify(case="lower")


def anchor(text, separator):
    slug = plain(text, separator)
    return f"_{slug}" if slug[:1].isdigit() else slug

"""Takes the pictures that the documentation shows: picture.py PAGE.html PICTURE.png LAYER [--dark]

The section of the network, with the layer of this number chosen, 1240 by 860 pixels.
"""

import sys

from chromium import Chromium


def main(path, picture, layer, theme=""):
    with Chromium() as browser:
        page = browser.open(path, 1240, 860, dark=theme == "--dark", reduced_motion=True)
        page.value(f"document.querySelectorAll('.node')[{int(layer)}].click()")
        page.value("document.activeElement.blur(), document.querySelector('#network').scrollIntoView()")
        page.settle()
        page.screenshot(picture)


main(*sys.argv[1:])

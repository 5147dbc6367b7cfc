#!/usr/bin/env bash
# Builds the documentation as a site with search: build-site/html/index.html. MkDocs, from PyPI, is installed into
# build-site/venv where it is missing; a link that leads nowhere fails the build.
set -euo pipefail
cd "$(dirname "$0")/.."
packages=(mkdocs==1.6.1 pymdown-extensions==10.16.1)
mkdir -p build-site
[ -x build-site/venv/bin/mkdocs ] || {
  python3 -m venv build-site/venv
  build-site/venv/bin/pip install --quiet "${packages[@]}"
}
rm -rf build-site/pages build-site/html
python3 scripts/stage-site.py build-site/pages
cp docs/site/mkdocs.yml build-site/
build-site/venv/bin/mkdocs build --quiet --strict --config-file build-site/mkdocs.yml
pages=$(find build-site/html -name '*.html' | wc -l)
[ -s build-site/html/search/search_index.json ] || { echo "the site has no search index" >&2; exit 1; }
echo "build-site/html/index.html: $pages pages with search"

#!/usr/bin/env bash
# Builds the documentation as a site with search: build-site/html/index.html. MkDocs, from PyPI, is installed into
# build-site/venv where it is missing; a link that leads nowhere fails the build. Search needs a web server.
set -euo pipefail
cd "$(dirname "$0")/.."
packages=(mkdocs==1.6.1 pymdown-extensions==10.16.1)
mkdir -p build-site
[ -x build-site/venv/bin/mkdocs ] || {
  python3 -m venv build-site/venv
  build-site/venv/bin/pip install --quiet "${packages[@]}"
}
rm -rf build-site/pages build-site/html build-site/theme
python3 scripts/stage-site.py build-site/pages
cp -r docs/site/mkdocs.yml docs/site/theme build-site/
# Not --quiet: it would keep warnings from --strict, too.
PYTHONPATH=docs/site PYTHONDONTWRITEBYTECODE=1 build-site/venv/bin/mkdocs build --strict --config-file build-site/mkdocs.yml >build-site/log 2>&1 ||
  { grep -v '^INFO' build-site/log >&2; exit 1; }
pages=$(find build-site/html -name '*.html' | wc -l)
[ -s build-site/html/search/search_index.json ] || { echo "the site has no search index" >&2; exit 1; }
echo "build-site/html: $pages pages; python3 -m http.server -d build-site/html shows them, with search"

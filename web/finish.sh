#!/usr/bin/env bash
# Makes the folder that a server hosts out of what wasm-bindgen wrote into it: names with hashes, the page, its service
# worker, and packed copies. `web/build.sh` calls it, and so does Trunk.
#
# usage: web/finish.sh FOLDER
# WASM_OPT=1 also runs Binaryen's wasm-opt, which must be on the PATH. PUBLIC_URL=https://host/path/ is where the page
# will be, for the picture that others show when they link to it. PACK=fast packs in seconds what nobody downloads.
set -euo pipefail
web=$(cd "$(dirname "$0")" && pwd)
cd "$1"
[ -f rainier-view_bg.wasm ] || { echo "web/finish.sh: $1 has no rainier-view_bg.wasm" >&2 && exit 2; }

hash() { cat "$@" | sha256sum | cut -c1-16; }

build='' files='' hashes=''
for name in rainier-view rainier-view-webgpu; do
    draw=webgl2
    [ "$name" = rainier-view ] || draw=webgpu
    [ -f "$name.js" ] || continue
    if [ -n "${WASM_OPT:-}" ]; then
        wasm-opt -Oz --all-features "${name}_bg.wasm" -o "${name}_bg.wasm"
    fi
    hash=$(hash "$name.js" "${name}_bg.wasm")
    script=$name-$hash.js module=$name-${hash}_bg.wasm
    mv "$name.js" "$script"
    mv "${name}_bg.wasm" "$module"
    hashes+=$hash
    build+=", \"$draw\": { \"script\": \"./$script\", \"module\": \"./$module\", \"bytes\": $(stat -c %s "$module") }"
    files+=", \"$draw\": [\"./$script\", \"./$module\"]"
done
cp "$web/icon.svg" .
cp "$web/../docs/images/campus.png" preview.png

crate=$(sed -n 's/^version = "\(.*\)"$/\1/p;T;q' "$web/../Cargo.toml")
version=$crate-$(echo "$hashes" | cat - "$web/index.html" "$web/sw.js" icon.svg | sha256sum | cut -c1-12)
address=${PUBLIC_URL:-./}
grep -v data-trunk "$web/index.html" |
    sed -e "s|@BUILD@|{ \"version\": \"$version\"$build }|" -e "s|@ADDRESS@|${address%/}/|" >index.html
sed -e "s|@VERSION@|$version|" -e "s|@FILES@|{ \"page\": [\"./icon.svg\"]$files }|" "$web/sw.js" >sw.js

gzip_level=9 brotli_level=11
if [ "${PACK:-}" = fast ]; then gzip_level=1 brotli_level=1; fi
for file in *.js *.wasm *.svg index.html; do
    gzip -"$gzip_level" -nkf "$file"
    if command -v brotli >/dev/null; then brotli -q "$brotli_level" -w 24 -kf "$file"; fi
done
command -v brotli >/dev/null || echo "no .br beside the files: brotli is not installed" >&2
for file in *.wasm; do
    printf '%s: %d bytes, gzip %d, brotli %s\n' "$file" "$(stat -c %s "$file")" "$(stat -c %s "$file.gz")" \
        "$(stat -c %s "$file.br" 2>/dev/null || echo -)"
done

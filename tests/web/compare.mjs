// Compares a picture with the one that is kept, and fails if too many pixels differ.
//
// usage: node tests/web/compare.mjs GOT.png KEPT.png MOST_PERCENT
// Renderers round differently, so that a few pixels along edges may differ; a blank window, a lost mesh, a
// wrong colour map or a moved camera changes far more of them.
import { readFileSync } from "node:fs";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";

const [gotPath, keptPath, most] = process.argv.slice(2);
const [got, kept] = [gotPath, keptPath].map((path) => PNG.sync.read(readFileSync(path)));
if (got.width !== kept.width || got.height !== kept.height) {
  console.error(`${got.width} x ${got.height} pixels, not ${kept.width} x ${kept.height}`);
  process.exit(1);
}
const different = pixelmatch(got.data, kept.data, null, got.width, got.height, { threshold: 0.1 });
const percent = (100 * different) / (got.width * got.height);
console.log(`${percent.toFixed(2)} % of the pixels differ from ${keptPath} (at most ${most} %)`);
process.exitCode = percent <= Number(most) ? 0 : 1;

// Compares pictures with those that are kept, and fails where one differs too much, in all or in one spot.
//
// usage: node tests/web/compare.mjs GOT KEPT
// Both are folders: the PNG files of GOT are compared with the JPEG files of KEPT by their names. Or both are PNG files.
// KEEP_PICTURES=1 keeps the pictures of GOT instead. What differs is drawn in red over the picture, beside GOT's.
//
// Kept pictures are at most 800 pixels wide, as JPEG: sixty of them are some 3 MB, and every word in them can still be read.
// A picture is packed in the same way before it is compared, so that packing makes no difference. Renderers round
// differently: a few pixels along edges may differ. A lost window, label or mesh, a wrong colour or a moved camera changes
// many pixels of one spot at least.
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import jpeg from "jpeg-js";
import { PNG } from "pngjs";

const WIDEST = 800;
const QUALITY = 82;
// A pixel differs if one of its colours does by more than this, of 255.
const STEP = 28;
// So many pixels may differ, %.
const MOST = 0.4;
// A spot differs if so many of its pixels do, %; so many spots may.
const SPOT = 16, SPOT_MOST = 22, SPOTS_MOST = 2;

// Makes a picture smaller by the mean of the pixels that fall into one; as large as it is if it is narrow enough.
export function shrink({ width, height, data }, widest = WIDEST) {
  if (width <= widest) return { width, height, data: Buffer.from(data) };
  const [w, h] = [widest, Math.round((height * widest) / width)];
  const out = Buffer.alloc(w * h * 4, 255);
  // Shares of the pixels of a line that fall into each of the smaller one.
  const parts = (from, to) => Array.from({ length: to }, (_, k) => {
    const [low, high] = [(k * from) / to, ((k + 1) * from) / to];
    const list = [];
    for (let i = Math.floor(low); i < Math.min(from, Math.ceil(high)); i += 1) {
      list.push([i, Math.min(i + 1, high) - Math.max(i, low)]);
    }
    return list;
  });
  const [columns, rows] = [parts(width, w), parts(height, h)];
  for (let y = 0; y < h; y += 1) {
    for (let x = 0; x < w; x += 1) {
      let [r, g, b, sum] = [0, 0, 0, 0];
      for (const [j, down] of rows[y]) {
        for (const [i, across] of columns[x]) {
          const [at, share] = [(j * width + i) * 4, down * across];
          r += data[at] * share;
          g += data[at + 1] * share;
          b += data[at + 2] * share;
          sum += share;
        }
      }
      const at = (y * w + x) * 4;
      out[at] = Math.round(r / sum);
      out[at + 1] = Math.round(g / sum);
      out[at + 2] = Math.round(b / sum);
    }
  }
  return { width: w, height: h, data: out };
}

export const pack = (picture) => jpeg.encode(shrink(picture), QUALITY).data;
const unpack = (bytes) => jpeg.decode(bytes, { useTArray: true, formatAsRGBA: true });

// How two pictures differ: share of pixels, spots, the worst spot, and a picture of it; or why they cannot be compared.
export function differ(got, kept) {
  if (got.width !== kept.width || got.height !== kept.height) {
    return { problem: `${got.width} x ${got.height} pixels, not ${kept.width} x ${kept.height}` };
  }
  const { width, height } = got;
  const picture = new PNG({ width, height });
  const across = Math.ceil(width / SPOT);
  const counts = new Uint16Array(across * Math.ceil(height / SPOT));
  let different = 0;
  for (let at = 0; at < width * height; at += 1) {
    const p = at * 4;
    const by = Math.max(...[0, 1, 2].map((c) => Math.abs(got.data[p + c] - kept.data[p + c])));
    const grey = (got.data[p] + got.data[p + 1] + got.data[p + 2]) / 6 + 96;
    const [r, g, b] = by > STEP ? [220, 0, 30] : [grey, grey, grey];
    picture.data.set([r, g, b, 255], p);
    if (by > STEP) {
      different += 1;
      counts[Math.floor(Math.floor(at / width) / SPOT) * across + Math.floor((at % width) / SPOT)] += 1;
    }
  }
  const shares = [...counts].map((count) => (100 * count) / (SPOT * SPOT));
  const worst = Math.max(...shares);
  const at = shares.indexOf(worst);
  return {
    percent: (100 * different) / (width * height),
    spots: shares.filter((share) => share > SPOT_MOST).length,
    worst,
    where: [(at % across) * SPOT, Math.floor(at / across) * SPOT],
    picture,
  };
}

// Compares a picture with a kept one, says how they differ and whether that is too much.
export function compare(name, got, kept, out) {
  const found = differ(got, kept);
  if (found.problem) {
    console.log(`FAIL ${name}: ${found.problem}`);
    return false;
  }
  const { percent, spots, worst, where } = found;
  const ok = percent <= MOST && spots <= SPOTS_MOST;
  console.log(`${ok ? "ok  " : "FAIL"} ${name}: ${percent.toFixed(2)} % of the pixels differ (at most ${MOST} %), ${spots} spots (at most ${
    SPOTS_MOST}), the most at ${where.join(", ")} (${worst.toFixed(0)} %)`);
  if (!ok) {
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(out, PNG.sync.write(found.picture));
    console.log(`     see ${out}`);
  }
  return ok;
}

// Compares a picture, as the bytes of a PNG file, with the one that is kept under a name, or keeps it.
export function hold(png, name, folder, out) {
  const got = pack(PNG.sync.read(png));
  const path = join(folder, `${name}.jpg`);
  if (process.env.KEEP_PICTURES) {
    mkdirSync(folder, { recursive: true });
    // A picture that looks the same stays the same file.
    const same = existsSync(path) && differ(unpack(got), unpack(readFileSync(path)));
    if (!same || same.problem || same.percent > 0) writeFileSync(path, got);
    return true;
  }
  if (!existsSync(path)) {
    console.log(`FAIL ${name}: no picture is kept; KEEP_PICTURES=1 keeps this one`);
    return false;
  }
  return compare(name, unpack(got), unpack(readFileSync(path)), join(out, `${name}-difference.png`));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [got, kept] = process.argv.slice(2);
  let ok = true;
  if (got.endsWith(".png")) {
    const [a, b] = [got, kept].map((path) => PNG.sync.read(readFileSync(path)));
    ok = compare(basename(got), a, b, got.replace(/\.png$/, "-difference.png"));
  } else {
    const names = readdirSync(got).filter((name) => /(?<!-difference)\.png$/.test(name)).map((name) => basename(name, ".png"));
    for (const name of names) ok = hold(readFileSync(join(got, `${name}.png`)), name, kept, got) && ok;
    console.log(`${names.length} pictures ${process.env.KEEP_PICTURES ? "kept" : "compared"}`);
    ok = ok && names.length > 0;
  }
  process.exitCode = ok ? 0 : 1;
}

// What the checks of the page share: a server for the built folder, a browser that renders in software, and a count.
import { createServer } from "node:http";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { chromium } from "playwright-core";

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm", ".svg": "image/svg+xml",
  ".png": "image/png", ".gz": "application/gzip", ".br": "application/octet-stream" };

// Serves `folder()` under `base` as docs/hosting.md asks: packed copies to those who take them, names with a hash for
// ever, the rest always asked for. With `plain` it serves nothing packed and says nothing about keeping.
export async function serve(folder, { base = "/", plain = false } = {}) {
  const asked = [];
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, "http://x").pathname);
    asked.push(path);
    try {
      if (!path.startsWith(base)) throw new Error(`${path} is not under ${base}`);
      const file = join(folder(), path.slice(base.length) || "index.html");
      const headers = { "content-type": TYPES[extname(file)] ?? "application/octet-stream" };
      let name = file;
      if (!plain) {
        headers["cache-control"] = /-[0-9a-f]{16}[._]/.test(file) ? "public, max-age=31536000, immutable" : "no-cache";
        headers.vary = "accept-encoding";
        if (existsSync(`${file}.gz`) && /gzip/.test(request.headers["accept-encoding"] ?? "")) {
          name = `${file}.gz`;
          headers["content-encoding"] = "gzip";
        }
      }
      const body = await readFile(name);
      response.writeHead(200, { ...headers, "content-length": body.length });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address();
  return {
    address: `http://127.0.0.1:${port}${base}`,
    asked,
    close: () => new Promise((closed) => {
      server.close(closed);
      server.closeAllConnections();
    }),
    // The same address again, after it was closed.
    reopen: () => new Promise((ready) => server.listen(port, "127.0.0.1", ready)),
  };
}

export const launch = (...flags) => chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--enable-unsafe-swiftshader", "--use-angle=swiftshader",
    "--ignore-gpu-blocklist", ...flags],
});

export const SMALL = { width: 640, height: 360 };
// A scale at which frames take software half the time and panels and hands have the same places: for what is not looked at.
export const HALF = 0.5;

// Waits until the twin of a page ticks; fails with what the page says if it shows a problem.
export async function ready(page, seconds = 180) {
  await page.waitForFunction(() => {
    if (document.querySelector("#problem")?.dataset.shown === "true") {
      throw new Error(document.querySelector("#report").textContent);
    }
    return document.querySelector("#loading")?.dataset.shown === "false" && window.rainier?.state()?.tick > 0;
  }, null, { timeout: seconds * 1e3 });
}

export const state = (page) => page.evaluate(() => window.rainier.state());

// Waits until a function of the page is true, or promises to be.
export async function until(page, what, argument = null, seconds = 60) {
  for (const end = Date.now() + seconds * 1e3; ;) {
    const is = await page.evaluate(what, argument);
    if (is) return is;
    if (Date.now() > end) throw new Error(`not so within ${seconds} s: ${what}`);
    await new Promise((next) => setTimeout(next, 100));
  }
}

// Waits until so many more frames are drawn.
export const frames = async (page, count) => {
  const { frame } = await state(page);
  await until(page, (last) => window.rainier.state().frame >= last, frame + count, 180);
};

// Counts checks; `done` prints the count and sets the exit code.
export function checks() {
  let passed = 0, failed = 0;
  return {
    check(what, ok, found = "") {
      if (ok) passed += 1; else failed += 1;
      console.log(`${ok ? "ok  " : "FAIL"} ${what}${ok ? "" : ` (found ${found})`}`);
    },
    done() {
      console.log(`${passed} passed, ${failed} failed`);
      // Not when nothing is left to do: a server that a failed check has left open would wait for ever.
      process.exit(failed === 0 ? 0 : 1);
    },
  };
}

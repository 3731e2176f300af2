// What a page meets in the wild: servers of every kind, no connection, a new version, a lost context, a hidden tab, odd
// windows, wrong files, the highest speed, and a panic.
//
// usage: node tests/web/robust.mjs DIST [ONLY]
// ONLY is a part of the name of the groups to run.
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SMALL, checks, launch, ready, serve, state, until } from "./browser.mjs";

const [dist, only = ""] = process.argv.slice(2);
const { check, done } = checks();
const browser = await launch();
const shown = (page, id) => page.getAttribute(`#${id}`, "data-shown").then((is) => is === "true");
const sleep = (seconds) => new Promise((over) => setTimeout(over, seconds * 1e3));

// Opens the page in a window of its own, with its own stores; says what scripts did wrong at its end.
async function open(address, { viewport = SMALL, wait = true, before, ...options } = {}) {
  const context = await browser.newContext({ viewport, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.problems = [];
  page.on("pageerror", (error) => { if (!/control flow/.test(String(error))) page.problems.push(String(error)); });
  if (process.env.VERBOSE) page.on("console", (message) => console.log(message.text()));
  if (before) await page.addInitScript(before);
  await page.goto(address);
  if (wait) await ready(page);
  return page;
}
// Waits until the service worker has kept a version.
const keptVersion = (page, version) => until(page, async (version) => {
  const names = await caches.keys();
  const registration = await navigator.serviceWorker.getRegistration();
  if (registration?.active?.state !== "activated" || registration.installing || registration.waiting) return false;
  if (!navigator.serviceWorker.controller) return false;
  const store = names.find((name) => name.includes(version));
  return !!store && !!(await (await caches.open(store)).match("./"));
}, version, 90);

const groups = {
  async "hosting under a path"() {
    const server = await serve(() => dist, { base: "/some/deep/path/" });
    const page = await open(server.address, {
      before: () => {
        window.streamed = [];
        const own = WebAssembly.instantiateStreaming;
        WebAssembly.instantiateStreaming = async (...args) => {
          const done = await own.apply(WebAssembly, args);
          window.streamed.push(done.instance instanceof WebAssembly.Instance);
          return done;
        };
        window.percents = [];
        document.addEventListener("DOMContentLoaded", () => new MutationObserver(() =>
          window.percents.push(Number(document.querySelector("#track").getAttribute("aria-valuenow"))))
          .observe(document.querySelector("#track"), { attributes: true, attributeFilter: ["aria-valuenow"] }));
      },
    });
    check("every address is relative", server.asked.every((path) => path.startsWith("/some/deep/path/") || path === "/favicon.ico"), server.asked);
    check("the module is compiled while it streams", (await page.evaluate(() => window.streamed)).join() === "true", await page.evaluate(() => window.streamed));
    const percents = await page.evaluate(() => window.percents);
    check("the progress of a packed module goes up to the end", percents.length > 3 && percents.at(-1) === 100
      && percents.every((p, k) => k === 0 || p >= percents[k - 1]) && percents.filter((p) => p >= 100).length < percents.length / 2 + 2, percents);
    for (const [what, selector, attribute] of [["language", "html", "lang"], ["description", "meta[name=description]", "content"],
      ["picture for links", "meta[property='og:image']", "content"], ["colour of the frame", "meta[name=theme-color]", "content"],
      ["icon", "link[rel=icon]", "href"], ["name of the canvas", "canvas", "aria-label"]]) {
      check(`the page has a ${what}`, (await page.getAttribute(selector, attribute))?.length > 1);
    }
    await until(page, () => /megawatts/.test(document.querySelector("#summary").textContent));
    const said = await page.textContent("#summary");
    check("a screen reader finds the state in words", /PUE 1\.\d+/.test(said) && /live chips/.test(said), said);
    check("no script error", page.problems.length === 0, page.problems.join("; "));
    await page.context().close();
    await server.close();
  },

  async "a server that does not compress"() {
    const server = await serve(() => dist, { plain: true });
    const page = await open(server.address);
    check("the page takes the packed module", server.asked.some((path) => path.endsWith(".wasm.gz")), server.asked);
    await page.context().close();
    await server.close();
  },

  async "no connection, and a new version"() {
    const other = await mkdtemp(join(tmpdir(), "rainier-web-"));
    let folder = dist;
    const server = await serve(() => folder);
    const page = await open(server.address);
    const version = await page.evaluate(() => window.rainier.version);
    await keptVersion(page, version);
    const before = server.asked.filter((path) => path.endsWith(".wasm")).length;
    check("the first visit downloads the module once", before === 1, before);
    await server.close();
    await page.context().setOffline(true);
    await page.reload();
    await ready(page);
    check("the page works without a connection", (await state(page)).live_chips === 1048576);
    await page.context().setOffline(false);

    // The same files under other names: a new version, as a build makes it.
    await cp(dist, other, { recursive: true });
    const next = version.replace(/.$/, (last) => (last === "0" ? "1" : "0"));
    const hash = (await readdir(dist)).find((name) => /^rainier-view-[0-9a-f]{16}\.js$/.test(name)).slice(13, 29);
    const nextHash = [...hash].reverse().join("");
    for (const name of await readdir(other)) {
      if (name.includes(hash)) {
        await cp(join(other, name), join(other, name.replace(hash, nextHash)));
        await rm(join(other, name));
      }
    }
    for (const name of ["index.html", "sw.js"]) {
      const text = (await readFile(join(other, name), "utf8")).replaceAll(version, next).replaceAll(hash, nextHash);
      await writeFile(join(other, name), text);
      await rm(join(other, `${name}.gz`));
      await rm(join(other, `${name}.br`), { force: true });
    }
    folder = other;
    await server.reopen();
    server.asked.length = 0;
    await page.reload();
    await ready(page);
    check("a page that was open keeps its version whole", await page.evaluate(() => window.rainier.version) === version
      && !server.asked.some((path) => path.includes(hash)), server.asked);
    await keptVersion(page, next);
    await page.reload();
    await ready(page);
    check("the next page is the new version", await page.evaluate(() => window.rainier.version) === next);
    await until(page, async (version) => !(await caches.keys()).some((name) => name.includes(version)), version);
    check("the version before is forgotten", true);
    check("no script error", page.problems.length === 0, page.problems.join("; "));
    await page.context().close();
    await server.close();
    await rm(other, { recursive: true });
  },

  async "a lost graphics context"() {
    const server = await serve(() => dist);
    const page = await open(`${server.address}?kept`);
    await page.evaluate(() => document.querySelector("canvas").getContext("webgl2").getExtension("WEBGL_lose_context").loseContext());
    await page.waitForSelector("#problem[data-shown=true]", { timeout: 30_000 });
    const [title, text, report] = [await page.textContent("#problem-title"), await page.textContent("#problem"), await page.textContent("#report")];
    check("a lost context is named, with what to do", /took the graphics away/.test(title) && /reload this one/.test(text), text);
    check("the report has version and browser", /version: \d/.test(report) && /browser: Mozilla/.test(report), report);
    const held = await state(page);
    await sleep(3);
    check("nothing ticks unseen", (await state(page)).tick === held.tick, (await state(page)).tick);
    await page.click("#reload");
    await page.waitForLoadState();
    await ready(page);
    check("a reload draws again, at the same address", page.url().replace(/#.*/, "").endsWith("?kept") && !(await shown(page, "problem")), page.url());
    await page.context().close();
    await server.close();
  },

  async "a page that nobody sees"() {
    const server = await serve(() => dist);
    const page = await open(server.address, {
      before: () => {
        window.skew = 0;
        const now = performance.now.bind(performance);
        performance.now = () => now() + window.skew;
        // A browser draws no frames of a hidden page.
        const frame = window.requestAnimationFrame.bind(window);
        const waiting = [];
        window.requestAnimationFrame = (callback) => (document.hidden ? waiting.push(callback) : frame(callback));
        window.hide = (hidden) => {
          Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
          Object.defineProperty(document, "visibilityState", { configurable: true, get: () => (hidden ? "hidden" : "visible") });
          document.dispatchEvent(new Event("visibilitychange"));
          if (!hidden) waiting.splice(0).forEach((callback) => frame(callback));
        };
      },
    });
    await page.evaluate(() => window.hide(true));
    await sleep(2);
    const asleep = await state(page);
    await sleep(4);
    const still = await state(page);
    check("a hidden page draws no frame", still.frame === asleep.frame, `${still.frame - asleep.frame} frames`);
    check("a hidden page takes no tick", still.tick === asleep.tick, `${still.tick - asleep.tick} ticks`);
    await page.evaluate(() => { window.skew = 3_600_000; window.hide(false); });
    await until(page, (frame) => window.rainier.state().frame > frame + 3, still.frame);
    await sleep(2);
    const awake = await state(page);
    check("it wakes and goes on", awake.tick > still.tick && !awake.paused, JSON.stringify(awake));
    // At 600 times real time an hour would be 36,000 ticks of 60 s; what was due in these seconds is a few dozen.
    check("it does not make up for the hour", awake.tick - still.tick < 300, `${awake.tick - still.tick} ticks`);
    check("the energy ledger still closes", awake.worst_imbalance < 1e-9, awake.worst_imbalance);
    check("no script error", page.problems.length === 0, page.problems.join("; "));
    await page.context().close();
    await server.close();
  },

  async "windows of every size and scale"() {
    const server = await serve(() => dist);
    const fits = (page) => until(page, () => {
      const canvas = document.querySelector("canvas");
      const box = canvas.getBoundingClientRect();
      return Math.abs(canvas.width - box.width * devicePixelRatio) <= 1.5 && Math.abs(canvas.height - box.height * devicePixelRatio) <= 1.5;
    }, null, 60).then(() => true, () => false);
    const pixels = (page) => page.evaluate(() => [document.querySelector("canvas").width, document.querySelector("canvas").height, devicePixelRatio]);
    const frames = async (page, count) => {
      const { frame } = await state(page);
      await until(page, (last) => window.rainier.state().frame >= last, frame + count, 120);
    };
    // Clicks in the close view of a rack, where nothing lies over it.
    const clicked = async (page, x, y) => {
      await page.evaluate(() => { window.rainier.pause(true); window.rainier.select("B03/H2/R12/K07"); });
      await until(page, () => window.rainier.state().selection === "B03/H2/R12/K07");
      await sleep(6);
      await frames(page, 5);
      await page.mouse.move(x, y);
      await frames(page, 2);
      await page.mouse.down();
      await frames(page, 2);
      await page.mouse.up();
      await until(page, () => window.rainier.state().selection !== "B03/H2/R12/K07", null, 20).catch(() => {});
      return (await state(page)).selection ?? "";
    };
    const page = await open(server.address);
    for (const [width, height] of [[200, 150], [2560, 1440], [360, 640], [640, 360]]) {
      await page.setViewportSize({ width, height });
      check(`the picture fills ${width} x ${height}`, await fits(page), await pixels(page));
      await frames(page, 2);
    }
    const met = [await clicked(page, 180, 150)];
    check("a click meets a rack", /^B03\/H2\/R\d\d\/K\d\d/.test(met[0]), met[0]);
    // Zooming a page makes it smaller in its own pixels, and these larger.
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Emulation.setDeviceMetricsOverride", { width: 512, height: 288, deviceScaleFactor: 1.25, mobile: false });
    check("the picture fills a page zoomed to 125 %", await fits(page) && (await pixels(page))[0] === 640, await pixels(page));
    const zoomed = await clicked(page, 144, 120);
    check("and a click meets a rack there", /^B03\/H2\/R\d\d\/K\d\d/.test(zoomed), zoomed);
    check("no script error", page.problems.length === 0, page.problems.join("; "));
    await page.context().close();
    for (const [deviceScaleFactor, ratio] of [[1.25, 1.25], [0.8, 0.8], [2, 1.5]]) {
      const scaled = await open(server.address, { deviceScaleFactor });
      const [width, height] = await pixels(scaled);
      check(`at a scale of ${deviceScaleFactor} a pixel of the page has ${ratio}`, width === 640 * ratio && height === 360 * ratio, `${width} x ${height}`);
      met.push(await clicked(scaled, 180, 150));
      await scaled.context().close();
    }
    check("the same spot of the page meets the same rack at every scale", met.every((place) => place.slice(0, 14) === met[0].slice(0, 14)), met);
    await server.close();
  },

  async "the highest speed, and wrong files"() {
    const server = await serve(() => dist);
    const page = await open(server.address);
    await page.evaluate(() => window.rainier.speed(10_000));
    await until(page, () => window.rainier.state().speed === 10_000);
    const before = await state(page);
    await sleep(10);
    const after = await state(page);
    check("at 10,000 times real time the picture goes on", after.frame - before.frame > 3, `${after.frame - before.frame} frames in 10 s`);
    check("and the simulation does", after.tick > before.tick + 5, `${after.tick - before.tick} ticks in 10 s`);
    const asked = Date.now();
    await page.evaluate(() => window.rainier.setOverlay("power"));
    await until(page, () => window.rainier.state().overlay === "power");
    check("and the page answers within 3 s", Date.now() - asked < 3_000, `${Date.now() - asked} ms`);
    await page.evaluate(() => window.rainier.speed(600));

    const name = (await state(page)).scenario;
    for (const [what, text, says] of [["with an unknown field", "(format: 1, nonsense: 2)", "E0102"], ["that is no RON", "{{{", "E0"],
      ["of nothing", "", "E0"], ["that names a missing site", '(format: 1, name: "x", about: "", site: "builtin:nowhere", start: "2026-07-24T00:00", days: 1)', "E0"]]) {
      await page.evaluate((text) => window.rainier.loadScenario(text).catch(() => {}), text);
      await until(page, (says) => window.rainier.state().message.includes(says), says);
      const then = await state(page);
      await until(page, (tick) => window.rainier.state().tick > tick + 1, then.tick);
      check(`a scenario ${what} says what is wrong and the old one runs on`, then.scenario === name && then.tick > 0, JSON.stringify(then));
      await page.evaluate(() => window.rainier.setOverlay("temperature"));
      await until(page, () => window.rainier.state().message === "");
    }
    check("no script error", page.problems.length === 0, page.problems.join("; "));
    await page.context().close();
    await server.close();
  },

  async "a panic"() {
    const server = await serve(() => dist);
    const early = await open(server.address, { wait: false, before: () => { window.matchMedia = () => null; } });
    await early.waitForSelector("#problem[data-shown=true]", { timeout: 120_000 });
    const text = await early.textContent("#problem-text");
    check("a panic at the start is shown with its message", /panicked at/.test(text), text);
    await early.context().close();
    const page = await open(server.address);
    // A ratio that no screen has breaks an assertion of the event loop.
    await page.evaluate(() => Object.defineProperty(window, "devicePixelRatio", { configurable: true, get: () => 0 }));
    await page.mouse.move(100, 100);
    await page.mouse.move(150, 150, { steps: 5 });
    await page.waitForSelector("#problem[data-shown=true]", { timeout: 60_000 });
    const [said, advice, report] = [await page.textContent("#problem-text"), await page.textContent("#problem-advice"), await page.textContent("#report")];
    check("a panic while it runs is shown with its message", /panicked at/.test(said), said);
    check("with what to do", /[Rr]eload/.test(advice) && /copy the report/.test(advice), advice);
    check("and what to send: message, version, browser, state", /message: panicked at/.test(report) && /version: \d/.test(report)
      && /browser: Mozilla/.test(report) && /"tick":\d/.test(report), report);
    check("Reload has the focus", await page.evaluate(() => document.activeElement.id) === "reload");
    check("a script still gets the last state", (await state(page)).tick > 0);
    await page.context().close();
    await server.close();
  },
};

try {
  for (const [name, group] of Object.entries(groups)) {
    if (!name.includes(only)) continue;
    console.log(`-- ${name}`);
    await group().catch((error) => check(`${name}: ends`, false, error.stack));
  }
} finally {
  await browser.close();
}
done();

// The page with both modules (dist/) in browsers that have WebGPU and in those that have it half: which module is taken,
// whether it says and shows the same as the other, and that what fails at the start falls back to WebGL2.
//
// usage: node tests/web/webgpu.mjs DIST NATIVE_DIGEST [PICTURES]
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hold } from "./compare.mjs";
import { checks, frames, launch, ready, serve, state, until } from "./browser.mjs";

const [dist, nativeDigest, folder] = process.argv.slice(2);
const out = folder ?? await mkdtemp(join(tmpdir(), "rainier-webgpu-"));
mkdirSync(out, { recursive: true });
const KEPT = new URL("../golden/web", import.meta.url).pathname;
const { check, done } = checks();
const server = await serve(() => dist);
const problems = [];

// Chromium draws WebGPU in software only where all of its graphics go through Vulkan; without that it has an adapter, but
// nothing that it draws can be shown.
const HALF = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
const WHOLE = [...HALF, "--enable-features=Vulkan", "--use-vulkan=swiftshader"];
// What a GPU would say.
const asGpu = () => Object.defineProperty(GPUAdapterInfo.prototype, "isFallbackAdapter", { get: () => false });

async function open(browser, { query = "", gpu = false, settings = {} } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, reducedMotion: "reduce", ...settings });
  const page = await context.newPage();
  page.on("pageerror", (error) => { if (!/control flow/.test(String(error))) problems.push(String(error)); });
  page.on("console", (message) => { if (process.env.VERBOSE) console.log(message.text()); });
  if (gpu) await page.addInitScript(asGpu);
  server.asked.length = 0;
  await page.goto(server.address + query);
  await ready(page);
  return page;
}
const drawn = (page) => page.evaluate(() => window.rainier.drawnWith);
const asked = (what) => server.asked.some((path) => what.test(path));
async function run(page, name, ticks, change = (text) => text) {
  const text = change(await readFile(`assets/scenarios/${name}.ron`, "utf8"));
  await page.evaluate((text) => window.rainier.loadScenario(text), text);
  const title = /name: "([^"]*)"/.exec(text)[1];
  await until(page, (title) => window.rainier.state().scenario === title && window.rainier.state().tick === 0, title);
  await page.evaluate((ticks) => window.rainier.run(ticks), ticks);
}

try {
  let browser = await launch(...WHOLE);
  let page = await open(browser, { gpu: true });
  check("a browser with WebGPU draws with it", (await drawn(page)) === "webgpu", await drawn(page));
  check("and loads the module for it alone", asked(/webgpu-.*\.wasm/) && !asked(/view-[0-9a-f]{16}_bg\.wasm/), server.asked.join(" "));
  await page.evaluate(() => window.rainier.pause(true));
  // The picture that tests/web/walk.mjs keeps of the site, drawn with WebGL2.
  await run(page, "default", 5, (text) => text.replace("T00:00:00", "T09:00:00"));
  await page.keyboard.press("Home");
  await frames(page, 6);
  await page.waitForTimeout(2_000);
  await frames(page, 3);
  const site = await page.screenshot();
  writeFileSync(join(out, "site.png"), site);
  check("the site looks as it does with WebGL2", hold(site, "site", KEPT, out), `see ${out}`);
  await run(page, "lab-day", 60);
  const digest = await page.evaluate(() => window.rainier.digest());
  check("the digest is the native one", digest === nativeDigest, digest);
  // After the first visit it opens without a connection, with the same module.
  await until(page, async () => {
    const names = await caches.keys();
    const lists = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)));
    return !!navigator.serviceWorker.controller && lists.flat().some((url) => /webgpu-.*\.wasm/.test(url));
  });
  await server.close();
  await page.reload();
  await ready(page);
  check("it opens without a connection, with WebGPU", (await drawn(page)) === "webgpu", await drawn(page));
  await server.reopen();
  await page.context().close();

  page = await open(browser, { gpu: true, query: "?draw=webgl2" });
  check("?draw=webgl2 asks for the other", (await drawn(page)) === "webgl2" && !asked(/webgpu-/), server.asked.join(" "));
  await page.context().close();
  page = await open(browser);
  check("an adapter in software is not taken", (await drawn(page)) === "webgl2", await drawn(page));
  await page.context().close();
  page = await open(browser, { query: "?draw=webgpu" });
  check("unless it is asked for", (await drawn(page)) === "webgpu", await drawn(page));
  await browser.close();

  browser = await launch(...HALF);
  page = await open(browser, { gpu: true, query: "#1&a=builtin:lab-day&t=120" });
  check("WebGPU that fails at the start gives way to WebGL2", (await drawn(page)) === "webgl2", await drawn(page));
  check("and the address keeps what it shows", (await state(page)).scenario.length > 0 && page.url().includes("builtin:lab-day"), page.url());
  await page.reload();
  await ready(page);
  check("as long as the tab is open", (await drawn(page)) === "webgl2", await drawn(page));
  await browser.close();
  check("no script error", problems.length === 0, problems.join("; "));
} finally {
  await server.close().catch(() => {});
}
done();

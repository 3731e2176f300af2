// Measures the page under software rendering: where the time to the first picture goes, frames a second of the complete
// campus at its first view with the simulation running, what a tick takes, and what share of a frame it is.
//
// usage: node tests/web/speed.mjs DIST [SECONDS]
// Prints numbers; docs/hosting.md says what was seen. Nothing else should run beside it; where something does, the times of
// the processor still tell what a free machine would do.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { SMALL, launch, ready, serve, state, until } from "./browser.mjs";

const [dist, seconds = "20"] = process.argv.slice(2);
const server = await serve(() => dist);
const browser = await launch();
// Seconds of the processor so far: of the page's process, and of the one that renders for the graphics interface.
const system = await browser.newBrowserCDPSession();
async function spent() {
  const { processInfo } = await system.send("SystemInfo.getProcessInfo");
  const of = (kind) => processInfo.filter(({ type }) => type === kind).reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  return { page: of("renderer"), graphics: of("GPU") };
}
const row = (what, value, unit) => console.log(`${what.padEnd(52)} ${value.toFixed(unit === "frames/s" ? 1 : 2).padStart(9)} ${unit}`);
try {
  for (const name of readdirSync(dist).filter((name) => name.endsWith(".wasm"))) {
    for (const packed of ["", ".gz", ".br"].filter((packed) => existsSync(join(dist, name + packed)))) {
      row(`${name.replace(/-[0-9a-f]{16}/, "")}${packed}`, statSync(join(dist, name + packed)).size / 1e6, "MB");
    }
  }
  const page = await browser.newPage({ viewport: SMALL });
  await page.goto(server.address);
  await ready(page);
  const marks = await page.evaluate(() => Object.fromEntries(performance.getEntriesByType("mark").map((m) => [m.name, m.startTime])));
  row("from the address to the end of the download", marks["rainier:downloaded"] / 1e3, "s");
  row("from there until the module is compiled and started", (marks["rainier:instantiated"] - marks["rainier:downloaded"]) / 1e3, "s");
  row("from there until the third frame and first tick", (marks["rainier:ready"] - marks["rainier:instantiated"]) / 1e3, "s");
  row("from the end of the download to the first picture", (marks["rainier:ready"] - marks["rainier:downloaded"]) / 1e3, "s");
  const started = await spent();
  row("of the processor until then: the page", started.page, "s");
  row("of the processor until then: graphics", started.graphics, "s");

  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable");
  const work = async () => Object.fromEntries((await devtools.send("Performance.getMetrics")).metrics.map((m) => [m.name, m.value]));
  // Frames, ticks and work of the page's thread in some time.
  async function measure(span_s) {
    const [a, from, before, then] = [await state(page), await work(), await spent(), Date.now()];
    await page.waitForTimeout(span_s * 1e3);
    const [b, to, after, now] = [await state(page), await work(), await spent(), Date.now()];
    const [span, frames] = [(now - then) / 1e3, b.frame - a.frame];
    return {
      fps: frames / span,
      ticks: (b.tick - a.tick) / span,
      busy: (to.TaskDuration - from.TaskDuration) / span,
      page_ms: (1e3 * (after.page - before.page)) / frames,
      graphics_ms: (1e3 * (after.graphics - before.graphics)) / frames,
    };
  }
  await page.waitForTimeout(5_000);
  const running = await measure(Number(seconds));
  await page.evaluate(() => window.rainier.pause(true));
  await until(page, () => window.rainier.state().paused);
  const paused = await measure(Number(seconds) / 2);
  const ticks = [];
  for (let k = 0; k < 5; k += 1) ticks.push((await page.evaluate(() => window.rainier.run(10))).tick_ms);
  const tick_ms = ticks.sort((a, b) => a - b)[2];
  row("frames, simulation running", running.fps, "frames/s");
  row("frames, simulation standing", paused.fps, "frames/s");
  row("a frame", 1e3 / running.fps, "ms");
  row("ticks in a frame", running.ticks / running.fps, "");
  row("a tick of the complete campus", tick_ms, "ms");
  row("of a frame: ticks", (100 * tick_ms * running.ticks) / 1e3, "%");
  row("of a frame: all work of the page's thread", 100 * running.busy, "%");
  row("of the processor for a frame with its ticks: the page", running.page_ms, "ms");
  row("of the processor for a frame with its ticks: graphics", running.graphics_ms, "ms");
  row("of the processor for a frame standing: the page", paused.page_ms, "ms");
  row("of the processor for a frame standing: graphics", paused.graphics_ms, "ms");
} finally {
  await browser.close();
  await server.close();
}

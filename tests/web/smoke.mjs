// Loads the built page (dist/) in Chromium, waits until the twin ticks, selects by script and by a click,
// compares the digest with the native one, and checks that the picture is not blank.
//
// usage: node tests/web/smoke.mjs DIST SCENARIO.ron TICKS NATIVE_DIGEST [PICTURE.png]
import { readFile } from "node:fs/promises";
import { SMALL, checks, launch, ready, serve } from "./browser.mjs";

const [dist, scenario, ticks, nativeDigest, picture] = process.argv.slice(2);
const server = await serve(() => dist);
const browser = await launch();
const { check, done } = checks();

try {
  const page = await browser.newPage({ viewport: SMALL });
  const problems = [];
  page.on("pageerror", (error) => { if (!/control flow/.test(String(error))) problems.push(String(error)); });
  page.on("console", (message) => { if (process.env.VERBOSE) console.log(message.text()); });
  const started = Date.now();
  await page.goto(server.address);
  await ready(page);
  console.log(`ready after ${((Date.now() - started) / 1000).toFixed(1)} s`);
  const first = await page.evaluate(() => window.rainier.state());
  check("the default campus is loaded", first.live_chips === 1048576, first.live_chips);
  check("the energy ledger closes", first.worst_imbalance < 1e-9, first.worst_imbalance);
  check("the page shows no problem", (await page.getAttribute("#problem", "data-shown")) !== "true");

  const shot = await page.screenshot(picture ? { path: picture } : {});
  check("the picture is not blank", shot.length > 20_000, `${shot.length} bytes`);

  await page.evaluate(() => window.rainier.pause(true));
  await page.evaluate(() => window.rainier.select("B03/H2/R12/K07"));
  await page.evaluate(() => window.rainier.setOverlay("power"));
  await page.waitForFunction(() => window.rainier.state().selection === "B03/H2/R12/K07", null, { timeout: 60_000 });
  const selected = await page.evaluate(() => window.rainier.state());
  check("a script selects a rack", selected.selection === "B03/H2/R12/K07", selected.selection);
  check("a script sets the overlay", selected.overlay === "power", selected.overlay);
  // The camera flies to the rack; a click in the middle of the free view then meets it or a neighbour.
  await page.waitForTimeout(9_000);
  await page.mouse.move(170, 185);
  await page.waitForTimeout(1_500);
  await page.mouse.down();
  await page.waitForTimeout(1_500);
  await page.mouse.up();
  await page.waitForFunction(() => window.rainier.state().selection !== "B03/H2/R12/K07", null, { timeout: 60_000 }).catch(() => {});
  const clicked = await page.evaluate(() => window.rainier.state().selection);
  check("a click selects a rack or chip", /^B03\/H2\/R\d\d\/K\d\d/.test(clicked ?? ""), clicked);
  if (picture) await page.screenshot({ path: picture.replace(".png", "-rack.png") });

  // Windows open by script; without a workload the list of jobs says how to get one.
  const settled = async (what, ...rest) => page.waitForFunction(what, ...rest, { timeout: 60_000 });
  for (const part of ["jobs", "growth", "money", "keys"]) {
    await page.evaluate((part) => window.rainier.show(part, true), part);
    await settled((part) => window.rainier.state().shown.includes(part), part);
    check(`a script opens ${part}`, true);
    await page.evaluate((part) => window.rainier.show(part, false), part);
  }
  await page.evaluate(() => window.rainier.timeline("2025-06-12"));
  await settled(() => window.rainier.state().timeline === "2025-06-12", null);
  await page.waitForTimeout(3_000);
  const half = await page.screenshot();
  await page.evaluate(() => window.rainier.timeline("2024-06-01"));
  await settled(() => window.rainier.state().timeline === "2024-06-01", null);
  await page.waitForTimeout(3_000);
  const ground = await page.screenshot();
  check("the campus on another date looks different", !half.equals(ground));
  await page.evaluate(() => window.rainier.timeline("June"));
  await settled(() => window.rainier.state().message.includes("2025-06-12"), null);
  check("a wrong date says what is allowed", true);
  await page.evaluate(() => window.rainier.timeline());
  await settled(() => window.rainier.state().timeline === null, null);
  check("the timeline goes back to now", true);

  const refused = await page.evaluate(() => window.rainier.loadScenario("(format: 1, nonsense: 2)").then(() => "", (error) => error.message));
  check("a wrong scenario is refused to whoever asked", refused.includes("E0102") && refused.includes("nonsense"), refused);
  await page.waitForFunction(() => window.rainier.state().message.includes("E0102"), null, { timeout: 60_000 });
  check("a wrong scenario is refused with its errors", true);
  await page.evaluate((text) => window.rainier.loadScenario(text), await readFile(scenario, "utf8"));
  await page.waitForFunction(() => window.rainier.state().tick === 0, null, { timeout: 60_000 });
  await page.evaluate((n) => window.rainier.run(n), Number(ticks));
  const state = await page.evaluate(() => window.rainier.state());
  check("the scenario ran as far as asked", state.tick === Number(ticks), state.tick);
  const digest = await page.evaluate(() => window.rainier.digest());
  check("the digest is the native one", digest === nativeDigest, digest);
  // A scenario with a workload: its jobs colour the racks.
  await page.evaluate(() => window.rainier.select(""));
  await page.evaluate((text) => window.rainier.loadScenario(text), await readFile("assets/scenarios/lab-jobs.ron", "utf8"));
  await settled(() => (window.rainier.state().jobs?.running ?? 0) > 0, null);
  const jobs = await page.evaluate(() => window.rainier.run(5));
  check("jobs run on the page", jobs.jobs.running > 0, JSON.stringify(jobs.jobs));
  await page.evaluate(() => window.rainier.select("B01"));
  await settled(() => window.rainier.state().selection === "B01", null);
  await page.waitForTimeout(5_000);
  // Above the legend, which changes in any case.
  const racks = { clip: { x: 0, y: 60, width: 420, height: 118 } };
  const byPower = await page.screenshot(racks);
  await page.evaluate(() => window.rainier.setOverlay("job"));
  await settled(() => window.rainier.state().overlay === "job", null);
  await page.waitForTimeout(2_000);
  check("the job overlay changes the picture", !byPower.equals(await page.screenshot(racks)));
  if (picture) await page.screenshot({ path: picture.replace(".png", "-jobs.png") });
  // Losing the grid: racks live on their batteries, and after half a minute gensets carry them.
  const scenarioText = (await readFile(scenario, "utf8")).replace("tick_s: 60", "tick_s: 1").replace(/events: \[[^]*\],/, "events: [],");
  await page.evaluate((text) => window.rainier.loadScenario(text), scenarioText);
  await page.waitForFunction(() => window.rainier.state().tick === 0, null, { timeout: 60_000 });
  await page.evaluate(() => window.rainier.run(30));
  await page.evaluate(() => window.rainier.event("OpenFeed", "utility"));
  const lost = await page.evaluate(() => window.rainier.run(5));
  check("without the grid racks live on batteries", lost.grid_power_w === 0 && lost.battery_power_w < -1e6, JSON.stringify(lost));
  const carried = await page.evaluate(() => window.rainier.run(60));
  check("and then on gensets", carried.genset_power_w > 1e6 && carried.dark_racks === 0, JSON.stringify(carried));
  await page.evaluate(() => window.rainier.event("OpenFeed", "nowhere"));
  await page.waitForFunction(() => window.rainier.state().message.includes("nowhere"), null, { timeout: 60_000 });
  check("a wrong event says what is allowed", true);
  const bare = await browser.newPage();
  await bare.addInitScript(() => {
    const own = HTMLCanvasElement.prototype.getContext;
    HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
      return /webgl|webgpu/.test(kind) ? null : own.call(this, kind, ...rest);
    };
  });
  await bare.goto(server.address);
  await bare.waitForSelector("#problem[data-shown=true]", { timeout: 30_000 }).catch(() => {});
  const said = await bare.textContent("#problem-text");
  check("without WebGL2 the page says so plainly", /no WebGL2/.test(said), said);
  await bare.close();
  check("no script error", problems.length === 0, problems.join("; "));
} finally {
  await browser.close();
  await server.close();
}
done();

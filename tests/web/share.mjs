// Links and the editor of the built page (dist/) in Chromium: a view's link, opened in a second page, shows the same
// scenario, time, place, camera, colours and windows; wrong links say what is wrong; what is not saved comes back.
//
// usage: node tests/web/share.mjs DIST [PICTURES]
import { readFile } from "node:fs/promises";
import { checks, launch, ready, serve, state, until } from "./browser.mjs";

const [dist, pictures] = process.argv.slice(2);
const server = await serve(() => dist);
const browser = await launch();
const { check, done } = checks();
const link = (page) => page.evaluate(() => window.rainier.link());
const picture = async (page, name) => { if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` }); };

try {
  const context = await browser.newContext({ reducedMotion: "reduce", viewport: { width: 1000, height: 640 } });
  const problems = [];
  const open = async (address) => {
    const page = await context.newPage();
    page.on("pageerror", (error) => { if (!/control flow/.test(String(error))) problems.push(String(error)); });
    page.on("console", (message) => { if (process.env.VERBOSE) console.log(message.text()); });
    await page.goto(address);
    await ready(page);
    return page;
  };

  // A view worth a link: a scenario's text, half an hour in, a rack looked at, other colours, two windows.
  const first = await open(server.address);
  const text = (await readFile("assets/scenarios/lab-day.ron", "utf8")).replace(/name: "[^"]*"/, 'name: "My own day"');
  await first.evaluate((text) => window.rainier.loadScenario(text), text);
  await until(first, () => window.rainier.state().scenario === "My own day");
  await first.evaluate(() => window.rainier.run(30));
  await first.evaluate(() => {
    window.rainier.select("B01/H1/R02/K03");
    window.rainier.setOverlay("inlet");
    window.rainier.show("money");
    window.rainier.show("editor");
    window.rainier.speed(120);
  });
  await until(first, () => window.rainier.state().selection === "B01/H1/R02/K03" && window.rainier.state().shown.includes("editor"));
  await first.waitForTimeout(2_000);
  const before = await state(first);
  const address = await link(first);
  check("a link begins with the page's address", address.startsWith(`${server.address}#1&a=z.`), address.slice(0, 80));
  check("a link of a scenario's text is short enough to send", address.length < 2_000, address.length);
  await picture(first, "editor");

  const second = await open(address);
  await until(second, (time) => window.rainier.state().time_s >= time, before.time_s);
  await second.waitForTimeout(1_000);
  const after = await state(second);
  for (const key of ["scenario", "time_s", "time", "selection", "overlay", "speed", "it_power_w", "hottest_chip_c"]) {
    check(`the link shows the same ${key}`, after[key] === before[key], `${after[key]}, not ${before[key]}`);
  }
  check("and the same windows", String(after.shown) === String(before.shown), after.shown);
  check("and stands there", after.paused === true, after.paused);
  const again = await link(second);
  check("and its own link is the same, camera and all", again === address, again);

  // Another link in a page that is open.
  const fragment = "#1&a=builtin:hot-aisle&b=builtin:lab-day&front=b&less&t=120&o=power&roofs&w=compare&s=60";
  await second.evaluate((fragment) => { location.hash = fragment; }, fragment);
  await until(second, () => window.rainier.state().time_s >= 120 && window.rainier.state().overlay === "power");
  const other = await state(second);
  check("a link is followed while the page is open", other.scenario !== "My own day" && other.shown.includes("compare"), other.scenario);
  check("with its second scenario in front", /^#1&a=builtin:hot-aisle&b=builtin:lab-day&front=b&less/.test(new URL(await link(second)).hash), await link(second));

  for (const wrong of ["#2&a=builtin:default", "#1&a=z.AAAA", "#1&t=never", "#1&a=builtin:nowhere"]) {
    await second.evaluate((wrong) => { location.hash = wrong; }, wrong);
    await second.waitForTimeout(1_500);
    const now = await state(second);
    check(`a wrong link (${wrong}) leaves the view alone`, now.scenario === other.scenario && now.overlay === other.overlay, now.scenario);
  }
  await picture(second, "wrong-link");
  const stray = await open(`${server.address}#1&a=builtin:nowhere`);
  check("a page with a wrong link starts all the same", (await state(stray)).live_chips > 0);
  await picture(stray, "stray");
  await stray.close();

  // A file that is handed over is edited, and is there again after a reload.
  await first.evaluate(() => window.rainier.openFile("mine.ron", "(format: 1, name: \"Not saved yet\")", undefined));
  await second.close();
  // A draft is kept within seconds, of frames that may take a second each here.
  await first.waitForFunction(() => Object.entries(localStorage).some(([key, text]) => key.includes("draft") && text.includes("Not saved yet")), null, { timeout: 60_000 }).catch(() => {});
  await picture(first, "editor-errors");
  const kept = await first.evaluate(() => Object.entries(localStorage).find(([key]) => key.includes("draft"))?.[1] ?? "");
  check("a text that is not saved is kept", kept.includes("Not saved yet"), kept);
  await first.close();
  const third = await open(server.address);
  await third.evaluate(() => window.rainier.show("editor"));
  await third.waitForTimeout(2_000);
  await picture(third, "editor-draft");
  const still = await third.evaluate(() => Object.entries(localStorage).find(([key]) => key.includes("draft"))?.[1] ?? "");
  check("and still is after a reload", still.includes("Not saved yet"), still);
  check("no script error", problems.length === 0, problems.join("; "));
} finally {
  await browser.close();
  await server.close();
}
done();

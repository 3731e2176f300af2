// Walks through the built page (dist/) in Chromium: pictures of levels, colours, windows and screens, compared with those
// that are kept in tests/golden/web; and what mouse, wheel, fingers and keys alone do to it. KEEP_PICTURES=1 keeps the
// pictures instead.
//
// usage: node tests/web/walk.mjs DIST [ONLY] [PICTURES]
// ONLY is a part of the name of what is to be done: pictures, mouse, fingers, keys, files. PICTURES is a folder for all pictures.
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hold } from "./compare.mjs";
import { HALF, SMALL, checks, frames, launch, ready, serve, state, until } from "./browser.mjs";

const [dist, only = "", folder] = process.argv.slice(2);
const out = folder ?? await mkdtemp(join(tmpdir(), "rainier-walk-"));
mkdirSync(out, { recursive: true });
const KEPT = new URL("../golden/web", import.meta.url).pathname;
const { check, done } = checks();
const server = await serve(() => dist);
const browser = await launch();
const problems = [];

async function open(options = {}) {
  // Flights are cuts: a picture need not wait for them.
  const context = await browser.newContext({ viewport: SMALL, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => { if (!/control flow/.test(String(error))) problems.push(String(error)); });
  page.on("console", (message) => { if (process.env.VERBOSE) console.log(message.text()); });
  await page.goto(server.address);
  await ready(page);
  await page.evaluate(() => window.rainier.pause(true));
  await until(page, () => window.rainier.state().paused);
  return page;
}
// Panels, labels and roofs need some frames and some time to come to rest.
const settle = async (page) => {
  await frames(page, 6);
  await page.waitForTimeout(2_000);
  await frames(page, 3);
};
const does = (page, what, ...words) => page.evaluate(([what, words]) => window.rainier[what](...words), [what, words]);
// Starts a scenario from its text and runs it for some ticks; it stands then.
async function run(page, text, ticks) {
  const name = /name: "([^"]*)"/.exec(text)[1];
  await does(page, "loadScenario", text);
  await until(page, (name) => window.rainier.state().scenario === name && window.rainier.state().tick === 0, name);
  await does(page, "run", ticks);
}
const scenario = (name) => readFile(`assets/scenarios/${name}.ron`, "utf8");
// Where the camera stands: point, distance, turn and height.
async function camera(page) {
  const link = await page.evaluate(() => window.rainier.link());
  const [x, y, z, distance, turn, height] = /[&]c=([^&]*)/.exec(link)[1].split(",").map(Number);
  return { x, y, z, distance, turn, height };
}

const TALL = { width: 390, height: 844 };
const MIDDLE = { width: 1280, height: 720 };

const groups = {
  async "pictures of levels, colours and windows"() {
    const page = await open({ viewport: MIDDLE });
    const morning = (await scenario("default")).replace("T00:00:00", "T09:00:00");
    await run(page, morning, 5);
    const stops = [
      ["site", {}],
      ["building", { select: "B03" }],
      ["rack", { select: "B03/H2/R12/K07", overlay: "power" }],
      ["chip", { select: "B03/H2/R12/K07/C09", overlay: "utilisation" }],
      ["xray", { select: "B07", look: "x-ray" }],
      ["one-line", { select: "B03", show: ["oneLine"] }],
      ["cooling", { select: "B03/H1", overlay: "inlet", show: ["cooling"] }],
      ["money", { show: ["money", "growth"] }],
      ["editor", { show: ["editor"] }],
      ["timeline", { timeline: "2025-06-15" }],
      ["tour", { tour: true }],
    ];
    for (const [name, stop] of stops) {
      await does(page, "select", stop.select ?? "");
      await does(page, "setOverlay", stop.overlay ?? "temperature");
      if (stop.look) await does(page, "look", stop.look);
      for (const part of stop.show ?? []) await does(page, "show", part, true);
      if (stop.timeline) await does(page, "timeline", stop.timeline);
      // A stop without a place is looked at from where the view begins.
      if (!stop.select) await page.keyboard.press("Home");
      if (stop.tour) {
        const steps = '(seconds: 30, caption: "{racks} racks.", place: "B05", overlay: Inlet, camera: (tilt_deg: 30, turn_deg: 20))';
        await does(page, "tour", `(format: 1, name: "One step", about: "A tour that stands.", steps: [${steps}])`);
      }
      await settle(page);
      if (stop.tour) {
        await does(page, "pause", true);
        await settle(page);
      }
      await picture(page, name);
      if (stop.look) await does(page, "look", "solid");
      for (const part of stop.show ?? []) await does(page, "show", part, false);
      if (stop.timeline) await does(page, "timeline");
      if (stop.tour) await does(page, "leaveTour");
    }
    await page.context().close();
  },

  async "pictures of other screens"() {
    const text = await scenario("lab-jobs");
    for (const [name, options] of [
      ["telephone", { viewport: TALL, hasTouch: true, isMobile: true, deviceScaleFactor: 1 }],
      ["scale-1.5", { viewport: SMALL, deviceScaleFactor: 1.5 }],
      ["scale-2", { viewport: SMALL, deviceScaleFactor: 2 }],
    ]) {
      const page = await open(options);
      await run(page, text, 60);
      await does(page, "setOverlay", "job");
      await does(page, "select", "B01/H1");
      await until(page, () => window.rainier.state().selection === "B01/H1");
      await settle(page);
      await picture(page, name);
      await page.context().close();
    }
  },

  async "mouse and wheel"() {
    const page = await open({ viewport: MIDDLE, deviceScaleFactor: HALF });
    await run(page, await scenario("lab-day"), 5);
    await page.keyboard.press("Home");
    await settle(page);
    const drag = async (from, to, button = "left") => {
      await page.mouse.move(...from);
      await frames(page, 2);
      await page.mouse.down({ button });
      await frames(page, 2);
      for (let k = 1; k <= 4; k += 1) {
        await page.mouse.move(...[0, 1].map((c) => from[c] + ((to[c] - from[c]) * k) / 4));
        await frames(page, 1);
      }
      await page.mouse.up({ button });
      await settle(page);
    };
    let before = await camera(page);
    await drag([500, 350], [640, 380]);
    let after = await camera(page);
    check("a drag turns the view", Math.abs(after.turn - before.turn) > 0.2 && after.height > before.height, JSON.stringify(after));
    check("and leaves the point that is looked at", Math.hypot(after.x - before.x, after.z - before.z) < 1, JSON.stringify([before, after]));
    check("a drag selects nothing", (await state(page)).selection === null, (await state(page)).selection);
    before = after;
    await drag([500, 350], [600, 350], "right");
    after = await camera(page);
    check("a drag with the right button moves", Math.hypot(after.x - before.x, after.z - before.z) > 2 && Math.abs(after.turn - before.turn) < 1e-3, JSON.stringify([before, after]));
    before = after;
    await page.mouse.move(500, 350);
    await page.mouse.wheel(0, -400);
    await settle(page);
    after = await camera(page);
    check("the wheel comes nearer", after.distance < before.distance * 0.8, `${before.distance} m, then ${after.distance} m`);
    await page.keyboard.press("Home");
    await settle(page);
    // The little map is in the lower right corner of what the panels leave free.
    before = await camera(page);
    await drag([900, 590], [860, 570]);
    after = await camera(page);
    check("a drag on the little map moves the point that is looked at", Math.hypot(after.x - before.x, after.z - before.z) > 5 && Math.abs(after.turn - before.turn) < 1e-3, JSON.stringify([before, after]));
    await does(page, "select", "B01/H1/R02/K03");
    await settle(page);
    await page.mouse.move(400, 300);
    await frames(page, 2);
    await page.mouse.down();
    await frames(page, 2);
    await page.mouse.up();
    await until(page, () => window.rainier.state().selection !== "B01/H1/R02/K03", null, 20).catch(() => {});
    check("a click selects a rack or what is in it", /^B01\/H1\/R02\/K/.test((await state(page)).selection ?? ""), (await state(page)).selection);

    // Whoever takes hold of the camera stops the tour.
    await does(page, "tour");
    await until(page, () => window.rainier.state().tour?.[0] === 1, null, 90);
    await drag([500, 300], [560, 300]);
    const held = (await state(page)).tour;
    await page.waitForTimeout(12_000);
    check("a hand on the camera stops the tour", String((await state(page)).tour) === String(held), (await state(page)).tour);
    await page.keyboard.press("Space");
    await until(page, (step) => window.rainier.state().tour?.[0] > step, held[0], 90).catch(() => {});
    check("space lets it go on", (await state(page)).tour?.[0] > held[0], (await state(page)).tour);
    await page.keyboard.press("Escape");
    await until(page, () => window.rainier.state().tour === null, null, 20).catch(() => {});
    check("Escape leaves it", (await state(page)).tour === null, (await state(page)).tour);
    await page.context().close();
  },

  async "fingers"() {
    const page = await open({ viewport: TALL, hasTouch: true, isMobile: true, deviceScaleFactor: HALF });
    await run(page, await scenario("lab-day"), 5);
    await settle(page);
    const devtools = await page.context().newCDPSession(page);
    const touch = (type, points) => devtools.send("Input.dispatchTouchEvent", {
      type, touchPoints: points.map(([x, y], id) => ({ x, y, id })),
    });
    const swipe = async (from, to) => {
      await touch("touchStart", from);
      await frames(page, 2);
      for (let k = 1; k <= 4; k += 1) {
        await touch("touchMove", from.map((point, f) => point.map((at, c) => at + ((to[f][c] - at) * k) / 4)));
        await frames(page, 1);
      }
      await touch("touchEnd", []);
      await settle(page);
    };
    let before = await camera(page);
    await swipe([[180, 400]], [[260, 430]]);
    let after = await camera(page);
    check("a finger turns the view", Math.abs(after.turn - before.turn) > 0.15, JSON.stringify([before, after]));
    before = after;
    await swipe([[170, 420], [220, 420]], [[110, 420], [280, 420]]);
    after = await camera(page);
    check("two fingers that part come nearer, as far as they part", after.distance < before.distance * 0.5 && after.distance > before.distance * 0.2, `${before.distance} m, then ${after.distance} m`);
    before = after;
    await swipe([[150, 400], [220, 400]], [[190, 470], [260, 470]]);
    after = await camera(page);
    check("two fingers move the view", Math.hypot(after.x - before.x, after.z - before.z) > 0.02 * after.distance, JSON.stringify([before, after]));
    before = after;
    await touch("touchStart", [[180, 400]]);
    await frames(page, 2);
    await touch("touchMove", [[190, 405]]);
    await frames(page, 3);
    const rested = await camera(page);
    await frames(page, 8);
    after = await camera(page);
    await touch("touchEnd", []);
    check("a finger that rests leaves the view alone", Math.abs(after.turn - rested.turn) < 0.02 && rested.turn !== before.turn, JSON.stringify([before, rested, after]));
    await does(page, "select", "B01");
    await settle(page);
    await touch("touchStart", [[195, 300]]);
    await frames(page, 2);
    await touch("touchEnd", []);
    await until(page, () => window.rainier.state().selection !== "B01", null, 20).catch(() => {});
    check("a tap selects", (await state(page)).selection !== "B01", (await state(page)).selection);
    await page.context().close();
  },

  async "keys alone"() {
    const page = await open({ viewport: MIDDLE });
    await run(page, await scenario("lab-day"), 5);
    await page.focus("#campus");
    const press = async (key, times = 1) => {
      for (let k = 0; k < times; k += 1) {
        await page.keyboard.press(key, { delay: 60 });
        await frames(page, 2);
      }
    };
    for (const [key, part] of [["m", "money"], ["o", "oneLine"], ["h", "keys"]]) {
      await press(key);
      await until(page, (part) => window.rainier.state().shown.includes(part), part, 20).catch(() => {});
      check(`${key} opens ${part}`, (await state(page)).shown.includes(part), (await state(page)).shown);
      await press(key);
    }
    await press("3");
    check("3 colours by outlet air", (await state(page)).overlay === "outlet", (await state(page)).overlay);
    await press("/");
    await page.keyboard.type("b01h1", { delay: 60 });
    await frames(page, 4);
    await press("Enter");
    await until(page, () => window.rainier.state().selection === "B01/H1", null, 20).catch(() => {});
    check("a search by keys goes to its place", (await state(page)).selection === "B01/H1", (await state(page)).selection);
    await press("Escape");
    check("Escape goes one level up", (await state(page)).selection === "B01", (await state(page)).selection);
    const before = await camera(page);
    await page.keyboard.down("ArrowRight");
    await frames(page, 4);
    await page.keyboard.up("ArrowRight");
    await settle(page);
    const after = await camera(page);
    check("arrows move the view", Math.hypot(after.x - before.x, after.z - before.z) > 0.5, JSON.stringify([before, after]));

    // From a place that arrows have not moved.
    await does(page, "select", "B01/H1");
    await settle(page);
    // Tab goes through the controls, and each says what it is to a screen reader.
    const heard = [];
    for (let k = 0; k < 60; k += 1) {
      await press("Tab");
      const { said } = await state(page);
      if (said && said !== heard.at(-1)) heard.push(said);
      if (/bookmarks/i.test(said ?? "")) break;
    }
    check("Tab reaches the bookmarks", /bookmarks/i.test(heard.at(-1) ?? ""), heard.join(" | "));
    check("and a screen reader hears what has the focus", (await page.textContent("#focus"))?.length > 3, await page.textContent("#focus"));
    await picture(page, "focus");
    await press("Space");
    await page.keyboard.type("corner", { delay: 60 });
    await frames(page, 4);
    await press("Enter");
    await page.waitForTimeout(1_000);
    const kept = await page.evaluate(() => JSON.stringify(Object.entries(localStorage)));
    check("a bookmark is kept by keys alone", /corner/.test(kept) && /B01/.test(kept), kept.slice(0, 300));
    await press("Escape");
    const words = async (most, last) => {
      const all = [];
      for (let k = 0; k < most && !(last && all.at(-1)?.startsWith(last)); k += 1) {
        await press("Tab");
        all.push(((await state(page)).said ?? "").slice(0, 60));
      }
      return all;
    };
    const reached = await words(60, "More");
    for (const control of ["Labels", "Map", "Tour", "Roofs", "More"]) {
      check(`Tab reaches ${control}`, reached.some((said) => said.startsWith(control)), reached.join(" | "));
    }
    await press("Space");
    const listed = await words(24);
    for (const control of ["Money", "Compare"]) {
      check(`Tab reaches ${control} in the list`, listed.some((said) => said.startsWith(control)), listed.join(" | "));
    }
    await page.context().close();
  },

  async "files that are downloaded"() {
    const page = await open({ viewport: MIDDLE, acceptDownloads: true });
    await run(page, await scenario("lab-day"), 30);
    await page.focus("#campus");
    await settle(page);
    const download = async (act) => {
      const [file] = await Promise.all([page.waitForEvent("download", { timeout: 60_000 }), act()]);
      return [file.suggestedFilename(), await readFile(await file.path())];
    };
    const [name, all] = await download(() => page.keyboard.press("F2", { delay: 60 }));
    const size = (png) => [png.subarray(1, 4).toString(), png.readUInt32BE(16), png.readUInt32BE(20)].join(" ");
    check("F2 downloads a picture with the scenario and its time in its name", /^[a-z0-9-]+-\d{4}-\d\d-\d\d-\d{6}\.png$/.test(name), name);
    check("and it is as large as the page", size(all) === `PNG ${MIDDLE.width} ${MIDDLE.height}`, size(all));
    check("and not blank", all.length > 50_000, `${all.length} bytes`);
    writeFileSync(join(out, "downloaded.png"), all);
    const [, bare] = await download(() => page.keyboard.press("Shift+F2", { delay: 60 }));
    writeFileSync(join(out, "downloaded-bare.png"), bare);
    check("with Shift it has no panels", size(bare) === size(all) && !bare.equals(all), size(bare));
    await does(page, "show", "trends", true);
    await settle(page);
    // Its button is reached by keys, wherever the window is.
    let said = "";
    for (let k = 0; k < 80 && !said.startsWith("Save CSV"); k += 1) {
      await page.keyboard.press("Tab", { delay: 60 });
      await frames(page, 2);
      said = (await state(page)).said ?? "";
    }
    check("Tab reaches the button for a table", said.startsWith("Save CSV"), said);
    const [table, csv] = await download(() => page.keyboard.press("Space", { delay: 60 }));
    const [head, ...rows] = csv.toString().trim().split("\n");
    check("a table is downloaded", /^trends-[a-z0-9-]+\.csv$/.test(table), table);
    check("with units in its columns", head.split(",").some((column) => /_(w|mw|c|kw)$/.test(column.trim())), head);
    check("and a row for each tick", rows.length >= 30 && rows.every((row) => row.split(",").length === head.split(",").length), `${rows.length} rows`);
    await page.context().close();
  },
};

async function picture(page, name) {
  const png = await page.screenshot();
  writeFileSync(join(out, `${name}.png`), png);
  check(`the picture of ${name} is like the one that is kept`, hold(png, name, KEPT, out), `see ${out}`);
}

try {
  for (const [name, group] of Object.entries(groups)) {
    if (!name.includes(only)) continue;
    console.log(`-- ${name}`);
    await group().catch((error) => check(`${name}: ends`, false, error.stack));
  }
  check("no script error", problems.length === 0, problems.join("; "));
} finally {
  await browser.close();
  await server.close();
}
done();

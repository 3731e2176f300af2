// What a hand does to the page and expects: panels are not glass, the browser's keys are the browser's, what is selected stays
// where it is, buttons stay under the pointer, modifiers count as they were pressed. Real pointer, wheel, keys, fingers and
// clipboard in Chromium.
//
// usage: node tests/web/hand.mjs DIST [ONLY] [PICTURES]
// ONLY is a part of the name of what is to be done. PICTURES is a folder for pictures of the page.
import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HALF, checks, frames, launch, ready, serve, state, until } from "./browser.mjs";

const [dist, only = "", folder] = process.argv.slice(2);
const out = folder ?? await mkdtemp(join(tmpdir(), "rainier-hand-"));
mkdirSync(out, { recursive: true });
const { check, done } = checks();
const server = await serve(() => dist);
const browser = await launch();
const problems = [];

const WIDE = { width: 1600, height: 900 };
const MIDDLE = { width: 1366, height: 768 };
const TALL = { width: 390, height: 844 };

async function open(options = {}) {
  // Flights are cuts, and what is drawn is what is fast: hands are tried, not pictures.
  const context = await browser.newContext({ viewport: MIDDLE, deviceScaleFactor: HALF, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => { if (!/control flow/.test(String(error))) problems.push(String(error)); });
  page.on("console", (message) => { if (process.env.VERBOSE) console.log(message.text()); });
  await page.goto(server.address);
  await ready(page);
  await page.evaluate(() => window.rainier.pause(true));
  await until(page, () => window.rainier.state().paused);
  const text = await readFile("assets/scenarios/lab-jobs.ron", "utf8");
  await page.evaluate((text) => window.rainier.loadScenario(text), text);
  const name = /name: "([^"]*)"/.exec(text)[1];
  await until(page, (name) => window.rainier.state().scenario === name && window.rainier.state().tick === 0, name);
  await page.evaluate(() => window.rainier.run(5));
  await until(page, () => window.rainier.state().tick >= 5);
  await page.focus("#campus");
  await settle(page);
  return page;
}
const settle = async (page) => {
  await frames(page, 4);
  await page.waitForTimeout(600);
  await frames(page, 4);
};
const does = (page, what, ...words) => page.evaluate(([what, words]) => window.rainier[what](...words), [what, words]);
const picture = async (page, name) => writeFileSync(join(out, `${name}.png`), await page.screenshot());
// Where the camera stands and what is selected.
async function stand(page) {
  const [link, { selection, overlay }] = await Promise.all([page.evaluate(() => window.rainier.link()), state(page)]);
  return JSON.stringify([/[&]c=([^&]*)/.exec(link)[1], selection, overlay]);
}
const camera = async (page) => JSON.parse(await stand(page))[0].split(",").map(Number);

// Goes from control to control until one of that name has the focus; whether one has.
async function tabTo(page, name) {
  for (let k = 0; k < 90; k += 1) {
    await page.keyboard.press("Tab");
    await frames(page, 1);
    if ((await state(page)).said.startsWith(name)) return true;
  }
  return false;
}

// Every kind of pointer event on a point that belongs to the panels; what the site has made of it, if anything.
async function handle(page, [x, y], clicks) {
  const before = await stand(page);
  const next = () => frames(page, 1);
  await page.mouse.move(x, y);
  await next();
  await page.mouse.wheel(0, -240);
  await next();
  for (const button of ["right", "middle", ...(clicks ? ["left"] : [])]) {
    await page.mouse.down({ button });
    await next();
    await page.mouse.move(x + 6, y + 3);
    await page.mouse.move(x, y);
    await next();
    await page.mouse.up({ button });
    await next();
  }
  if (clicks) {
    await page.mouse.click(x, y);
    await next();
    const clicked = await stand(page);
    if (clicked !== before) return `a click: ${before} -> ${clicked}`;
    await page.mouse.dblclick(x, y);
    // A drag that begins on a panel and ends over the site.
    await page.mouse.down();
    await next();
    await page.mouse.move(x + (650 - x) / 2, y + (400 - y) / 2);
    await next();
    await page.mouse.move(650, 400);
    await next();
    await page.mouse.up();
  }
  await frames(page, 2);
  const after = await stand(page);
  return after === before ? "" : `${before} -> ${after}`;
}

const groups = {
  async "panels are not glass"() {
    for (const viewport of [WIDE, MIDDLE]) {
      const page = await open({ viewport });
      const { width, height } = viewport;
      await does(page, "select", "B01/H1/R01/K01");
      await settle(page);
      // Frames of a large page take long in software: there the spots are tried at which it was worst.
      const few = viewport === WIDE;
      const spots = [
        // Name, point, and whether it can be clicked without meaning something.
        ["the side panel's text", [width - 150, height * 0.55], true],
        ["the side panel's edge", [width - 296, height * 0.7], true],
        ["the bar of readings", [width * 0.62, 30], false],
        ["the bar of readings' empty end", [width - 12, 12], true],
        ["the bar of ways, between its parts", [width * 0.66, 79], false],
        ["the bar of time", [width * 0.1, height - 10], false],
        ["the legend", [60, height - 90], true],
      ];
      for (const [name, point, clicks] of few ? spots.slice(0, 1) : spots) {
        const found = await handle(page, point, clicks);
        check(`${width}: ${name} keeps what is done on it`, found === "", found);
      }
      if (few) {
        await page.context().close();
        continue;
      }
      // The map goes where it is pressed, and does not zoom.
      const still = await stand(page);
      await page.mouse.move(width - 400, height - 110);
      await frames(page, 2);
      await page.mouse.wheel(0, -240);
      await frames(page, 3);
      check(`${width}: the wheel over the little map leaves the site alone`, (await stand(page)) === still, still);
      await does(page, "show", "money", true);
      await settle(page);
      await picture(page, `panels-${width}`);
      const found = await handle(page, [width * 0.32, height * 0.4], false);
      check(`${width}: a window keeps what is done on it`, found === "", found);
      await does(page, "show", "money", false);
      await settle(page);
      // And the site itself does not.
      const before = await camera(page);
      await page.mouse.move(width * 0.4, height * 0.45);
      await frames(page, 2);
      await page.mouse.wheel(0, -240);
      await settle(page);
      const after = await camera(page);
      check(`${width}: the wheel over the site zooms`, after[3] < before[3] * 0.95, `${before} -> ${after}`);
      // A drag that begins on the site goes on over a panel.
      await page.mouse.move(width * 0.5, height * 0.5);
      await page.mouse.down();
      await frames(page, 1);
      await page.mouse.move(width - 250, height * 0.5);
      await frames(page, 2);
      const half = await camera(page);
      await page.mouse.move(width - 60, height * 0.5);
      await frames(page, 2);
      await page.mouse.up();
      const whole = await camera(page);
      check(`${width}: a drag from the site goes on over a panel`, half[4] !== after[4] && whole[4] !== half[4], `${after[4]} ${half[4]} ${whole[4]}`);
      await page.context().close();
    }
  },

  async "the browser's keys are the browser's"() {
    const page = await open({ permissions: ["clipboard-read", "clipboard-write"] });
    await page.evaluate(() => {
      window.kept = {};
      addEventListener("keydown", (event) => {
        const held = [event.ctrlKey && "Control", event.altKey && "Alt", event.shiftKey && "Shift"].filter(Boolean);
        // On its way down nothing is decided yet.
        setTimeout(() => { window.kept[[...held, event.code].join("+")] = event.defaultPrevented; });
      }, true);
    });
    const kept = async (key) => {
      await page.keyboard.press(key);
      return String(await until(page, (key) => key in window.kept && `${window.kept[key]}`, key, 20).catch(() => "not seen"));
    };
    for (const key of ["F1", "F3", "F5", "F6", "F11", "F12", "Control+KeyR", "Control+KeyV", "Control+KeyC", "Control+KeyX",
      "Control+Equal", "Control+Minus", "Control+Digit0", "Control+KeyF", "Control+KeyP", "Control+KeyT", "Control+Shift+KeyI"]) {
      const found = await kept(key);
      check(`${key} is left to the browser`, found === "false", found);
    }
    for (const key of ["Tab", "Space", "Slash", "ArrowDown", "PageDown", "F2", "Control+KeyK", "Alt+ArrowLeft", "KeyR"]) {
      const found = await kept(key);
      check(`${key} is the view's`, found === "true", found);
      await frames(page, 1);
    }
    await page.context().close();
  },

  async "paste"() {
    const page = await open({ permissions: ["clipboard-read", "clipboard-write"] });
    await page.evaluate(() => navigator.clipboard.writeText("b01h1"));
    await page.keyboard.press("/");
    await frames(page, 4);
    await page.keyboard.press("Control+KeyV");
    await until(page, () => window.rainier.state().found.length > 0, null, 20).catch(() => {});
    check("Ctrl+V pastes into the search", (await state(page)).found.length > 0, JSON.stringify((await state(page)).found));
    await page.keyboard.press("Enter");
    await until(page, () => window.rainier.state().selection === "B01/H1", null, 20).catch(() => {});
    check("and what was pasted is found once", (await state(page)).selection === "B01/H1", (await state(page)).selection);
    await page.context().close();
  },

  async "typing in a hurry, and what is heard of it"() {
    const page = await open();
    const found = (what) => until(page, (what) => window.rainier.state().found.some((title) => title.includes(what)), what, 20).then(() => true, () => false);
    // All of a shortcut within one frame: a modifier counts as it was when the key went down.
    await page.keyboard.press("/");
    await frames(page, 4);
    await page.keyboard.type("b01h1");
    check("what is typed is searched for", await found("B01/H1"), (await state(page)).found.join(", "));
    // A stop, so that undoing has something to go back to.
    await page.waitForTimeout(1_500);
    await frames(page, 2);
    await page.keyboard.press("Control+KeyA");
    await page.keyboard.type("money");
    check("Ctrl+A takes all of a field, and what is typed its place", await found("Money"), (await state(page)).found.join(", "));
    await page.keyboard.press("Control+KeyZ");
    check("Ctrl+Z brings it back", await found("B01/H1"), (await state(page)).found.join(", "));
    await page.keyboard.press("Escape");
    await frames(page, 2);
    await page.focus("#campus");
    await tabTo(page, "X-ray");
    check("Tab leads past the search, and a control says what it is", /^X-ray: button/.test((await state(page)).said), (await state(page)).said);
    await page.context().close();
  },

  async "windows, notes and another screen"() {
    const page = await open();
    const { width } = MIDDLE;
    const rect = async (part) => (await state(page)).windows[part] ?? [0, 0, 0, 0];
    const wide = async (part) => { const [left, , right] = await rect(part); return right - left; };
    const show = async (parts, on) => {
      for (const part of parts) await does(page, "show", part, on);
      await until(page, ([parts, on]) => parts.every((part) => (part in window.rainier.state().windows) === on), [parts, on]);
      // They settle, and grow once they have.
      await frames(page, 24);
    };
    await show(["editor"], true);
    const alone = await wide("editor");
    await show(["trends", "money", "alarms"], true);
    const { windows } = await state(page);
    check("windows share the room without one running out of it", Object.values(windows).every(([left, , right]) => left >= 0 && right <= width - 299), JSON.stringify(windows));
    check("and the first has become narrower", await wide("editor") < alone - 50, `${alone} -> ${await wide("editor")}`);
    await picture(page, "windows-four");
    await show(["trends", "money", "alarms"], false);
    check("a window has its width back when there is room again", Math.abs(await wide("editor") - alone) < 2, `${alone} -> ${await wide("editor")}`);
    await page.setViewportSize({ width: 720, height: 560 });
    await frames(page, 24);
    const [left, , right] = await rect("editor");
    check("on a small page it is no wider than that", left >= 0 && right <= 721, `${left} to ${right}`);
    await picture(page, "window-small");
    await page.setViewportSize(MIDDLE);
    await frames(page, 24);
    check("and wide again on a large one", Math.abs(await wide("editor") - alone) < 2, `${alone} -> ${await wide("editor")}`);
    await show(["editor"], false);
    // New alarms are told beside the heads of windows, here and on a telephone.
    for (const viewport of [MIDDLE, TALL]) {
      await page.setViewportSize(viewport);
      await show(["money"], true);
      await does(page, "speed", 600);
      await does(page, "pause", false);
      await does(page, "event", "FailUnits", viewport === MIDDLE ? "B01/H1" : "B01/H2", 1);
      await until(page, () => window.rainier.state().notes, null, 30).catch(() => {});
      await frames(page, 3);
      const { notes: note, windows } = await state(page);
      await does(page, "pause", true);
      await picture(page, `notes-${viewport.width}`);
      check(`${viewport.width}: a new alarm is told`, note !== null);
      if (note === null) continue;
      const whole = ([left, top, right, bottom]) => left >= 0 && top >= 0 && right <= viewport.width && bottom <= viewport.height;
      check(`${viewport.width}: its note is whole`, whole(note), JSON.stringify(note));
      const heads = Object.values(windows).map(([left, top, right]) => [left, top, right, top + 34]);
      const over = (a, b) => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
      check(`${viewport.width}: and over no title of a window`, heads.every((head) => !over(note, head)), JSON.stringify({ note, heads }));
    }
    await page.setViewportSize(MIDDLE);
    await show(["money"], false);
    // A window that is dragged to another screen keeps its size in pixels of the page, and they get more of the screen's.
    const devtools = await page.context().newCDPSession(page);
    for (const deviceScaleFactor of [1, HALF]) {
      await devtools.send("Emulation.setDeviceMetricsOverride", { ...MIDDLE, deviceScaleFactor, mobile: false });
      const pixels = () => page.evaluate(() => [document.querySelector("#campus").width, document.querySelector("#campus").clientWidth]);
      await until(page, (wanted) => document.querySelector("#campus").width === wanted, MIDDLE.width * deviceScaleFactor, 20).catch(() => {});
      const [canvas, css] = await pixels();
      check(`moved to a screen of ${deviceScaleFactor} the picture has its pixels`, canvas === MIDDLE.width * deviceScaleFactor && css === MIDDLE.width, `${canvas} of ${css}`);
      await frames(page, 3);
    }
    await page.context().close();
  },

  async "two cases"() {
    const page = await open();
    const { scenario } = await state(page);
    await does(page, "show", "editor", true);
    await settle(page);
    check("Tab reaches Run as B", await tabTo(page, "Run as B"), (await state(page)).said);
    await page.keyboard.press("Enter");
    await until(page, () => window.rainier.state().front !== null, null, 40).catch(() => {});
    const beside = await state(page);
    check("it runs beside the first, and opens the comparison", beside.front === "A" && beside.shown.includes("compare"), `${beside.front} ${beside.shown}`);
    await does(page, "show", "editor", false);
    await does(page, "pause", true);
    await page.focus("#campus");
    await page.keyboard.press("x");
    await until(page, () => window.rainier.state().front === "B", null, 20).catch(() => {});
    check("X puts B in front", (await state(page)).front === "B", (await state(page)).front);
    await page.keyboard.press("d");
    await until(page, () => window.rainier.state().difference, null, 20).catch(() => {});
    check("D shows B less A", (await state(page)).difference === true);
    await settle(page);
    await picture(page, "difference");
    await page.context().close();

    const other = await open();
    await does(other, "show", "compare", true);
    await settle(other);
    check("Tab reaches From now, what if", await tabTo(other, "From now, what if"), (await state(other)).said);
    const before = await other.evaluate(() => window.rainier.digest());
    await other.keyboard.press("Enter");
    await until(other, () => window.rainier.state().front === "B", null, 40).catch(() => {});
    const after = await state(other);
    const digest = await other.evaluate(() => window.rainier.digest());
    check("B goes on from the state that A has", after.front === "B" && digest === before && after.scenario === scenario, `${after.front} ${digest} ${before}`);
    await does(other, "event", "FailUnits", "B01/H1", 1);
    await does(other, "run", 3);
    await until(other, (tick) => window.rainier.state().tick >= tick, after.tick + 3, 40).catch(() => {});
    const broken = await other.evaluate(() => window.rainier.digest());
    await other.focus("#campus");
    await other.keyboard.press("x");
    await until(other, () => window.rainier.state().front === "A", null, 20).catch(() => {});
    const whole = await state(other);
    check("what is done in B leaves A alone", whole.front === "A" && whole.tick === after.tick + 3 && (await other.evaluate(() => window.rainier.digest())) !== broken, `${whole.front} ${whole.tick}`);
    await settle(other);
    await picture(other, "fork");
    await other.context().close();
  },

  async "what is selected stays where it is"() {
    for (const [name, options] of [["desk", { viewport: MIDDLE }], ["telephone", { viewport: TALL, hasTouch: true, isMobile: true, deviceScaleFactor: HALF }]]) {
      const page = await open(options);
      const touch = options.hasTouch;
      const { width, height } = options.viewport;
      const press = async (x, y) => (touch ? page.touchscreen.tap(x, y) : page.mouse.click(x, y, { delay: 40 }));
      // Somewhere on the site: the first point of a grid that selects something.
      let at = null;
      await page.keyboard.press("Home");
      await settle(page);
      const grid = [0.42, 0.45, 0.545, 0.48, 0.38, 0.52].flatMap((y) => [0.8, 0.4, 0.65, 0.5, 0.3].map((x) => [width * x, height * y]));
      for (const [x, y] of grid) {
        await press(x, y);
        await frames(page, 3);
        if ((await state(page)).selection) { at = [x, y]; break; }
        // Two presses soon after each other would be one double press.
        await page.waitForTimeout(600);
      }
      await settle(page);
      check(`${name}: a press selects`, at !== null);
      if (!at) {
        await page.context().close();
        continue;
      }
      await picture(page, `selected-${name}`);
      const [first, before] = [(await state(page)).selection, await camera(page)];
      await page.waitForTimeout(800);
      await press(...at);
      await settle(page);
      const [second, after] = [(await state(page)).selection, await camera(page)];
      check(`${name}: a second press meets the same`, second === first, `${first} then ${second}`);
      check(`${name}: and goes there`, after[3] < before[3], `${before} -> ${after}`);
      // A double press goes to what its first press selects.
      await does(page, "select", "");
      // Home is what fits beside the panels: without a selection there is more room.
      await settle(page);
      await page.keyboard.press("Home");
      await settle(page);
      const home = await camera(page);
      if (touch) {
        await page.touchscreen.tap(...at);
        await page.touchscreen.tap(...at);
      } else {
        await page.mouse.dblclick(...at);
      }
      await settle(page);
      const [third, gone] = [(await state(page)).selection, await camera(page)];
      check(`${name}: a double press goes there`, third === first && gone[3] < home[3], `${third}: ${home} -> ${gone}`);
      await page.context().close();
    }
  },

  async "keys in a hurry"() {
    const page = await open();
    // All of it within one frame, as a hand does where frames are slow.
    await page.keyboard.press("Shift+Digit2");
    await frames(page, 3);
    const shifted = (await state(page)).overlay;
    await page.keyboard.press("Digit2");
    await frames(page, 3);
    const plain = (await state(page)).overlay;
    check("Shift and a digit is not the digit", shifted !== plain && shifted !== "temperature", `${shifted} and ${plain}`);
    await page.keyboard.press("Control+Digit3");
    await page.keyboard.press("Control+KeyM");
    await frames(page, 3);
    const after = await state(page);
    check("with Control a key is not the view's", after.overlay === plain && !after.shown.includes("money"), `${after.overlay} ${after.shown}`);
    await does(page, "select", "B01/H1");
    await page.keyboard.press("m");
    await frames(page, 3);
    await page.keyboard.press("o");
    await settle(page);
    const steps = [];
    for (let k = 0; k < 3; k += 1) {
      await page.keyboard.press("Escape");
      await frames(page, 4);
      const { shown, selection } = await state(page);
      steps.push(`${shown.filter((part) => ["money", "oneLine"].includes(part)).join("+")} ${selection}`);
    }
    check("Escape closes the front window, then the one behind, then climbs", steps.join(", ") === "money B01/H1,  B01/H1,  B01", steps.join(", "));
    await page.context().close();
  },

  async "a reload comes back, and a link carries what hands have done"() {
    const page = await open();
    await does(page, "event", "FailUnits", "B01/H1", 2);
    await does(page, "run", 10);
    await does(page, "select", "B01/H1");
    await does(page, "speed", 120);
    await until(page, () => window.rainier.state().selection === "B01/H1" && window.rainier.state().tick >= 15);
    const before = await state(page);
    await until(page, () => /#1&.*B01\/H1/.test(decodeURIComponent(location.hash)) && /[&]t=\d/.test(location.hash), null, 20).catch(() => {});
    await page.reload();
    await ready(page);
    await until(page, (time) => window.rainier.state().time_s >= time, before.time_s).catch(() => {});
    const after = await state(page);
    for (const key of ["scenario", "time_s", "selection", "speed", "paused"]) {
      check(`a reload comes back to the same ${key}`, after[key] === before[key], `${after[key]}, not ${before[key]}`);
    }
    // The orders are events of its scenario now, so that its digest is another; what it comes to is the same to the last bit.
    for (const key of ["energy_kwh", "it_power_w", "hottest_chip_c", "facility_power_w"]) {
      check(`with the units that were broken by hand: ${key}`, after[key] === before[key], `${after[key]}, not ${before[key]}`);
    }
    await page.context().close();
  },

  async "letters of telephones and input methods"() {
    const page = await open();
    await page.keyboard.press("/");
    await until(page, () => document.activeElement.id === "words", null, 20).catch(() => {});
    check("a field of the page has the focus while the panels want text", await page.evaluate(() => document.activeElement.id) === "words");
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Input.imeSetComposition", { text: "b0", selectionStart: 2, selectionEnd: 2 });
    await frames(page, 2);
    await devtools.send("Input.insertText", { text: "b01h1" });
    await until(page, () => window.rainier.state().found[0] === "B01/H1", null, 20).catch(() => {});
    check("what was composed arrives once", (await state(page)).found[0] === "B01/H1", JSON.stringify((await state(page)).found));
    for (let k = 0; k < 4; k += 1) await page.keyboard.press("Backspace");
    await page.keyboard.type("02H1", { delay: 30 });
    await until(page, () => window.rainier.state().found[0] === "B02/H1", null, 20).catch(() => {});
    check("keys write and delete beside it", (await state(page)).found[0] === "B02/H1", JSON.stringify((await state(page)).found));
    await page.keyboard.press("Escape");
    await until(page, () => document.activeElement.id === "campus", null, 20).catch(() => {});
    check("the site has the keys again afterwards", await page.evaluate(() => document.activeElement.id) === "campus");
    await page.context().close();

    const phone = await open({ viewport: TALL, hasTouch: true, isMobile: true, deviceScaleFactor: HALF });
    await does(phone, "show", "editor", true);
    await settle(phone);
    await phone.touchscreen.tap(195, 420);
    await until(phone, () => document.activeElement.id === "words", null, 20).catch(() => {});
    check("a tap into a text raises a telephone's keyboard", await phone.evaluate(() => document.activeElement.id) === "words");
    await phone.context().close();
  },

  async "two tabs have two drafts"() {
    const first = await open();
    const second = await first.context().newPage();
    await second.goto(server.address);
    await ready(second);
    const drafts = [];
    for (const [page, words] of [[first, "one"], [second, "two"]]) {
      await page.bringToFront();
      await does(page, "openFile", `${words}.ron`, "(format: 1)");
      await settle(page);
      await page.mouse.click(500, 400);
      await frames(page, 3);
      await page.keyboard.type(words, { delay: 30 });
      await until(page, (words) => sessionStorage.getItem("rainier.draft.json")?.includes(words), words, 20).catch(() => {});
      drafts.push(await page.evaluate(() => sessionStorage.getItem("rainier.draft.json")));
    }
    const kept = await first.evaluate(() => sessionStorage.getItem("rainier.draft.json"));
    check("each tab has its own draft", kept !== null && kept === drafts[0] && drafts[1] !== drafts[0], JSON.stringify(drafts));
    await first.context().close();
  },

  async "what was broken is undone at once"() {
    const page = await open();
    await does(page, "select", "B01");
    await does(page, "show", "oneLine", true);
    await settle(page);
    // Its breakers stand in rows; the first that a click meets is opened.
    let met = null;
    for (const y of [360, 300, 420, 240]) {
      for (let x = 80; x < 900 && !met; x += 24) {
        await page.mouse.click(x, y);
        await frames(page, 1);
        if ((await state(page)).undo) met = [x, y];
      }
      if (met) break;
    }
    check("a click in the one-line diagram can be undone", met !== null, met);
    await page.mouse.move(660, 700);
    await does(page, "run", 2);
    const broken = (await state(page)).undo;
    await page.focus("#campus");
    await page.keyboard.press("Control+KeyZ");
    await until(page, () => window.rainier.state().undo === "", null, 20).catch(() => {});
    check("Ctrl+Z undoes it", broken !== "" && (await state(page)).undo === "", `${broken}, then ${(await state(page)).undo}`);
    await page.context().close();
  },

  async "a genset that was found has figures"() {
    const page = await open();
    await does(page, "search", "genset 2");
    await until(page, () => window.rainier.state().found.length > 0, null, 20).catch(() => {});
    await does(page, "follow", 0);
    await until(page, () => window.rainier.state().equipment !== "", null, 20).catch(() => {});
    check("it is selected with its building", /[Gg]enset/.test((await state(page)).equipment) && (await state(page)).selection === "B01", (await state(page)).equipment);
    await settle(page);
    await picture(page, "genset");
    await does(page, "select", "B01/H1");
    await until(page, () => window.rainier.state().equipment === "", null, 20).catch(() => {});
    check("and put away with the next place", (await state(page)).equipment === "");
    await page.context().close();
  },

  async "buttons stay where they are"() {
    const page = await open({ viewport: WIDE });
    const crop = { x: 620, y: WIDE.height - 34, width: 560, height: 26 };
    await page.mouse.move(700, 400);
    const bar = async () => (await page.screenshot({ clip: crop })).toString("base64");
    await settle(page);
    const before = await bar();
    await does(page, "speed", 10_000);
    await does(page, "pause", false);
    await page.waitForTimeout(4_000);
    await frames(page, 4);
    await picture(page, "bars-behind");
    check("the bar of time does not move when the simulation cannot keep up", (await bar()) === before);
    await page.context().close();
  },
};

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

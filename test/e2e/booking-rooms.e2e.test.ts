import { randomUUID } from "node:crypto";
import type { Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type ClerkBrowser, openBrowser } from "./support/browser.ts";
import type { Clerk } from "./support/clerk.ts";
import { DavProgram } from "./support/dav.ts";
import { eventually, openRunning, type RunningStack, steward } from "./support/demo.ts";
import { appPassword, tidyMail } from "./support/mail.ts";
import { Staff } from "./support/staff.ts";

const [first, second] = ["historie.bodil", "historie.tage"] as const;
const word = `Historie ${randomUUID().slice(0, 8)}`;
/** A room of the stack file, and one that AD has an account for. */
const rooms = { declared: "Byrådssalen", ad: 'Kantinen, 1. sal ("Ærø")' } as const;

describe("a clerk books a room in the page", () => {
  let stack: RunningStack;
  let staff: Staff;
  let program: DavProgram | undefined;
  const browsers: ClerkBrowser[] = [];

  /** Somebody new at the calendar's page. */
  async function atCalendar(clerk: Clerk, name: string): Promise<ClerkBrowser> {
    await clerk.logIn();
    const browser = await openBrowser(stack.outputs.caPem);
    browsers.push(browser);
    await browser.page.setViewportSize({ width: 1280, height: 1000 });
    // The last step of a login is broken off likewise; who is logged in sees the start page when asking again.
    await browser.logIn(stack.start, clerk, name).catch(async () => {
      await eventually(() => browser.page.goto(`${stack.start}/`), 15);
      await browser.page.getByText(name).first().waitFor();
    });
    await eventually(() => browser.page.goto(`${stack.origin("kalender")}/SOGo/`), 15);
    await openCalendar(browser);
    return browser;
  }

  /** Opens the page anew. A network of the engine that comes or goes breaks off what a browser asks; then once more. */
  async function openCalendar({ page }: ClerkBrowser): Promise<void> {
    const own = /^https:\/\/[^/]+\/SOGo\/so\/[0-9a-f-]{36}/.exec(page.url())?.[0] ?? "";
    await eventually(async () => {
      await page.goto(`${own}/Calendar/view`);
      await page.getByText("Personlig kalender").first().waitFor({ timeout: 8000 });
    }, 60);
  }

  beforeAll(async () => {
    stack = await openRunning();
    staff = new Staff(stack);
    const [bodil, tage] = [await staff.hire(first, "Bodil", "Booker-Ærø"), await staff.hire(second, "Tage", "Taber")];
    await steward(stack, "sync");
    await atCalendar(bodil, "Bodil Booker-Ærø");
    await atCalendar(tage, "Tage Taber");
    program = new DavProgram(stack, first, await appPassword(stack, bodil, "Telefon", "dav"));
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    for (const [n, browser] of browsers.entries()) await browser.picture(`failed-${task.id}-${n}`);
  });
  afterAll(async () => {
    for (const browser of browsers) await browser.close();
    // Rooms stay booked when their booker leaves.
    if (program) await cancelAll(program);
    await tidyMail(stack, word);
    await staff.dismissAll();
  });

  async function cancelAll(by: DavProgram): Promise<void> {
    const { text } = await by.ask("PROPFIND", `/SOGo/dav/${await by.guid()}/Calendar/personal/`);
    for (const [, path] of text.matchAll(/href>([^<]+\.ics)</g)) await by.ask("DELETE", path ?? "");
    await by.close();
  }

  /** Fills in a new appointment of today, and saves it. @returns the dialog */
  async function book(browser: ClerkBrowser, title: string, from: string, to: string, invited: string[]) {
    const { page } = browser;
    await page.getByLabel("Ny begivenhed").first().click();
    const appointment = page.locator("button.md-fab.md-mini").first();
    await appointment.click();
    const dialog = page.locator("md-dialog");
    await dialog.locator('input[ng-model="editor.component.summary"]').fill(title);
    for (const [n, time] of [from, to].entries()) {
      const field = dialog.locator("sg-timepicker input").nth(n);
      await field.fill(time);
      await field.press("Tab");
    }
    for (const room of invited) await invite(dialog, room);
    await dialog.getByRole("button", { name: "Gem" }).first().click();
    return dialog;
  }

  /** The list of names closes when the form scrolls under it; then one types again. */
  async function invite(dialog: Locator, room: string): Promise<void> {
    const field = dialog.locator("md-autocomplete input").last();
    await field.scrollIntoViewIfNeeded();
    await eventually(async () => {
      await field.fill("");
      await field.pressSequentially(room.slice(0, 7), { delay: 80 });
      const found = dialog.page().locator(".md-autocomplete-suggestion").filter({ hasText: room }).first();
      await found.click({ timeout: 4000 });
    }, 30);
    await dialog.getByText(room).first().waitFor();
  }

  /** What a screen at a door shows. */
  async function door(browser: ClerkBrowser, room: string, picture: string): Promise<string | null> {
    const { stdout } = await stack.engine.exec("groupware", ["doors"]);
    const address = stdout
      .split("\n")
      .find((line) => line.endsWith(`  ${room}`))
      ?.split("  ")[0];
    const page = await browser.context.newPage();
    try {
      await page.setViewportSize({ width: 1024, height: 768 });
      await eventually(() => page.goto(address ?? ""), 15);
      const text = await page.locator("body").textContent();
      await page.screenshot({ path: `test/output/screenshots/${picture}.png` });
      return text;
    } finally {
      await page.close();
    }
  }

  it.each([
    ["of the stack file", rooms.declared, "05:00", "06:00"],
    ["of AD", rooms.ad, "06:00", "07:00"],
  ])("%s: the first has it, the second reads why not, the door shows it", async (_, room, from, to) => {
    const [bodil, tage] = browsers as [ClerkBrowser, ClerkBrowser];
    const shot = room === rooms.ad ? "booking-ad" : "booking";
    const dialog = await book(bodil, word, from, to, [room]);
    await dialog.waitFor({ state: "detached" });
    await bodil.page.getByText(word).last().click();
    const chip = bodil.page
      .locator("md-dialog .sg-tile, md-dialog md-chip, md-dialog .md-chip")
      .filter({ hasText: room });
    await chip.locator(".icon-accepted").first().waitFor();
    // It grows into its place.
    await bodil.page.waitForTimeout(700);
    await bodil.picture(`${shot}-accepted`);
    await bodil.page.keyboard.press("Escape");

    const second = await book(tage, "Kommer for sent", from, to, [room]);
    const refusal = second.getByText("Aftalen er ikke gemt");
    await refusal.waitFor();
    expect(await refusal.textContent()).toContain(`${room} er optaget`);
    expect(await refusal.textContent()).not.toContain(word);
    await tage.picture(`${shot}-refused`);
    await second.getByRole("button", { name: "Annullér" }).last().click();
    await openCalendar(tage);
    expect(await tage.page.getByText("Kommer for sent").count()).toBe(0);

    const shown = await door(bodil, room, `${shot}-door`);
    // As Danes write the time.
    expect(shown).toMatch(new RegExp(`${from}.${to}\\s+Bodil Booker-Ærø`.replaceAll(":", "\\.")));
    expect(shown).not.toContain(word);
  });
});

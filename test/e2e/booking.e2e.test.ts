import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Journey } from "../../probes/journey.ts";
import { type ClerkBrowser, openBrowser } from "./support/browser.ts";
import type { Clerk } from "./support/clerk.ts";
import { eventually, openRunning, type RunningStack, steward } from "./support/demo.ts";
import { tidyMail } from "./support/mail.ts";
import { Staff } from "./support/staff.ts";

const login = "historie.kalender";
const colleague = "historie.moede";
const word = `Historie ${randomUUID().slice(0, 8)}`;

describe("a clerk's calendar and web mail", () => {
  let stack: RunningStack;
  let staff: Staff;
  let karla: Clerk;
  let browser: ClerkBrowser;
  /** The colleague's browser, logged in to the calendar. */
  let other: Journey;
  let calendar = "";
  /** Address of the clerk's own pages, with the immutable key in it. */
  let own = "";
  let disabledAt = 0;

  beforeAll(async () => {
    stack = await openRunning();
    staff = new Staff(stack);
    karla = await staff.hire(login, "Karla", "Kalender-Ærø");
    const mads = await staff.hire(colleague, "Mads", "Mødegæst");
    await staff.admin("add-member", "G-Borgerservice", login);
    await steward(stack, "sync");
    calendar = new URL(stack.outputs.urls["booking"] ?? "").origin;
    other = (await mads.logIn()).journey;
    await karla.logIn();
    browser = await openBrowser(stack.outputs.caPem);
    const { page } = browser;
    await page.setViewportSize({ width: 1280, height: 900 });
    await browser.logIn(stack.start, karla, "Karla Kalender-Ærø");
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") await browser?.picture(`failed-${task.id}`);
  });
  afterAll(async () => {
    await browser?.close();
    await tidyMail(stack, word);
    await staff.dismissAll();
  });

  /** Opens a page. A network of the engine that comes or goes breaks off what a browser asks; then once more. */
  const open = (url: string) => eventually(() => browser.page.goto(url), 15);

  /** Letters with a word in the subject in somebody's mailbox. */
  const letters = async (address: string) =>
    (
      await stack.engine.exec("mailbox", [
        "doveadm",
        "fetch",
        "-u",
        address,
        "hdr",
        "mailbox",
        "INBOX",
        "header",
        "subject",
        word,
      ])
    ).stdout;

  it("opens from the start page without another password, in Danish", async () => {
    const { page } = browser;
    await page.getByRole("link", { name: "Mail og kalender" }).first().click();
    await page.getByText("Indbakke").first().waitFor();
    expect(new URL(page.url()).origin).toBe(calendar);
    own = /^https:\/\/[^/]+\/SOGo\/so\/[0-9a-f-]{36}/.exec(page.url())?.[0] ?? "";
    expect(own).not.toBe("");
    await browser.picture("webmail");
    await open(`${own}/Calendar/view`);
    await page.getByText("Personlig kalender").first().waitFor();
    await page.getByText("Aftaler", { exact: true }).first().waitFor();
    await browser.picture("calendar");
  });

  it("sends a letter from the web mail to a colleague", async () => {
    const { page } = browser;
    await open(`${own}/Mail/view`);
    await page.getByLabel("Skriv en ny besked", { exact: true }).first().click();
    await page.waitForTimeout(700);
    await page.locator("button.md-fab.md-mini").first().click();
    const form = page.locator("md-dialog");
    await form.locator('input[placeholder="Tilføj en modtager"]').first().fill(`${colleague}@kommune.example`);
    await page.keyboard.press("Enter");
    await form.locator('input[ng-model="editor.message.editable.subject"]').fill(word);
    await form.locator("[contenteditable=true]").fill("Vi ses i Mødelokale 1, æøå");
    await form.getByRole("button", { name: "send" }).first().click();
    await eventually(async () => expect(await letters(`${colleague}@kommune.example`)).toContain(word), 30, 1000);
  });

  it("sends as the shared mailbox of her group, whose address she adds to her own", async () => {
    const { page } = browser;
    await eventually(async () => {
      await page.goto("about:blank");
      await page.goto(`${own}/Preferences#!/mailer`);
      await page.locator("md-tab-item").filter({ hasText: "IMAP-konti" }).first().click({ timeout: 8000 });
    }, 40);
    await page.getByLabel("Rediger konto").first().click();
    const account = page.locator("md-dialog");
    await account.getByRole("button", { name: "Ny identitet" }).click();
    await account.locator('input[ng-model="identity.fullName"]').last().fill("Fællespost");
    await account.locator("md-card md-autocomplete input").last().fill("faellespost@kommune.example");
    await page.keyboard.press("Tab");
    await browser.picture("webmail-identities");
    await account.getByRole("button", { name: "OK" }).click();
    await page.locator("button.md-fab").filter({ hasText: "save" }).click();
    await page.waitForTimeout(1500);
    /** Writes a letter as somebody, and presses send. */
    async function write(as: string, subject: string) {
      await eventually(async () => {
        await page.goto("about:blank");
        await page.goto(`${own}/Mail/view`);
        await page.getByLabel("Skriv en ny besked", { exact: true }).first().click({ timeout: 8000 });
      }, 40);
      await page.waitForTimeout(700);
      await page.locator("button.md-fab.md-mini").first().click();
      const form = page.locator("md-dialog");
      const from = form.locator('input[name="from"]');
      // The form takes the cursor to its second field.
      await page.waitForTimeout(1200);
      await from.fill("");
      await from.pressSequentially(as.slice(0, 8), { delay: 60 });
      await page.locator(".md-autocomplete-suggestions li:visible").filter({ hasText: as }).first().click();
      await form.locator('input[placeholder="Tilføj en modtager"]').first().fill(`${colleague}@kommune.example`);
      await page.keyboard.press("Enter");
      await form.locator('input[ng-model="editor.message.editable.subject"]').fill(subject);
      await form.locator("[contenteditable=true]").fill("Her er svaret");
      await form.getByRole("button", { name: "send" }).first().click();
    }
    await write("faellespost@", `${word} fælles`);
    await eventually(async () => {
      const found = await letters(`${colleague}@kommune.example`);
      expect(found).toMatch(/^From: .*<faellespost@kommune\.example>/m);
    }, 30);
  });

  it("shuts out the colleague who is disabled in AD, while the letter stays", async () => {
    expect((await other.open(`${calendar}/SOGo/`)).url.origin).toBe(calendar);
    await staff.admin("disable", colleague);
    await steward(stack, "sync");
    disabledAt = Date.now();
    expect(await letters(`${colleague}@kommune.example`)).toContain(word);
  });

  it("has the disabled colleague out within a minute", async () => {
    const left = Math.max(5, 60 - (Date.now() - disabledAt) / 1000);
    await eventually(
      async () => expect((await other.open(`${calendar}/SOGo/`)).url.origin).toBe(stack.login),
      left,
      2000,
    );
  });
});

import { TOTP } from "otpauth";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startAd, stopAd } from "../fixtures/existing-ad/index.ts";
import { type ClerkBrowser, openBrowser } from "./support/browser.ts";
import { openRunning, type RunningStack, steward } from "./support/demo.ts";
import { Staff } from "./support/staff.ts";

describe("a clerk in a real browser", () => {
  let stack: RunningStack;
  let staff: Staff;
  let browser: ClerkBrowser;
  let seed = "";

  beforeAll(async () => {
    stack = await openRunning();
    staff = new Staff(stack);
    await staff.hire("historie.browser", "Klara", "Kontor-Ærø", "Borgerservice");
    await steward(stack, "sync");
    browser = await openBrowser(stack.outputs.caPem);
  });
  afterAll(async () => {
    await browser?.close();
    await startAd(staff.container);
    await staff.dismissAll();
  });

  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") await browser.picture(`failed-${task.id}`);
  });

  const sendPassword = async (password: string) => {
    const { page } = browser;
    await page.goto(`${stack.start}/`);
    await page.getByLabel("Brugernavn eller e-mail").fill("historie.browser");
    await page.getByLabel("Adgangskode", { exact: true }).fill(password);
    await page.getByRole("button", { name: "Log ind", exact: true }).click();
  };

  const code = () => new TOTP({ secret: seed }).generate({ timestamp: Date.now() + 30_000 });

  it("logs in for the first time with the AD password, and enrols a second factor", async () => {
    const { page } = browser;
    await page.goto(`${stack.start}/`);
    await expectTitle(/Log ind i Demo Kommune/);
    await browser.picture("login");
    await sendPassword("Velkommen-2026");
    await page.getByText("Opsæt engangskoder").first().waitFor();
    await browser.picture("enrol");
    await page.locator("#mode-manual").click();
    seed = ((await page.locator("#kc-totp-secret-key").textContent()) ?? "").replace(/\s+/g, "");
    expect(seed).toMatch(/^[A-Z2-7]{16,}$/);
    await page.locator("#totp").fill(new TOTP({ secret: seed }).generate());
    await page.locator("#userLabel").fill("Min telefon");
    await page.locator("#saveTOTPBtn").click();
    await page.waitForURL(`${stack.start}/**`);
    await page.getByText("Klara Kontor-Ærø").first().waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("da");
    await browser.picture("start");
    await page.emulateMedia({ colorScheme: "dark" });
    await browser.picture("start-dark");
    await page.emulateMedia({ colorScheme: "light" });
  });

  it("reads the start page in English, by keyboard, without scripts", async () => {
    const { page } = browser;
    await page.goto(`${stack.start}/?lang=en`);
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
    expect(await page.locator("script").count()).toBe(0);
    await page.keyboard.press("Tab");
    const focused = await page.evaluate("document.activeElement.getAttribute('href')");
    expect(focused, "the skip link comes first").toMatch(/^#/);
    await browser.picture("start-english");
  });

  it("logs out, and in again with AD switched off", async () => {
    const { page, context } = browser;
    await context.clearCookies();
    await stopAd(staff.container);
    // Chromium drops what is under way when an interface of the host goes: not the clerk's network, but this machine's.
    await page.waitForTimeout(3000);
    await sendPassword("forkert kode");
    await page
      .getByText(/er forkert/)
      .first()
      .waitFor();
    await browser.picture("wrong-password");
    await sendPassword("Velkommen-2026");
    await page.locator("#otp").fill(code());
    await browser.picture("second-factor");
    await page.locator("#kc-login").click();
    await page.waitForURL(`${stack.start}/**`);
    await page.getByText("Klara Kontor-Ærø").first().waitFor();
    await startAd(staff.container);
  });

  async function expectTitle(expected: RegExp) {
    expect(await browser.page.title()).toMatch(expected);
  }
});

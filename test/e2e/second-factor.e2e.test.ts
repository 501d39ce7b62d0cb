import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { startAd, stopAd } from "../fixtures/existing-ad/index.ts";
import { type ClerkBrowser, openBrowser } from "./support/browser.ts";
import { openRunning, type RunningStack, steward } from "./support/demo.ts";
import { Staff } from "./support/staff.ts";

const name = "Nøgle Åberg";

describe("a clerk's other second factors, in a real browser", () => {
  let stack: RunningStack;
  let staff: Staff;
  let browser: ClerkBrowser;
  /** Gives the browser a key, and tells how to take it away. */
  let giveKey: (key: "platform" | "usb") => Promise<() => Promise<void>>;
  let dropKey: () => Promise<void>;

  beforeAll(async () => {
    stack = await openRunning();
    staff = new Staff(stack);
    const clerk = await staff.hire("historie.noegle", "Nøgle", "Åberg");
    await steward(stack, "sync");
    await clerk.logIn();
    browser = await openBrowser(stack.outputs.caPem);
    const { page, context } = browser;
    const devtools = await context.newCDPSession(page);
    await devtools.send("WebAuthn.enable");
    giveKey = async (key) => {
      // A PC's fingerprint reader keeps passkeys and knows its owner; a plain USB key does neither.
      const knowing = key === "platform";
      const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
        options: {
          protocol: "ctap2",
          transport: knowing ? "internal" : "usb",
          hasResidentKey: knowing,
          hasUserVerification: knowing,
          isUserVerified: knowing,
          automaticPresenceSimulation: true,
        },
      });
      return () => devtools.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId }).then(() => undefined);
    };
    dropKey = await giveKey("platform");
    page.on("dialog", (dialog) => void dialog.accept("Min nøgle"));
    await browser.logIn(stack.start, clerk, name);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") await browser.picture(`failed-${task.id}`);
  });
  afterAll(async () => {
    await browser?.close();
    await startAd(staff.container);
    await staff.dismissAll();
  });

  it("adds a passkey from the start page, and logs in with nothing else while AD is gone", async () => {
    const { page, context } = browser;
    await page.getByRole("link", { name: "Tilføj en adgangsnøgle" }).click();
    await browser.picture("passkey");
    await page.locator("#registerWebAuthn").click();
    await page.waitForURL(`${stack.start}/**`);
    await page.getByText("Min nøgle").first().waitFor();
    await context.clearCookies();
    await stopAd(staff.container);
    await page.waitForTimeout(3000);
    // The browser offers the key by itself, and this one needs no finger: nothing is typed or pressed.
    await page.goto(`${stack.start}/`);
    await page.getByText(name).first().waitFor();
    await startAd(staff.container);
    await page.waitForTimeout(3000);
  });

  it("makes recovery codes, and each lets in once", async () => {
    const { page, context } = browser;
    await page.goto(`${stack.start}/`);
    await page.getByRole("link", { name: "Lav gendannelseskoder" }).click();
    await browser.picture("recovery-codes");
    const codes = await page.locator("#kc-recovery-codes-list li").allTextContents();
    expect(codes.length).toBeGreaterThan(8);
    const [first = ""] = codes.map((line) => line.replace(/^\s*\d+[.:]\s*/, "").replace(/[\s-]/g, ""));
    await page.locator("#kcRecoveryCodesConfirmationCheck").check();
    await page.locator("#saveRecoveryAuthnCodesBtn").click();
    await page.waitForURL(`${stack.start}/**`);
    await context.clearCookies();
    await dropKey();
    await page.goto(`${stack.start}/`);
    await page.getByLabel("Brugernavn eller e-mail").fill("historie.noegle");
    await page.getByLabel("Adgangskode", { exact: true }).fill("Velkommen-2026");
    await page.getByRole("button", { name: "Log ind", exact: true }).click();
    await page.locator("#try-another-way").click();
    await browser.picture("another-way");
    await page.getByText("Gendannelseskode", { exact: true }).click();
    await page.locator("#recoveryCodeInput").fill(first);
    await page.locator("#kc-login").click();
    await page.getByText(name).first().waitFor();
  });

  it("adds a security key, and logs in with password and key while AD is gone", async () => {
    const { page, context } = browser;
    dropKey = await giveKey("usb");
    await page.goto(`${stack.start}/`);
    await page.getByRole("link", { name: "Tilføj en sikkerhedsnøgle" }).click();
    await browser.picture("security-key");
    await page.locator("#registerWebAuthn").click();
    await page.waitForURL(`${stack.start}/**`);
    expect(await page.locator(".factor").allTextContents()).toContainEqual(
      expect.stringMatching(/^Sikkerhedsnøgle, Min nøgle, fra /),
    );
    await context.clearCookies();
    await stopAd(staff.container);
    await page.waitForTimeout(3000);
    await page.goto(`${stack.start}/`);
    await page.getByLabel("Brugernavn eller e-mail").fill("historie.noegle");
    await page.getByLabel("Adgangskode", { exact: true }).fill("Velkommen-2026");
    await page.getByRole("button", { name: "Log ind", exact: true }).click();
    await page.locator("#try-another-way").click();
    await page.getByText("Sikkerhedsnøgle", { exact: true }).click();
    await page.getByText("Log ind med sikkerhedsnøgle").first().waitFor();
    await browser.picture("security-key-login");
    await page.locator("#authenticateWebAuthnButton").click();
    await page.getByText(name).first().waitFor();
    expect(new URL(page.url()).origin).toBe(stack.start);
    await startAd(staff.container);
    await page.waitForTimeout(3000);
  });
});

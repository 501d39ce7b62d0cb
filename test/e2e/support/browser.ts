import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import type { Clerk } from "./clerk.ts";
import { eventually } from "./engine.ts";

const screenshots = join(import.meta.dirname, "..", "..", "output", "screenshots");

/** A clerk's browser: Danish, with a profile of its own that trusts the stack's root certificate. */
export interface ClerkBrowser {
  readonly context: BrowserContext;
  readonly page: Page;
  /**
   * Logs in at the start page with password and TOTP code, as somebody who has enrolled.
   *
   * @param start origin of the start page
   * @param name what the page calls them
   */
  logIn(start: string, clerk: Clerk, name: string): Promise<void>;
  /** Keeps a picture of the page in `test/output/screenshots/<name>.png`. */
  picture(name: string): Promise<void>;
  close(): Promise<void>;
}

/** What keeps Chromium from talking to anybody but the pages asked for. */
const flags = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Opens Chromium with a fresh profile. The root certificate is put where an administrator puts it on a PC: into the
 * profile's certificate store, so that pages are really trusted and WebAuthn works.
 *
 * @param caPem the stack's root certificate
 */
export async function openBrowser(caPem: string, options: { locale?: string } = {}): Promise<ClerkBrowser> {
  const home = await mkdtemp(join(tmpdir(), "planb-browser-"));
  const store = join(home, ".pki", "nssdb");
  await mkdir(store, { recursive: true });
  await writeFile(join(home, "root.pem"), caPem);
  await execa("certutil", ["-d", `sql:${store}`, "-N", "--empty-password"]);
  await execa("certutil", ["-d", `sql:${store}`, "-A", "-t", "C,,", "-n", "planb", "-i", join(home, "root.pem")]);
  const context = await chromium.launchPersistentContext(join(home, "profile"), {
    executablePath: "/usr/bin/chromium",
    args: flags,
    // Names of files on the disk are UTF-8.
    env: { HOME: home, PATH: process.env["PATH"] ?? "", LANG: "C.UTF-8" },
    locale: options.locale ?? "da-DK",
    timezoneId: "Europe/Copenhagen",
  });
  context.setDefaultTimeout(20_000);
  const page = context.pages()[0] ?? (await context.newPage());
  return {
    context,
    page,
    async logIn(start, clerk, name) {
      // A network of the engine that comes or goes breaks off what a browser asks.
      await eventually(() => page.goto(`${start}/`), 20);
      await page.getByLabel("Brugernavn eller e-mail").fill(clerk.username);
      await page.getByLabel("Adgangskode", { exact: true }).fill(clerk.password);
      await page.getByRole("button", { name: "Log ind", exact: true }).click();
      await page.locator("#otp").waitFor();
      await page.locator("#otp").fill(await clerk.code());
      await page.locator("#kc-login").click();
      await page.getByText(name).first().waitFor();
    },
    async picture(name) {
      await mkdir(screenshots, { recursive: true });
      await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true });
    },
    async close() {
      await context.close();
      await rm(home, { recursive: true, force: true });
    },
  };
}

import { request } from "undici";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { agentFor } from "../../probes/index.ts";
import { type ClerkBrowser, openBrowser } from "./support/browser.ts";
import { eventually, openRunning, type RunningStack, steward } from "./support/demo.ts";
import { MailProgram, mailServers } from "./support/mail.ts";
import { Staff } from "./support/staff.ts";

const login = "historie.telefon";
const mail = `${login}@kommune.example`;

describe("a clerk's phone", () => {
  let stack: RunningStack;
  let staff: Staff;
  let browser: ClerkBrowser;
  let secret = "";

  beforeAll(async () => {
    stack = await openRunning();
    staff = new Staff(stack);
    const clerk = await staff.hire(login, "Tove", "Telefon-Ærø");
    await steward(stack, "sync");
    await clerk.logIn();
    browser = await openBrowser(stack.outputs.caPem);
    await browser.logIn(stack.start, clerk, "Tove Telefon-Ærø");
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail") await browser.picture(`failed-${task.id}`);
  });
  afterAll(async () => {
    await browser?.close();
    await staff.dismissAll();
  });

  /** What stands in a row of the page on phones: server and port of IMAP, as the clerk would type them. */
  const imapServer = async (): Promise<{ name: string; port: number }> => {
    const { page } = browser;
    await page.goto(`${stack.start}/telefon`);
    const cells = page.getByRole("row", { name: /IMAP/ }).getByRole("cell");
    const [name = "", port = ""] = await cells.allTextContents();
    return { name, port: Number(port) };
  };

  /** Whether a mail program gets in with a password. */
  const opensMail = (password: string): Promise<boolean> => new MailProgram(stack, mail, password).letIn();

  it("gets an app password from the start page, shown once", async () => {
    const { page } = browser;
    await page.goto(`${stack.start}/`);
    await browser.picture("start-services");
    await page.getByRole("link", { name: "App-adgangskoder" }).first().click();
    await page.getByLabel("Hvad hedder enheden?").fill('Toves "telefon" & æble');
    await page.getByRole("button", { name: "Lav app-adgangskode" }).click();
    await page.getByText("Din nye app-adgangskode").first().waitFor();
    await browser.picture("app-password-made");
    secret = (await page.locator("dd.code").last().textContent()) ?? "";
    expect(secret).toMatch(/^(\w{4}-){4}\w{4}$/);
    expect(await page.locator(".qr svg").count()).toBe(1);
    await page.getByRole("link", { name: "Færdig" }).click();
    expect(await page.content()).not.toContain(secret);
    expect(await page.getByRole("row", { name: /Toves "telefon" & æble/ }).textContent()).toContain("Ikke brugt endnu");
    await browser.picture("app-passwords");
  });

  it("reads mail with it, where the plain password is refused", async () => {
    expect(await imapServer()).toEqual(mailServers(stack).imaps);
    expect(await opensMail("Velkommen-2026")).toBe(false);
    expect(await opensMail(secret)).toBe(true);
    await browser.picture("phone");
    const { page } = browser;
    await page.goto(`${stack.start}/app-adgangskoder`);
    expect(await page.getByRole("row", { name: /Toves/ }).textContent()).not.toContain("Ikke brugt endnu");
  });

  it("takes no form from another page", async () => {
    const { page } = browser;
    const url = `${stack.start}/app-adgangskoder`;
    const cookies = await browser.context.cookies(url);
    const agent = agentFor(stack.context, 10_000);
    const post = (origin: string, name: string) =>
      request(url, {
        method: "POST",
        dispatcher: agent,
        headers: {
          origin,
          cookie: cookies.map((each) => `${each.name}=${each.value}`).join("; "),
          "content-type": "application/x-www-form-urlencoded",
        },
        body: new URLSearchParams({ name, kind: "mail" }).toString(),
      });
    const [evil, own] = [await post("https://evil.example", "Ondsindet"), await post(stack.start, "")];
    await agent.close();
    expect(evil.statusCode).toBe(403);
    expect(own.statusCode, "the same from the page itself, without a name").toBe(422);
    await page.goto(`${stack.start}/app-adgangskoder`);
    expect(await page.getByText("Ondsindet").count()).toBe(0);
  });

  it("is out when its app password is removed", async () => {
    const { page } = browser;
    await page.goto(`${stack.start}/app-adgangskoder`);
    await page.getByRole("row", { name: /Toves/ }).getByRole("link").click();
    await page.getByRole("button", { name: /Fjern/ }).click();
    await page.getByText("App-adgangskoden er fjernet.").waitFor();
    await eventually(async () => expect(await opensMail(secret)).toBe(false), 60);
  });
});

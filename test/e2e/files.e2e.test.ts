import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request } from "undici";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { claimHeaders } from "../../model/identity-headers.ts";
import { agentFor } from "../../probes/index.ts";
import { type ClerkBrowser, openBrowser } from "./support/browser.ts";
import type { Clerk } from "./support/clerk.ts";
import { eventually, openRunning, type RunningStack, steward } from "./support/demo.ts";
import { Rclone } from "./support/rclone.ts";
import { Staff } from "./support/staff.ts";

const login = "historie.filer";
const group = "G-Borgerservice";

describe("a clerk's files", () => {
  let stack: RunningStack;
  let staff: Staff;
  let clerk: ClerkBrowser;
  let outsider: ClerkBrowser;
  let rclone: Rclone | undefined;
  let folder: string;
  let person: Clerk;
  let guid = "";
  let files = "";

  const onPc = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const button = (name: string | RegExp) => clerk.page.getByRole("button", { name, exact: true });
  const link = (name: string) => clerk.page.getByRole("link", { name, exact: true });
  /** What a browser downloads on a click, as text. */
  const fetched = async (browser: ClerkBrowser, name: string): Promise<string> => {
    const [download] = await Promise.all([
      browser.page.waitForEvent("download"),
      browser.page.getByRole("link", { name, exact: true }).click(),
    ]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString("utf8");
  };
  /** Chooses files in the form of a folder's page and sends them. */
  const upload = async (...paths: string[]): Promise<void> => {
    await clerk.page.getByLabel("Filer", { exact: true }).setInputFiles(paths);
    await button("Læg op").click();
  };
  const told = (text: string) => clerk.page.locator(".alert").getByText(text).waitFor();
  /** Makes a link to what is on the page and gives its address. */
  const share = async (fields: Readonly<Record<string, string>>): Promise<string> => {
    for (const [label, value] of Object.entries(fields))
      await clerk.page.getByLabel(label, { exact: true }).fill(value);
    await button("Lav linket").click();
    await told("Linket er klar");
    return (await clerk.page.locator(".address").textContent()) ?? "";
  };

  beforeAll(async () => {
    stack = await openRunning();
    staff = new Staff(stack);
    files = stack.origin("filer");
    folder = await mkdtemp(join(tmpdir(), "planb-files-"));
    person = await staff.hire(login, "Filippa", "Mappe-Ærø", "Borgerservice");
    await staff.admin("add-member", group, login);
    guid = (await staff.admin("guid", login)).toLowerCase();
    await steward(stack, "sync");
    await person.logIn();
    [clerk, outsider] = [await openBrowser(stack.outputs.caPem), await openBrowser(stack.outputs.caPem)];
    await clerk.logIn(stack.start, person, "Filippa Mappe-Ærø");
    await clerk.picture("files-came-in");
  });
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    await clerk.picture(`failed-${task.id}`);
    await outsider.picture(`failed-${task.id}-outside`);
  });
  afterAll(async () => {
    await Promise.all([clerk?.close(), outsider?.close(), rclone?.close(), rm(folder, { recursive: true })]);
    await staff.dismissAll();
    if (guid !== "") await stack.engine.exec("files", ["rm", "-r", `/data/hjem/${guid}`, `/data/kept/hjem/${guid}`]);
  });

  it("comes from the start page without a second login, and finds the own folder and the groups'", async () => {
    await clerk.page.getByRole("link", { name: "Åbn Filer" }).click();
    await clerk.page.waitForURL(`${files}/`);
    expect(await clerk.page.locator("html").getAttribute("lang")).toBe("da");
    await link("Mine filer").waitFor();
    expect(await link(group).count()).toBe(1);
    expect(await link("G-Teknik & Miljø").count()).toBe(0);
    await pictures("files");
  });

  it("uploads with progress, and by the form alone where no script runs", async () => {
    const { page } = clerk;
    await link("Mine filer").click();
    await pictures("files-empty");
    await upload(await onPc("Høring æøå.txt", "første"), await onPc("notat.txt", "notat"));
    await told("2 filer er lagt op.");
    expect(await fetched(clerk, "Høring æøå.txt")).toBe("første");
    await page.route("**/filer.js", (route) => route.abort());
    await page.reload();
    await upload(await onPc("Høring æøå.txt", "anden"));
    await told("1 fil er lagt op.");
    await page.unroute("**/filer.js");
    expect(await fetched(clerk, "Høring æøå.txt")).toBe("anden");
  });

  it("gets an earlier version back", async () => {
    await link("Mere om Høring æøå.txt").click();
    await pictures("files-item");
    await button(/^Gendan udgaven/).click();
    await told("Det er hentet tilbage.");
    await link("Mine filer").click();
    expect(await fetched(clerk, "Høring æøå.txt")).toBe("første");
  });

  it("makes a folder among a group's, deletes it and brings it back", async () => {
    const { page } = clerk;
    await link("Filer").first().click();
    await link(group).click();
    await page.getByLabel("Mappens navn").fill("Historie om filer");
    await button("Opret").click();
    await told("Mappen er oprettet.");
    await link("Historie om filer").click();
    await upload(await onPc("bilag.txt", "bilag"));
    await told("1 fil er lagt op.");
    const remove = async () => {
      await page.getByRole("navigation").getByRole("link", { name: group }).click();
      await link("Mere om Historie om filer").click();
      await button("Slet").click();
      await told("Det ligger nu i papirkurven.");
    };
    await remove();
    await link("Papirkurv").click();
    await pictures("files-trash");
    await button("Gendan Historie om filer").click();
    await told("Det er hentet tilbage.");
    await page.getByRole("navigation").getByRole("link", { name: group }).click();
    await link("Historie om filer").click();
    expect(await fetched(clerk, "bilag.txt")).toBe("bilag");
    await remove();
    await link("Papirkurv").click();
    await button("Fjern helt: Historie om filer").click();
    await told("Det er fjernet helt.");
  });

  it("gives an outsider a link with a password, an end and a limit, which holds", async () => {
    const { page } = clerk;
    await page.goto(`${files}/del/mine/notat.txt`);
    await pictures("files-share");
    const fields = { Adgangskode: "aftalt i telefonen", "Virker i så mange dage": "3", "Højst så mange gange": "1" };
    const address = await share(fields);
    await pictures("files-links");
    const seen = outsider.page;
    await seen.goto(address);
    await seen.getByLabel("Adgangskode", { exact: true }).fill("gættet forkert");
    await seen.getByRole("button", { name: "Åbn" }).click();
    await seen.getByText("Adgangskoden passer ikke.").waitFor();
    await pictures("files-link-password", outsider);
    await seen.getByLabel("Adgangskode", { exact: true }).fill(fields.Adgangskode);
    await seen.getByRole("button", { name: "Åbn" }).click();
    await seen.getByText("Delt af Filippa Mappe-Ærø").waitFor();
    await pictures("files-link", outsider);
    expect(await fetched(outsider, "Hent filen")).toBe("notat");
    await seen.goto(address);
    await seen.getByText("Linket virker ikke").first().waitFor();
    await pictures("files-link-gone", outsider);
    expect((await seen.goto(`${address}/fil`))?.status()).toBe(404);
    await page.reload();
    await page.getByText("1 af 1").waitFor();
  });

  it("takes in what a citizen hands in, and shows the citizen nothing", async () => {
    const { page } = clerk;
    await page.goto(`${files}/mappe/mine`);
    await page.getByLabel("Mappens navn").fill("Indbakke");
    await button("Opret").click();
    await link("Indbakke").click();
    await link("Del mappen").click();
    await page.getByLabel("Aflevere").check();
    await pictures("files-share-folder");
    const address = await share({});
    const seen = outsider.page;
    await seen.goto(address);
    await seen.getByLabel("Dit navn").fill("Bo Borger/Ærø");
    await seen.getByLabel("Filer", { exact: true }).setInputFiles([await onPc("ansøgning.txt", "jeg ansøger")]);
    await pictures("files-hand-in", outsider);
    await seen.getByRole("button", { name: "Send", exact: true }).click();
    await seen.getByText("1 fil er modtaget. Tak.").waitFor();
    await pictures("files-handed-in", outsider);
    expect(await seen.content()).not.toContain("ansøgning");
    expect((await seen.goto(`${address}/zip`))?.status()).toBe(404);
    await page.goto(`${files}/mappe/mine/Indbakke`);
    expect(await fetched(clerk, "Bo Borger-Ærø - ansøgning.txt")).toBe("jeg ansøger");
    await link("Mine links").click();
    await page.getByRole("button", { name: "Træk linket til Indbakke tilbage" }).click();
    await told("Linket virker ikke længere.");
    await seen.goto(address);
    await seen.getByText("Linket virker ikke").first().waitFor();
  });

  it("finds files and folders by a part of their names, and nobody else's", async () => {
    const { page } = clerk;
    await page.goto(`${files}/`);
    await page.getByLabel("Søg efter navn").fill("HØRING");
    await button("Søg").click();
    await page.getByRole("heading", { name: "Søgning: HØRING" }).waitFor();
    expect(await fetched(clerk, "Høring æøå.txt")).toBe("første");
    await page.getByLabel("Søg efter navn").fill("indb");
    await button("Søg").click();
    await pictures("files-search");
    await link("Indbakke").click();
    await link("Bo Borger-Ærø - ansøgning.txt").waitFor();
    await page.goto(`${files}/soeg?q=findes-ikke`);
    await page.getByText("Ingen filer eller mapper har det i navnet.").waitFor();
  });

  it("says who is logged out meanwhile that they are, and goes on after the login", async () => {
    const { page, context } = clerk;
    await page.goto(`${files}/mappe/mine`);
    const cookies = await context.cookies(files);
    await context.clearCookies({ domain: new URL(files).hostname });
    await upload(await onPc("sent.txt", "sent i dag"));
    await page.getByText("Du er logget ud.").waitFor();
    await pictures("files-logged-out");
    await context.addCookies(cookies);
    await page.reload();
    await upload(await onPc("sent.txt", "sent i dag"));
    await told("1 fil er lagt op.");
    expect(await fetched(clerk, "sent.txt")).toBe("sent i dag");
  });

  it("says so when there is no room, before sending anything", async () => {
    const { page } = clerk;
    const huge = await onPc("for stor.iso", "");
    await truncate(huge, 11 * 1024 ** 3);
    await page.goto(`${files}/mappe/mine`);
    await upload(huge);
    await page.getByText("Der er ikke plads.").waitFor();
    await pictures("files-full");
    expect(await link("for stor.iso").count()).toBe(0);
  });

  it("reads and writes by WebDAV with an app password; names stay what they are", async () => {
    const { page } = clerk;
    await page.goto(`${stack.start}/app-adgangskoder`);
    await page.getByLabel("Hvad hedder enheden?").fill("Filippas PC");
    await page.getByRole("button", { name: "Lav app-adgangskode" }).click();
    const appPassword = (await page.locator("dd.code").last().textContent()) ?? "";
    rclone = await Rclone.start(stack, `${files}/dav`, login, appPassword);
    const names = [
      "æøå ÆØÅ.txt",
      "æøå ÆØÅ.txt".normalize("NFD"),
      `q'"\`$&;#%20?+=<>|*:.txt`,
      "linje\nskift",
      `${"å".repeat(127)}a`,
      " mellemrum",
      "..skjult",
      "omvendt\\skråstreg",
    ];
    await rclone.fill("/tmp/op", names);
    expect(await rclone.run("copy", "/tmp/op", "webdav:Mine filer/prøve")).toMatchObject({ code: 0 });
    expect(await rclone.run("copy", "webdav:Mine filer/prøve", "/tmp/ned")).toMatchObject({ code: 0 });
    expect(await rclone.sh("diff -r /tmp/op /tmp/ned")).toMatchObject({ code: 0, stdout: "" });
    const moved = await rclone.run(
      "moveto",
      "webdav:Mine filer/prøve/ mellemrum",
      "webdav:Mine filer/prøve/nyt & 'navn' æøå",
    );
    expect(moved).toMatchObject({ code: 0, stderr: "" });
    await page.goto(`${files}/mappe/mine/pr%C3%B8ve`);
    await pictures("files-hostile");
    expect(await fetched(clerk, "æøå ÆØÅ.txt".normalize("NFD"))).toBe("æøå ÆØÅ.txt".normalize("NFD"));
    expect(await fetched(clerk, names[4] ?? "")).toBe(names[4]);
    expect((await rclone.run("lsf", "webdav:")).stdout.split("\n")).toEqual(
      expect.arrayContaining(["Mine filer/", `${group}/`]),
    );
  });

  it("lets nobody in by forged headers, not even with the names edge uses", async () => {
    const conf = (await stack.engine.exec("edge", ["cat", "/config/secrets/edge.conf"])).stdout;
    const key = /Define identityKey (\S+)/.exec(conf)?.[1] ?? "";
    expect(key).not.toBe("");
    const headers = claimHeaders(key, { guid, user: login, name: "Filippa", groups: "" });
    const answer = async (path: string, method: "GET" | "POST" | "PROPFIND", more: Record<string, string> = {}) => {
      const got = await request(`${files}${path}`, {
        dispatcher: agent,
        method: method as "GET",
        headers: { ...headers, ...more },
      });
      const location = String(got.headers["location"] ?? "");
      return { status: got.statusCode, location, text: await got.body.text() };
    };
    const agent = agentFor(stack.context, 10_000);
    const loginPage = expect.stringContaining("//login.");
    expect(await answer("/mappe/mine", "GET")).toMatchObject({ status: 302, location: loginPage });
    expect((await answer("/dav/mine", "PROPFIND")).status).toBe(401);
    const piece = { "tus-resumable": "1.0.0", "upload-length": "1", "x-requested-with": "XMLHttpRequest" };
    expect(await answer("/op", "POST", piece)).toMatchObject({ status: 401 });
    expect((await answer("/d/0", "GET")).text).not.toContain("Filippa");
    const cookies = await clerk.context.cookies(files);
    const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
    const stranger = Object.fromEntries(
      Object.keys(headers).map((name) => [name, Buffer.from("someone-else").toString("base64url")]),
    );
    expect(await answer("/mappe/mine", "GET", { ...stranger, cookie })).toMatchObject({
      status: 200,
      text: expect.stringContaining("notat.txt"),
    });
    await agent.close();
  });

  it("is out when logged out", async () => {
    const { page } = clerk;
    await page.goto(`${files}/`);
    await link("Log ud").click();
    await page
      .getByText(/logget ud/i)
      .first()
      .waitFor();
    const again = await page.goto(`${files}/mappe/mine`);
    expect(new URL(again?.url() ?? "").host).toMatch(/^login\./);
  });

  it("ends for who is disabled in AD: the session at the files, and the program on the PC", async () => {
    const { page } = clerk;
    const listed = async () => (await rclone?.run("lsf", "webdav:Mine filer"))?.code;
    await clerk.logIn(stack.start, person, "Filippa Mappe-Ærø");
    await page.goto(`${files}/mappe/mine`);
    await link("notat.txt").waitFor();
    expect(await listed()).toBe(0);
    await staff.admin("disable", login);
    // No command: the steward's own pass (30 s) has to notice.
    await eventually(
      async () => {
        const answer = await page.goto(`${files}/mappe/mine`);
        expect(new URL(answer?.url() ?? "").host).toMatch(/^login\./);
      },
      90,
      2000,
    );
    await eventually(async () => expect(await listed()).not.toBe(0), 60, 2000);
    expect((await rclone?.run("lsf", "webdav:"))?.stderr).toMatch(/401|403/);
  });

  /** Keeps pictures of a page: light, dark, narrow. */
  async function pictures(name: string, { page, picture }: ClerkBrowser = clerk): Promise<void> {
    await picture(name);
    await page.emulateMedia({ colorScheme: "dark" });
    await picture(`${name}-dark`);
    await page.emulateMedia({ colorScheme: "light" });
    const wide = page.viewportSize();
    await page.setViewportSize({ width: 390, height: 844 });
    await picture(`${name}-narrow`);
    if (wide) await page.setViewportSize(wide);
  }
});

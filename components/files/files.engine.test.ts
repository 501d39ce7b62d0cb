import { Attribute, Change } from "ldapts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { personDn } from "../sso/testing/people.ts";
import { FilesWorld, groups, identity, people } from "./testing/world.ts";

const { aase, bent } = people;
const quotaMiB = 24;
const origin = identity.origin("filer");

describe("files on an engine", () => {
  const world = new FilesWorld();
  const read = (path: string) => world.stack.exec("files", ["bash", "-c", path]);
  const link = (body: string) =>
    new RegExp(`${origin.replaceAll(".", "\\.")}(/d/[A-Za-z0-9_-]{27})`).exec(body)?.[1] ?? "";
  /** Makes a link and gives its path. */
  const share = async (path: string, fields: Readonly<Record<string, string>>) => {
    const made = await world.form(aase, `/del/${path}`, { days: "7", password: "", limit: "", ...fields }, [
      "-L",
      "--post303",
      "-w",
      "%{redirect_url}\n%{http_code}",
    ]);
    const page = await world.curl(aase, "/links");
    expect(made.body + page.body).toContain("/d/");
    return link(page.body);
  };

  beforeAll(async () => {
    await world.start({ quotaGiB: { person: quotaMiB / 1024, group: quotaMiB / 1024 } });
  }, 240_000);
  afterAll(() => world.stack.remove());

  it("runs without rights on a read-only root", async () => {
    const { stdout } = await read("id -u; id -g; grep CapEff /proc/1/status; touch /x 2>&1; stat -c '%u:%g %a' /data");
    expect(stdout).toMatch(/^1014\n0\nCapEff:\t0{16}\n.*Read-only file system\n1014:0 770\n/s);
  });

  it("lets in nobody without edge's headers: none, guessed names, another stack's, from a container outside", async () => {
    const guesses = ["x-idp-user", "x-forwarded-user", "remote-user", "x-planb-guid", "x-planb-user"];
    const forged = guesses.flatMap((name) => ["-H", `${name}: ${aase.guid}`]);
    for (const path of ["/", "/mappe/mine", "/papirkurv/mine", "/links", "/soeg?q=a"]) {
      expect([path, (await world.curl(undefined, path, forged)).status]).toEqual([path, 403]);
      expect([path, (await world.curl(aase, path, [], "edge", "0".repeat(32))).status]).toEqual([path, 403]);
    }
    expect((await world.curl(undefined, "/dav/", ["-X", "PROPFIND", ...forged])).status).toBe(401);
    expect((await world.curl(aase, "/dav/", ["-X", "PROPFIND"], "edge", "0".repeat(32))).status).toBe(401);
    const outside = await world.curl(aase, "/", [], "stranger");
    expect(outside.body).toMatch(/Could not resolve host/);
  });

  it("shows a person their own folder and their groups', and nobody else's", async () => {
    await expect.poll(async () => (await world.curl(aase, "/")).body, { timeout: 30_000 }).toContain("Natur");
    const page = (await world.curl(aase, "/")).body;
    expect(page).toContain("Mine filer");
    expect(page).not.toContain("Skole");
    expect(page).not.toContain("Uden mappe");
    for (const path of [
      `/mappe/${groups.skole.id}`,
      `/mappe/${groups.other.id}`,
      `/mappe/${bent.guid}`,
      "/mappe/hjem",
    ]) {
      expect([path, (await world.curl(aase, path)).status]).toEqual([path, 404]);
    }
    expect((await world.curl(bent, `/mappe/${groups.skole.id}`)).status).toBe(200);
  });

  it("puts a leaver of a group out at the next request", async () => {
    const path = `/mappe/${groups.byg.id}`;
    expect((await world.curl(bent, path)).status).toBe(200);
    const without = world.headers(bent, world.key, [groups.skole.id]).flatMap((header) => ["-H", header]);
    expect((await world.curl(undefined, path, without)).status).toBe(404);
    expect((await world.curl(undefined, `/dav/${groups.byg.id}/`, ["-X", "PROPFIND", ...without])).status).toBe(404);
  });

  it("passes litmus, the WebDAV compliance suite, but for properties that nobody keeps", async () => {
    const { stdout } = await world.litmus(aase, "/dav/mine/", "basic copymove http locks");
    const failed = stdout.split("\n").filter((line) => /FAIL/.test(line) && !/PROPPATCH on locked/.test(line));
    expect(failed).toEqual([]);
    expect([...stdout.matchAll(/summary for `(\w+)'/g)].map(([, name]) => name)).toEqual([
      "basic",
      "copymove",
      "http",
      "locks",
    ]);
  });

  it("serves rclone: up, down, list, move, delete; names stay what they are", async () => {
    const names = [
      "æøå.txt",
      "æøå".normalize("NFD"),
      `q'"\`$&;#%20?.txt`,
      "linje\nskift",
      `${"å".repeat(127)}a`,
      " mellemrum",
      "..skjult",
      "zip.zip",
      "..\\x",
      "op\\..\\ned",
    ];
    await world.sh(`mkdir -p /tmp/op/under && cd /tmp/op && head -c 300000 /dev/urandom > under/stor.bin`);
    for (const name of names)
      await world.stack.exec("edge", ["bash", "-c", 'printf %s "$1" > "/tmp/op/$1"', "-", name]);
    const up = await world.rclone(aase, 'copy /tmp/op ":webdav:Mine filer/prøve"');
    expect(up).toMatchObject({ code: 0 });
    const down = await world.rclone(aase, 'copy ":webdav:Mine filer/prøve" /tmp/ned');
    expect(down).toMatchObject({ code: 0 });
    expect(await world.sh("diff -r /tmp/op /tmp/ned")).toMatchObject({ code: 0, stdout: "" });
    for (const name of ["..\\x", "op\\..\\ned"]) {
      const onPage = `/fil/mine/pr%C3%B8ve/${encodeURIComponent(name)}`;
      expect([onPage, await world.curl(aase, onPage)]).toEqual([onPage, { status: 200, body: name }]);
    }
    const onDisk = (await read(`ls /data/hjem/${aase.guid}/prøve | wc -l; ls /data/hjem /data/grupper`)).stdout;
    expect(onDisk).toContain(aase.guid);
    expect(
      (await world.rclone(aase, 'moveto ":webdav:Mine filer/prøve/under" ":webdav:Mine filer/prøve/ny mappe"')).code,
    ).toBe(0);
    expect((await world.rclone(aase, 'lsf -R ":webdav:Mine filer/prøve/ny mappe"')).stdout).toBe("stor.bin\n");
  });

  it("reads and writes plain files by the short way as nephele would: parts, conditions, one ETag", async () => {
    const path = "/dav/Mine%20filer/kort.txt";
    const ask = (...args: string[]) => world.curl(aase, path, args);
    expect((await world.put(aase, path, "0123456789")).status).toBe(201);
    expect((await world.put(aase, path, "abcdefghij")).status).toBe(204);
    const head = await ask("-I");
    const etag = /etag: (".+")/i.exec(head.body)?.[1] ?? "";
    expect(head.body).toMatch(/content-length: 10\r\n/i);
    const listed = (await ask("-X", "PROPFIND", "-H", "Depth: 0")).body.replaceAll("&quot;", '"');
    expect(listed).toContain(etag.slice(1, -1));
    expect(await ask("-r", "2-4")).toMatchObject({ status: 206, body: "cde" });
    expect((await ask("-r", "20-30")).status).toBe(416);
    expect((await ask("-H", `If-None-Match: ${etag}`)).status).toBe(304);
    expect((await ask("-H", 'If-Match: "another"')).status).toBe(412);
    const upload = ["-X", "PUT", "--data-binary", "x"];
    expect((await ask(...upload, "-H", 'If-Match: "another"')).status).toBe(412);
    expect((await ask(...upload, "-H", "If-None-Match: *")).status).toBe(412);
    expect((await ask(...upload, "-H", `If-Match: ${etag}`)).status).toBe(204);
    expect((await world.put(aase, "/dav/Mine%20filer/ingen/x", "x")).status).toBe(409);
    expect((await world.put(aase, "/dav/Skole/x", "x")).status).toBe(404);
  });

  it("keeps what WebDAV overwrites and deletes; versions and whole folders come back", async () => {
    await world.put(aase, "/dav/Mine%20filer/brev.txt", "første");
    await world.put(aase, "/dav/Mine%20filer/brev.txt", "anden");
    const page = (await world.curl(aase, "/om/mine/brev.txt")).body;
    const id = /name="id" value="([0-9a-f-]{36})"/.exec(page)?.[1] ?? "";
    expect((await world.form(aase, "/om/mine/brev.txt", { action: "restore", id })).status).toBe(303);
    expect((await world.curl(aase, "/fil/mine/brev.txt")).body).toBe("første");
    expect((await world.rclone(aase, 'purge ":webdav:Mine filer/prøve"')).code).toBe(0);
    const trash = (await world.curl(aase, "/papirkurv/mine")).body;
    expect(trash).toContain("prøve");
    const back = /name="id" value="([0-9a-f-]{36})">\s*<button[^>]*aria-label="Gendan prøve"/.exec(trash)?.[1] ?? "";
    expect((await world.form(aase, "/papirkurv/mine", { action: "restore", id: back })).status).toBe(303);
    expect((await world.rclone(aase, 'lsf ":webdav:Mine filer/prøve/ny mappe"')).stdout).toBe("stor.bin\n");
    await world.put(aase, "/dav/Mine%20filer/x", "x");
    const moved = await world.curl(aase, "/dav/Mine%20filer/x", [
      "-X",
      "MOVE",
      "-H",
      `Destination: ${origin}/dav/Mine%20filer/brev.txt`,
    ]);
    expect(moved.status).toBe(204);
    expect((await world.curl(aase, "/papirkurv/mine")).body).toContain("brev.txt");
  });

  it("ends no path outside: dots, encoded dots, links in zip files", async () => {
    for (const path of [
      "/fil/mine/..%2f..%2fconfig/files.json",
      "/fil/mine/../../../etc/passwd",
      "/fil/mine/%2e%2e/%2e%2e/etc/passwd",
      "/fil/mine/a%00b",
    ]) {
      expect([path, (await world.curl(aase, path)).status]).toEqual([path, 404]);
    }
    for (const path of ["/dav/Mine%20filer/..%2f..%2fx", "/dav/Mine%20filer/%2e%2e/x"]) {
      expect((await world.put(aase, path, "x")).status).toBeGreaterThanOrEqual(400);
    }
  });

  it("refuses what does not fit, in words, and keeps what was there", async () => {
    await world.sh(`head -c ${(quotaMiB + 2) * 1024 * 1024} /dev/zero > /tmp/stor`);
    const dav = await world.curl(aase, "/dav/Mine%20filer/stor", ["-T", "/tmp/stor"]);
    expect(dav).toMatchObject({ status: 507, body: expect.stringContaining("ikke plads") });
    const chunked = await world.curl(aase, "/dav/Mine%20filer/stor", ["-T", "-", "-H", "Transfer-Encoding: chunked"]);
    expect(chunked.status).toBeLessThan(500);
    const form = await world.curl(aase, "/send/mine", ["-H", `Origin: ${origin}`, "-F", "files=@/tmp/stor"]);
    expect(form).toMatchObject({ status: 400, body: expect.stringContaining("Der er ikke plads") });
    expect((await world.curl(aase, "/fil/mine/stor")).body).toBe("");
  });

  it("takes files by a form, and by pieces that go on after a break", async () => {
    const sent = await world.curl(aase, "/send/mine", [
      "-H",
      `Origin: ${origin}`,
      "-F",
      "files=@/config/ca.pem;filename=å.pem",
      "-F",
      "files=@/config/ca.pem;filename=to.pem",
    ]);
    expect(sent.status).toBe(303);
    expect((await world.curl(aase, "/fil/mine/to.pem")).body).toBe(world.caPem);
    const b64 = (text: string) => Buffer.from(text).toString("base64");
    const tus = ["-H", "Tus-Resumable: 1.0.0"];
    const made = await world.curl(aase, "/op", [
      "-X",
      "POST",
      ...tus,
      "-H",
      "Upload-Length: 10",
      "-H",
      `Upload-Metadata: folder ${b64("/mappe/mine")},name ${b64("stykker.txt")}`,
      "-D",
      "/dev/stdout",
    ]);
    expect(made.status).toBe(201);
    const at = /location: (\S+)/i.exec(made.body)?.[1] ?? "";
    const piece = (offset: number, text: string, who: typeof aase | typeof bent = aase) =>
      world.curl(who, at, [
        "-X",
        "PATCH",
        ...tus,
        "-H",
        `Upload-Offset: ${offset}`,
        "-H",
        "Content-Type: application/offset+octet-stream",
        "--data-binary",
        text,
      ]);
    expect((await piece(0, "01234")).status).toBe(204);
    expect((await world.curl(aase, at, ["-I", ...tus])).body).toMatch(/upload-offset: 5/i);
    expect((await piece(5, "56789", bent)).status).toBe(404);
    expect((await world.curl(aase, "/fil/mine/stykker.txt")).status).toBe(404);
    expect((await piece(5, "56789")).status).toBe(204);
    expect((await world.curl(aase, "/fil/mine/stykker.txt")).body).toBe("0123456789");
  });

  it("opens a link with a password, a limit and an end to those without a login, and nothing else", async () => {
    const path = await share("mine/brev.txt", { password: "hemmelig-1", limit: "1" });
    expect((await world.curl(undefined, path)).body).toContain("Adgangskode");
    expect((await world.curl(undefined, `${path}/fil`)).status).toBe(303);
    expect((await world.form(undefined, path, { password: "forkert" })).status).toBe(403);
    const jar = ["-c", "/tmp/jar", "-b", "/tmp/jar"];
    expect((await world.form(undefined, path, { password: "hemmelig-1" }, jar)).status).toBe(303);
    const got = await world.curl(undefined, `${path}/fil`, [...jar, "-D", "/dev/stdout", "-r", "0-1"]);
    expect(got.body).toMatch(/content-disposition: attachment/i);
    expect(got.status).toBe(200);
    expect((await world.curl(undefined, `${path}/fil`, jar)).status).toBe(404);
    const revoked = await share("mine/to.pem", {});
    expect((await world.curl(undefined, `${revoked}/fil`)).status).toBe(200);
    expect((await world.form(bent, "/links", { token: revoked.slice(3) })).status).toBe(404);
    expect((await world.form(aase, "/links", { token: revoked.slice(3) })).status).toBe(303);
    expect((await world.curl(undefined, revoked)).body).toContain("Linket virker ikke");
  });

  it("takes files in from citizens without showing them what is there", async () => {
    await world.form(aase, "/mappe/mine", { name: "Indbakke" });
    const path = await share("mine/Indbakke", { kind: "hand-in" });
    for (let n = 0; n < 2; n++) {
      const sent = await world.curl(undefined, path, [
        "-H",
        `Origin: ${origin}`,
        "-F",
        "sender=Borger/Jensen",
        "-F",
        "files=@/config/ca.pem;filename=bilag.pdf",
      ]);
      expect(sent.status).toBe(303);
    }
    const folder = (await world.curl(aase, "/mappe/mine/Indbakke")).body;
    expect(folder).toContain("Borger-Jensen - bilag.pdf");
    expect(folder).toContain("Borger-Jensen - bilag (2).pdf");
    expect((await world.curl(undefined, path)).body).not.toContain("bilag");
    expect((await world.curl(undefined, `${path}/zip`)).status).toBe(404);
    expect((await world.curl(undefined, `${path}/mappe`)).status).toBe(404);
  });

  it("closes the links of who leaves", async () => {
    const path = await share("mine/to.pem", {});
    expect((await world.curl(undefined, path)).status).toBe(200);
    await world.asSteward((client) =>
      client.modify(
        personDn(aase.guid),
        new Change({ operation: "replace", modification: new Attribute({ type: "planbState", values: ["disabled"] }) }),
      ),
    );
    await expect
      .poll(async () => (await world.curl(undefined, path)).status, { timeout: 15_000, interval: 500 })
      .toBe(404);
  });

  it("finds names in either Unicode form, and sends a folder as zip", async () => {
    await world.put(bent, `/dav/Mine%20filer/${encodeURIComponent("Årsrapport".normalize("NFD"))}`, "x");
    expect((await world.curl(bent, `/soeg?q=${encodeURIComponent("årsrap")}`)).body).toContain("rsrapport</a>");
    const zip = await world.sh(
      `curl -sS --cacert /config/ca.pem ${world
        .headers(bent)
        .map((h) => `-H '${h}'`)
        .join(" ")} https://files:8443/zip/mine | head -c 2`,
    );
    expect(zip.stdout).toBe("PK");
  });

  it("forgets what is kept of a file, and the links to it, when a program asks for it", async () => {
    const path = "/dav/Mine%20filer/glemt.txt";
    for (const text of ["1", "2"]) await world.put(bent, path, text);
    const made = await world.curl(bent, path, ["-d", "days=1", "-D", "/dev/stdout"]);
    expect((await world.curl(undefined, link(made.body))).status).toBe(200);
    await world.curl(bent, path, ["-X", "DELETE"]);
    expect((await world.curl(bent, "/papirkurv/mine")).body.match(/"Gendan glemt.txt"/g)).toHaveLength(2);
    expect((await world.curl(bent, path, ["-d", "forget=1", "-H", "Origin: https://evil.example"])).status).toBe(403);
    expect((await world.curl(bent, path, ["-d", "forget=1"])).status).toBe(204);
    expect((await world.curl(bent, "/papirkurv/mine")).body).not.toContain("glemt.txt");
    expect((await world.curl(bent, "/links")).body).not.toContain("glemt.txt");
  });

  it("holds no large body in memory, whoever sends it where no files are taken", async () => {
    const { StartedAt } = (await world.stack.inspect("files")).State;
    const handIn = await share(`${groups.byg.id}`, { kind: "hand-in", password: "hemmelig-1" });
    await world.sh("truncate -s 500M /tmp/huge");
    const form = ["-H", `Origin: ${origin}`, "-H", "Content-Type: application/x-www-form-urlencoded", "-X", "POST"];
    const multipart = form.map((each) =>
      each.replace("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"),
    );
    const huge = (who: typeof bent | undefined, path: string, args: readonly string[]) =>
      Promise.all(
        [["/tmp/huge"], ["/dev/zero", "-m", "3"]].map((from) => world.curl(who, path, [...args, "-T", ...from])),
      );
    await huge(undefined, handIn, form);
    await huge(undefined, handIn, multipart);
    for (const path of ["/mappe/mine", "/om/mine/to.pem", "/papirkurv/mine", "/del/mine", "/links"]) {
      expect([path, (await huge(bent, path, form)).map(({ status }) => status)]).toEqual([path, [413, 413]]);
    }
    for (const method of ["PROPFIND", "LOCK", "PROPPATCH", "POST"]) {
      await huge(bent, "/dav/mine/", ["-X", method, "-H", "Content-Type: application/xml"]);
    }
    expect((await world.curl(bent, "/mappe/mine")).status).toBe(200);
    expect((await world.stack.inspect("files")).State.StartedAt).toBe(StartedAt);
  }, 240_000);

  it("refuses a form from another site", async () => {
    const foreign = await world.curl(bent, "/mappe/mine", ["-H", "Origin: https://evil.example", "--data", "name=x"]);
    expect(foreign.status).toBe(403);
  });

  it("keeps everything when killed, and hands a leaver's files over", async () => {
    await world.stack.kill("files");
    await expect.poll(async () => (await world.curl(bent, "/mappe/mine")).status, { timeout: 30_000 }).toBe(200);
    const over = await world.stack.exec("files", ["node", "/opt/files/files.mjs", "hand-over", "aase", "bent"]);
    expect(over).toMatchObject({ code: 0, stdout: expect.stringContaining("Fra Åse Ærø") });
    expect((await world.curl(bent, `/mappe/mine/${encodeURIComponent("Fra Åse Ærø")}`)).body).toContain("brev.txt");
  });

  it("shows no secret and stays within its memory", async () => {
    const shown = (await world.stack.logs("files")) + JSON.stringify(await world.stack.inspect("files"));
    expect(shown).not.toContain(world.key);
    expect(shown).not.toContain("ERR_");
    const seen = (await read("cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ | tr '\\0' '\\n'")).stdout;
    expect(seen).toContain("files.mjs");
    for (const secret of Object.values(world.files?.secretFiles ?? {})) expect(seen).not.toContain(String(secret));
    const usage = await read(
      "cat /sys/fs/cgroup/memory/memory.stat /sys/fs/cgroup/memory.stat 2>/dev/null | awk '/^(total_)?(rss|anon) /{print $2; exit}'",
    );
    expect(Number(usage.stdout) / 1024 / 1024).toBeLessThan(140);
  });
});

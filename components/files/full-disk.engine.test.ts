import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FilesWorld, people } from "./testing/world.ts";

const { aase } = people;

describe("files on a full disk", () => {
  const world = new FilesWorld();
  const inside = (script: string) => world.stack.exec("files", ["bash", "-c", script]);
  const fill = () => inside("head -c 9M /dev/zero >> /data/fill; true");

  beforeAll(async () => {
    await world.start();
    const small = { "/data": "rw,size=2m,uid=1014,gid=0,mode=0770" };
    if (world.files) await world.stack.run({ ...world.files, volumes: [] }, { tmpfs: small });
    await world.stack.ready("files");
  }, 240_000);
  afterAll(() => world.stack.remove());

  it("tells an upload in pieces that there is no room, and lets it go on once there is", async () => {
    const tus = (...more: string[]) => ["Tus-Resumable: 1.0.0", ...more].flatMap((line) => ["-H", line]);
    const named = `Upload-Metadata: folder ${btoa("/mappe/mine")},name ${btoa("stor")}`;
    const location = ["-o", "/dev/null", "-w", "%header{location}\n%{http_code}"];
    const begin = ["-X", "POST", ...tus("Upload-Length: 100000", named), ...location];
    const begun = await world.curl(aase, "/op", begin);
    expect(begun.status).toBe(201);
    await fill();
    const offset = tus("Upload-Offset: 0", "Content-Type: application/offset+octet-stream");
    const piece = await world.curl(aase, begun.body, ["-X", "PATCH", ...offset, "--data-binary", "x".repeat(100_000)]);
    expect(piece).toMatchObject({ status: 507, body: "disk-full" });
    await inside("rm /data/fill");
    const seen = await world.curl(aase, begun.body, [
      "-I",
      ...tus(),
      "-o",
      "/dev/null",
      "-w",
      "%header{upload-offset}\n%{http_code}",
    ]);
    const there = Number(seen.body);
    expect(there).toBeLessThan(100_000);
    const last = tus(`Upload-Offset: ${there}`, "Content-Type: application/offset+octet-stream");
    const sent = await world.curl(aase, begun.body, [
      "-X",
      "PATCH",
      ...last,
      "--data-binary",
      "x".repeat(100_000 - there),
    ]);
    expect(sent.status).toBe(204);
    expect((await world.curl(aase, "/fil/mine/stor")).body).toBe("x".repeat(100_000));
    expect((await world.curl(aase, "/dav/mine/stor", ["-X", "DELETE"])).status).toBe(204);
    await world.curl(aase, "/dav/mine/stor", ["-d", "forget=1"]);
  });

  it("deletes on a full disk: the oldest of the trash gives way, and where there is none the answer is true", async () => {
    const remove = (name: string) => world.curl(aase, `/dav/mine/${name}`, ["-X", "DELETE"]);
    const trash = async () => (await world.curl(aase, "/papirkurv/mine")).body;
    for (const name of ["gammel", "a", "b"])
      expect((await world.put(aase, `/dav/mine/${name}`, "x".repeat(50_000))).status).toBe(201);
    expect((await remove("gammel")).status).toBe(204);
    await fill();
    const full = await world.put(aase, "/dav/mine/ny", "x".repeat(50_000));
    expect(full).toMatchObject({ status: 507, body: expect.stringContaining("serveren") });
    expect((await remove("a")).status).toBe(204);
    expect(await trash()).toContain("Gendan a");
    expect(await trash()).not.toContain("gammel");
    await world.curl(aase, "/dav/mine/a", ["-d", "forget=1"]);
    await fill();
    expect(await remove("b")).toMatchObject({ status: 507, body: expect.stringContaining("serveren") });
    expect((await world.curl(aase, "/fil/mine/b")).body).toBe("x".repeat(50_000));
    const page = await world.form(aase, "/om/mine/b", { action: "remove" });
    expect(page).toMatchObject({ status: 400, body: expect.stringContaining("ikke mere plads på serveren") });
    await inside("rm /data/fill");
    expect((await remove("b")).status).toBe(204);
  });
});

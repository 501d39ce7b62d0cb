import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRunning, type RunningStack, steward } from "./support/demo.ts";
import { appPassword } from "./support/mail.ts";
import { noMounts, Pc } from "./support/pc.ts";
import { Staff } from "./support/staff.ts";

const login = "historie.drev";
const folder = "Mine filer/Drev æøå";
const composed = "ÆØÅ blåbærgrød.txt";
const names = [composed, composed.normalize("NFD"), "tal & 'tegn' #20%.txt", `${"å".repeat(120)}.txt`];

describe("files by programs that show a folder on the PC", () => {
  let stack: RunningStack;
  let staff: Staff;
  let pc: Pc | undefined;
  let url: URL;
  let password = "";
  let guid = "";

  beforeAll(async () => {
    stack = await openRunning();
    staff = new Staff(stack);
    url = new URL(`${stack.origin("filer")}/dav`);
    const clerk = await staff.hire(login, "Dres", "Drev-Ærø");
    guid = (await staff.admin("guid", login)).toLowerCase();
    await steward(stack, "sync");
    password = await appPassword(stack, clerk, "PC med drev", "dav");
    pc = await Pc.start(stack, "files", [url.hostname], noMounts === undefined);
  });
  afterAll(async () => {
    await pc?.sh("umount /mnt");
    await pc?.close();
    await staff.dismissAll();
    if (guid !== "") await stack.engine.exec("files", ["rm", "-rf", `/data/hjem/${guid}`, `/data/kept/hjem/${guid}`]);
  });

  /** The PC, started. */
  const on = (): Pc => {
    if (pc === undefined) throw new Error("the PC did not start");
    return pc;
  };
  /** What the service has of the person's, file by file with its content, by its own disk. */
  const kept = async (): Promise<Record<string, string>> => {
    const line =
      'cd "$1" && find . -type f -printf "%P\\0" | while IFS= read -r -d "" f; do printf "%s\\0%s\\0" "$f" "$(cat "$f")"; done';
    const { stdout } = await stack.engine.exec("files", ["bash", "-c", line, "-", `/data/hjem/${guid}`]);
    const parts = stdout.split("\0").slice(0, -1);
    return Object.fromEntries(parts.flatMap((name, n) => (n % 2 === 0 ? [[name, parts[n + 1] ?? ""]] : [])));
  };

  describe.skipIf(noMounts !== undefined)(`davfs2${noMounts === undefined ? "" : ` (not run: ${noMounts})`}`, () => {
    const mount = (given: string) =>
      on().sh(
        'printf "%s\\n%s\\nn\\n" "$2" "$3" | mount -t davfs -o conf=/root/davfs2.conf "$1" /mnt',
        url.href,
        login,
        given,
      );

    it("is let in by its trust in the stack's root certificate and the right password alone", async () => {
      // Since Linux 6.16 the usual buffer is too small for a listing: https://github.com/alisarctl/davfs2/issues/22
      const conf = "buf_size 64\nuse_locks 1\nask_auth 1\ndelay_upload 0\n";
      await on().write("/root/davfs2.conf", conf);
      const untrusted = await mount(password);
      expect(untrusted.code).not.toBe(0);
      expect(untrusted.stderr + untrusted.stdout).toMatch(/certificate is not trusted/);
      await on().write("/root/davfs2.conf", `${conf}trust_ca_cert ${on().root}\n`);
      const guessed = await mount("gættet-forkert");
      expect(guessed).toMatchObject({ code: 1, stderr: expect.stringMatching(/authenticat/) });
      expect(await mount(password)).toMatchObject({ code: 0, stderr: "" });
      expect((await on().does("ls /mnt")).split("\n")).toContain("Mine filer");
    });

    it("writes, reads back, renames and deletes; names stay what they are", async () => {
      await on().does('mkdir "/mnt/$1"', folder);
      for (const name of names) await on().does('printf %s "$2" > "/mnt/$1/$2"', folder, name);
      const at = (all: readonly string[]) => Object.fromEntries(all.map((name) => [`Drev æøå/${name}`, name]));
      await expect.poll(kept, { timeout: 20_000 }).toEqual(at(names));
      // Mounted anew, so that it is the server's copy that is read.
      await on().does("umount /mnt");
      expect(await mount(password)).toMatchObject({ code: 0, stderr: "" });
      for (const name of names) expect(await on().does('cat "/mnt/$1/$2"', folder, name)).toBe(name);
      await on().does('mv "/mnt/$1/$2" "/mnt/$1/$3"', folder, composed, "Ærø 2.txt");
      await on().does('rm "/mnt/$1/$2"', folder, names[2] ?? "");
      const left = [composed.normalize("NFD"), names[3] ?? ""];
      await expect.poll(kept, { timeout: 20_000 }).toEqual({ ...at(left), "Drev æøå/Ærø 2.txt": composed });
      await on().does('rm -r "/mnt/$1" && umount /mnt', folder);
      expect(await kept()).toEqual({});
    });
  });

  describe("GNOME's files (gvfs)", () => {
    let place = "";
    const mount = (given: string) => on().sh('printf "%s\\n" "$2" | timeout 30 gio mount "$1"', place, given);
    const gio = (verb: string, ...args: readonly string[]) => on().does(`gio ${verb} "$@"`, ...args);
    const at = (path: string) => `${place}/${path.split("/").map(encodeURIComponent).join("/")}`;

    it("is let in by the PC's trust in the stack's root certificate and the right password alone", async () => {
      place = `davs://${login}@${url.host}${url.pathname}`;
      await on().does("dbus-daemon --session --fork --address=$DBUS_SESSION_BUS_ADDRESS");
      expect(await mount(password)).toMatchObject({ stderr: expect.stringMatching(/Unacceptable TLS certificate/) });
      await on().does("cp $1 /usr/local/share/ca-certificates/planb.crt && update-ca-certificates", on().root);
      const guessed = await mount("gættet-forkert");
      expect(guessed).toMatchObject({ stderr: expect.stringMatching(/Unauthorized/) });
      expect(await mount(password)).toMatchObject({ code: 0 });
      expect((await gio("list", place)).split("\n")).toContain("Mine filer");
    });

    it("writes, reads back, renames and deletes; names stay what they are", async () => {
      await gio("mkdir", at(folder));
      for (const name of names) {
        await on().does('printf %s "$2" | gio save "$1"', at(`${folder}/${name}`), name);
        expect(await gio("cat", at(`${folder}/${name}`))).toBe(name);
      }
      const there = (await gio("list", at(folder))).trim().split("\n").sort();
      expect(there).toEqual([...names].sort());
      await gio("rename", at(`${folder}/${composed}`), "Ærø 2.txt");
      await gio("remove", at(`${folder}/${names[2]}`));
      expect(await kept()).toEqual({
        [`Drev æøå/${composed.normalize("NFD")}`]: composed.normalize("NFD"),
        [`Drev æøå/${names[3]}`]: names[3],
        "Drev æøå/Ærø 2.txt": composed,
      });
      for (const name of ["Ærø 2.txt", composed.normalize("NFD"), names[3] ?? ""])
        await gio("remove", at(`${folder}/${name}`));
      await gio("remove", at(folder));
      expect(await kept()).toEqual({});
    });
  });
});

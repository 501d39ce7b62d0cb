import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRunning, planb, type RunningStack, steward } from "./support/demo.ts";
import { appPassword, MailProgram, tidyMail } from "./support/mail.ts";
import { Pc } from "./support/pc.ts";
import { Staff } from "./support/staff.ts";

const run = `historie-${randomUUID().slice(0, 8)}`;
const address = (login: string) => `${login}@kommune.example`;
const vacation = `require ["vacation"];
vacation :days 7 :subject "${run} Jeg holder påskeferie" "Kære afsender

Jeg er på Ærø til og med fredag og læser din mail, når jeg er hjemme.

Venlig hilsen
Sif Sie-Ærø";
`;

describe("rules for mail, with a program that speaks ManageSieve", () => {
  let stack: RunningStack;
  let staff: Staff;
  let sif: MailProgram;
  let kaj: MailProgram;
  let pc: Pc | undefined;
  /** Where the DNS says that rules are kept. */
  let server: { readonly name: string; readonly port: string };

  beforeAll(async () => {
    stack = await openRunning();
    staff = new Staff(stack);
    const records = JSON.parse((await planb("dns", stack.name, "--json")).stdout) as { name: string; value: string }[];
    const [, , port = "", target = ""] = (
      records.find(({ name }) => name === "_sieve._tcp.kommune.example")?.value ?? ""
    ).split(" ");
    server = { name: target.replace(/\.$/, ""), port };
    const clerks = [await staff.hire("regel.sif", "Sif", "Sie-Ærø"), await staff.hire("regel.kaj", "Kaj", "Kollega")];
    await steward(stack, "sync");
    const programs = clerks.map(
      async (clerk) => new MailProgram(stack, address(clerk.username), await appPassword(stack, clerk, "Postprogram")),
    );
    [sif, kaj] = (await Promise.all(programs)) as [MailProgram, MailProgram];
    pc = await Pc.start(stack, "sieve", [server.name]);
    await pc.write("/tmp/ferie.sieve", vacation);
    await pc.write("/tmp/fejl.sieve", 'require ["vacation"];\nvacation :dage 7 "Æh";\n');
  });
  afterAll(async () => {
    await pc?.close();
    await tidyMail(stack, run);
    await staff.dismissAll();
  });

  /** Runs sieve-connect as Sif. @param options Default: trust in the stack's root certificate */
  const sieve = async (line: string, password = sif.password, trust = `--tlscafile ${pc?.root}`) => {
    if (pc === undefined) throw new Error("the PC did not start");
    const at = `--server ${server.name} --port ${server.port} --nosrv --user ${sif.login} --passwordfd 3`;
    const { code, stdout, stderr } = await pc.sh(`sieve-connect ${at} ${trust} ${line} 3<<<"$1"`, password);
    return { code, text: stdout + stderr };
  };

  it("is reached over TLS, with trust in the stack's root certificate and the right password alone", async () => {
    const untrusted = await sieve("--list", sif.password, "");
    expect(untrusted.code).not.toBe(0);
    expect(untrusted.text).toMatch(/certificate verify failed/i);
    const guessed = await sieve("--list", "gæt-1234-gæt");
    expect(guessed.code).not.toBe(0);
    expect(guessed.text).toMatch(/auth/i);
    expect(await sieve("--list")).toMatchObject({ code: 0 });
  });

  it("takes a vacation in Danish, refuses one with a fault and says in which line", async () => {
    const wrong = await sieve("--localsieve /tmp/fejl.sieve --remotesieve fejl --upload");
    expect(wrong.text).toMatch(/line 2/);
    expect(await sieve("--localsieve /tmp/ferie.sieve --remotesieve ferie --upload")).toMatchObject({ code: 0 });
    expect(await sieve("--remotesieve ferie --activate")).toMatchObject({ code: 0 });
    const listed = (await sieve("--list")).text;
    expect(listed).toMatch(/ferie.*ACTIVE/);
    expect(listed).not.toContain("fejl");
    expect(await sieve("--remotesieve ferie --download --localsieve /tmp/hentet")).toMatchObject({ code: 0 });
    expect(await pc?.does("cat /tmp/hentet")).toBe(vacation);
  });

  it("answers each who writes once, and keeps their letters", async () => {
    for (const word of ["et", "to"]) {
      await kaj.send({ to: sif.mail, subject: `${run} spørgsmål ${word}`, text: "Kan du hjælpe?" });
      await sif.arrives(`${run} spørgsmål ${word}`);
    }
    const answer = await kaj.arrives(`${run} Jeg holder`);
    expect(answer.text).toMatch(/^From: .*regel\.sif@kommune\.example/m);
    expect(answer.text).toMatch(/^Auto-Submitted: auto-replied/m);
    expect(answer.text).toMatch(/Jeg er på Ærø til og med fredag|=C3=86r=C3=B8/);
    // A machine's letter is answered never, or two that are away would write to each other for ever.
    await kaj.send({
      to: sif.mail,
      subject: `${run} automat`,
      text: "x",
      headers: { "auto-submitted": "auto-replied" },
    });
    await sif.arrives(`${run} automat`);
    await kaj.arrives(`${run} Jeg holder`);
  });

  it("answers nobody any more when the script is gone", async () => {
    expect((await sieve("--remotesieve ferie --delete")).text).toMatch(/active/i);
    expect(await sieve("--deactivate")).toMatchObject({ code: 0 });
    expect(await sieve("--remotesieve ferie --delete")).toMatchObject({ code: 0 });
    expect((await sieve("--list")).text).not.toContain("ferie");
    await tidyMail(stack, run);
    await kaj.send({ to: sif.mail, subject: `${run} hjemme igen`, text: "Er du hjemme?" });
    await sif.arrives(`${run} hjemme igen`);
    await new Promise((resolve) => setTimeout(resolve, 5000));
    expect(await kaj.letters(`${run} Jeg holder`)).toEqual([]);
  });
});

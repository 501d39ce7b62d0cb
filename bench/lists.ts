import { createTransport } from "nodemailer";
import { mailSettings } from "../components/mail/config.ts";
import { MailWorld, mailHost } from "../components/mail/testing/world.ts";
import { buildImages } from "../images/index.ts";
import { TestStack } from "../test/contract/engine.ts";
import { type Bench, median } from "./harness.ts";
import { arrivals, onceEach } from "./lists-arrivals.ts";
import { domain, listAddress, listPorts, section, staff, startListsWorld, untilIdle } from "./lists-world.ts";
import { startMailPeer, startNames } from "./mail-peer.ts";
import { tell } from "./stack.ts";

const rounds = 3;
const people = 2000;
const barePorts = { smtp: 29_025, imaps: 29_093 };
const bouncesTo = `alle-bounces@liste.${domain}`;
const writer = {
  guid: "00000000-0000-4000-8000-00000000ffff",
  ...{ uid: "direktionen", mail: `direktionen@${domain}`, password: "hemmelig-direktion" },
};
const addresses = staff(people).map(({ mail }) => mail);
const everybody = { from: bouncesTo, to: addresses };

/** A letter of a page. */
const letter = (id: string) => ({
  ...{ from: writer.mail, to: listAddress, subject: `Orientering ${id}`, messageId: `<${id}>` },
  text: "Kære alle. Mødet om byplanen er flyttet til onsdag, og referatet følger i næste uge.\n".repeat(40),
});

/** A way to get a letter to everybody. */
interface Side {
  readonly label: string;
  readonly values: number[];
  /** Where the mailboxes are. */
  readonly stack: TestStack;
  readonly dovecot: string;
  readonly root: string;
  send(id: string): Promise<unknown>;
}

/** @returns seconds from the first command until the last of them has it */
async function once({ label, stack, dovecot, root, send }: Side, run: string): Promise<number> {
  const id = `${label}-${run}@maaling.example`.replaceAll(/[^a-z0-9@.]+/gi, "-").toLowerCase();
  const { done, stop } = await arrivals(stack, dovecot, id, people, 120);
  try {
    const begin = performance.now();
    await send(id);
    const accepted = performance.now();
    const end = await done;
    await onceEach(stack, dovecot, { id, root, expected: people });
    tell(
      `${label}, ${run}: ${((end - begin) / 1000).toFixed(1)} s, taken after ${((accepted - begin) / 1000).toFixed(1)} s`,
    );
    return (end - begin) / 1000;
  } finally {
    stop();
  }
}

/** Seconds until the last of 2,000 members has one post, against Postfix that is handed all of them as recipients. */
export const lists: Bench = {
  name: "lists",
  about: `one post to ${people} members of the house, until the last has it, against Postfix handed them as recipients`,
  async run() {
    await buildImages(() => {}, [
      ...["node", "openldap", "access", "dovecot", "postfix", "rspamd", "postgresql", "mailman"],
    ]);
    const world = new MailWorld("bench-lists", listPorts);
    const peer = new TestStack("bench-lists-peer");
    let bareCaPem = "";
    const ours = { stack: world.stack, dovecot: "mailbox", root: "/data" };
    const sides: readonly Side[] = [
      {
        ...{ label: "the list", values: [], ...ours },
        send: (id) => world.submit(writer, letter(id)),
      },
      {
        ...{ label: "the stack's Postfix directly", values: [], ...ours },
        send: (id) => world.asProgram("lists", { ...letter(id), envelope: everybody }),
      },
      {
        ...{ label: "bare Postfix and Dovecot", values: [], stack: peer, dovecot: "mail", root: "/data/mail" },
        send: (id) =>
          createTransport({
            ...{ host: "127.0.0.1", port: barePorts.smtp, requireTLS: true, name: "mx.outside.example" },
            tls: { ca: bareCaPem, servername: mailHost },
          }).sendMail({ ...letter(id), envelope: everybody }),
      },
    ];
    try {
      tell("starting the stack and, beside it, bare Postfix and Dovecot");
      await startListsWorld(world, staff(people), writer, tell);
      const readers = addresses.map((address) => ({ address, password: "none" }));
      const settings = mailSettings.parse({ ...section, resolvers: [await startNames(peer)] });
      ({ caPem: bareCaPem } = await startMailPeer(peer, settings, readers, barePorts));
      for (let run = 0; run <= rounds; run++) {
        for (const side of sides) {
          await untilIdle(side.stack, side.stack === peer ? ["mail"] : ["mailbox", "mail", "lists"]);
          const took = await once(side, run === 0 ? "first, not measured" : String(run));
          if (run > 0) side.values.push(took);
        }
      }
    } finally {
      await world.remove();
      await peer.remove();
    }
    const [list = Number.NaN, own = Number.NaN, bare = Number.NaN] = sides.map(({ values }) => median(values));
    return {
      bench: "lists",
      compares: `one letter of 3 KiB to a list of ${people} people of the house, from a clerk's mail program until the last has it in the mailbox, each once: submission, filter, Mailman, the filter again, mailboxes; with the same Postfix, filter and mailboxes that are handed the ${people} as recipients of one letter; and with Postfix and Dovecot of one container, people in a file, the same filter`,
      goal: "at most 2 times Postfix handed the same recipients",
      series: sides.map(({ label, values }) => ({ label, unit: "s", values })),
      figures: { ratio: list / own, "ratio to bare": list / bare },
      met: list / own <= 2,
    };
  },
};

import { setTimeout as sleep } from "node:timers/promises";
import { mailSettings } from "../components/mail/config.ts";
import { MailWorld, mailHost } from "../components/mail/testing/world.ts";
import { buildImages } from "../images/index.ts";
import { TestStack } from "../test/contract/engine.ts";
import { type Bench, median } from "./harness.ts";
import { type MailServer, mailLoad } from "./mail-load.ts";
import { startMailPeer, startNames } from "./mail-peer.ts";
import { tell } from "./stack.ts";

const rounds = 5;
const load = { messages: 300, atOnce: 8 } as const;
const people = 20;
const ports = {
  smtp: 28_725,
  submissions: 28_765,
  submission: 28_787,
  imaps: 28_793,
  sieve: 28_794,
  directory: 28_741,
};
/** The load comes from nobody's server, which the filter would mark as spam: it judges, and does not act. */
const section = { domains: ["kommune.example"], spam: { markAt: 100, refuseAt: 1000 } };

const staff = Array.from({ length: people }, (_, n) => ({
  guid: `00000000-0000-4000-8000-${String(n + 1).padStart(12, "0")}`,
  uid: `medarbejder${n + 1}`,
  mail: `medarbejder${n + 1}@kommune.example`,
  password: `hemmelig-${n + 1}`,
}));
const readers = staff.map(({ mail, password }) => ({ address: mail, password }));

/** Mail a second from accepted to read, of the stack's servers and of bare Postfix and Dovecot. */
export const mail: Bench = {
  name: "mail",
  about: "messages/s accepted, filtered, delivered and read by IMAP, against bare Postfix and Dovecot",
  async run() {
    await buildImages(() => {}, ["node", "openldap", "access", "dovecot", "postfix", "rspamd"]);
    const world = new MailWorld("bench-mail", ports);
    const peer = new TestStack("bench-mail-peer");
    const found = { ours: [] as number[], bare: [] as number[] };
    try {
      tell("starting both");
      await world.start({ ...section, resolvers: [await startNames(world.stack)] });
      for (const person of staff) await world.addPerson(person);
      const { smtp: smtpPort, imaps: imapPort } = ports;
      const ours: MailServer = { smtpPort, imapPort, caPem: world.caPem, hostName: mailHost };
      const bare = await startMailPeer(
        peer,
        mailSettings.parse({ ...section, resolvers: [await startNames(peer)] }),
        readers,
        { smtp: 28_825, imaps: 28_893 },
      );
      const round = async (label: keyof typeof found, server: MailServer, name: string) => {
        // What was written before is on the disk by now, so that nobody pays for another's.
        await sleep(3000);
        const { all, accepted } = await mailLoad(server, readers, `${label}.${name}`, load);
        tell(
          `${label} ${name}: ${(load.messages / all).toFixed(1)}/s, accepted ${(load.messages / accepted).toFixed(1)}/s`,
        );
        return load.messages / all;
      };
      tell("a first round, which is not measured");
      await round("ours", ours, "first");
      await round("bare", bare, "first");
      for (let run = 0; run < rounds; run++) {
        found.ours.push(await round("ours", ours, String(run)));
        found.bare.push(await round("bare", bare, String(run)));
      }
    } finally {
      await world.remove();
      await peer.remove();
    }
    const ratio = median(found.ours) / median(found.bare);
    return {
      bench: "mail",
      compares: `${load.messages} messages of 2 to 170 KiB a round from other servers, ${load.atOnce} connections at once with STARTTLS, to ${people} people whose mail programs fetch each message as it comes: the stack's mail, filter, mailbox, access and directory, whose search follows within two minutes; with Postfix and Dovecot of one container, people in a file, delivery by a socket, no search, and a filter set the same, on the same disk`,
      goal: "ratio at least 0.9",
      series: [
        { label: "the stack, until read by IMAP", unit: "messages/s", values: found.ours },
        { label: "bare Postfix and Dovecot", unit: "messages/s", values: found.bare },
      ],
      figures: { ratio },
      met: ratio >= 0.9,
    };
  },
};

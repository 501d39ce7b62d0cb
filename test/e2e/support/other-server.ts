import Docker from "dockerode";
import { imageRefs } from "../../../images/index.ts";
import { type ExecResult, logText, runInside } from "../../../platform/docker/inside.ts";
import { removeThings } from "../../../platform/docker/operate.ts";
import type { RunningStack } from "./demo.ts";
import { eventually } from "./engine.ts";

const name = "planb-test-other-server";

const mainCf = (domain: string) => `compatibility_level = 3.10
maillog_file = /dev/stdout
queue_directory = /tmp/spool
data_directory = /tmp/state
mail_owner = postfix
setgid_group = postdrop
myhostname = ${domain}
inet_protocols = ipv4
mynetworks =
mydestination =
relay_domains = ${domain}
smtpd_relay_restrictions = reject_unauth_destination
smtpd_recipient_restrictions = check_recipient_access texthash:/tmp/postfix/refused, check_recipient_access static:HOLD
`;
const masterCf = `25 inet n - n - - smtpd
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
`;
const start = `mkdir -p /tmp/spool /tmp/state /tmp/postfix && chown postfix /tmp/state && touch /tmp/postfix/refused
printf %s "$1" > /tmp/postfix/main.cf; printf %s "$2" > /tmp/postfix/master.cf
exec postfix -c /tmp/postfix start-fg`;

/** Another organisation's mail server, a Postfix that the stack's own finds by its domain; it keeps what it gets. */
export class OtherServer {
  readonly #container: Docker.Container;

  private constructor(container: Docker.Container) {
    this.#container = container;
  }

  /** @param domain whose mail it takes */
  static async start(stack: RunningStack, domain: string): Promise<OtherServer> {
    // What a run that was killed left behind.
    await removeThings({ containers: [name] });
    // Where the stack's mail goes out.
    const network = `planb-${stack.name}-mail-out`;
    const container = await new Docker().createContainer({
      name,
      Image: imageRefs()["postfix"] ?? "",
      Entrypoint: ["bash", "-c", start, "-", mainCf(domain), masterCf],
      User: "0",
      HostConfig: { NetworkMode: network },
      NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [domain] } } },
    });
    await container.start();
    const server = new OtherServer(container);
    await eventually(async () => {
      if (!(await logText(container, 50)).includes("starting the Postfix mail system")) throw new Error("not up yet");
    }, 30);
    return server;
  }

  #sh(line: string, ...args: readonly string[]): Promise<ExecResult> {
    return runInside(this.#container, ["bash", "-c", line, "-", ...args]);
  }

  /** Refuses mail to these addresses from now on, as nobody's, and takes that to all others of its domain. */
  async refuse(...addresses: readonly string[]): Promise<void> {
    const lines = addresses.map((one) => `${one} 550 5.1.1 User unknown\n`).join("");
    await this.#sh('printf %s "$1" > /tmp/postfix/refused && postfix -c /tmp/postfix reload', lines);
  }

  /** How often it has refused an address. */
  async refusals(address: string): Promise<number> {
    const log = await logText(this.#container, 2000);
    return log.split("\n").filter((line) => line.includes("reject: RCPT") && line.includes(`to=<${address}>`)).length;
  }

  /** What it has got for an address, whole. */
  async got(address: string): Promise<readonly string[]> {
    const line = "for f in $(find /tmp/spool/hold -type f); do postcat -c /tmp/postfix $f; echo @@@; done";
    const { stdout } = await this.#sh(line);
    return stdout.split("@@@\n").filter((text) => text.includes(`\nrecipient: ${address}\n`));
  }

  close(): Promise<void> {
    return removeThings({ containers: [name] });
  }
}

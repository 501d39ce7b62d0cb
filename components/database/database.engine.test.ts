import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImages } from "../../images/index.ts";
import { authority, derive, type Workload } from "../../model/index.ts";
import { TestStack } from "../../test/contract/engine.ts";
import { databaseConfig } from "./config.ts";
import { databaseWorkload } from "./workloads.ts";

const master = "m".repeat(43);
const password = (name: string, version = 1) => derive(master, `database/${name}/${version}`);
const psql = "/usr/lib/postgresql/17/bin/psql";

describe("the database on an engine", () => {
  const stack = new TestStack("database");
  let workload: Workload;
  let client: Workload;

  /** Runs SQL from the client's container, as a service would: by name, over verified TLS. */
  const query = (sql: string, to: { db?: string; user?: string; password?: string; tls?: string } = {}) => {
    const { db = "keycloak", user = db, tls = "verify-full" } = to;
    const conninfo =
      `host=database dbname=${db} user=${user} password=${to.password ?? password(user)} ` +
      `sslmode=${tls} sslrootcert=${tls === "verify-full" ? "/config/ca.pem" : "none"} connect_timeout=5`;
    return stack.exec("sso", [psql, "-XAtq", conninfo, "-c", sql]);
  };

  beforeAll(async () => {
    await buildImages(() => {}, ["postgresql"]);
    const ca = await authority(master, "ca/1", "Test");
    const leaf = await ca.issue("database/tls/1", ["database"]);
    workload = databaseWorkload(
      databaseConfig.parse({}),
      [
        { service: "sso", database: "keycloak" },
        { service: "lists", database: "lists" },
      ],
      { caPem: ca.caPem, ...leaf, passwords: { keycloak: password("keycloak"), lists: password("lists") } },
    );
    const { volumes: _, writablePaths: __, ...rest } = workload;
    client = { ...rest, name: "sso", reachableFrom: [], files: { "ca.pem": ca.caPem }, secretFiles: {} };
    await stack.run(workload);
    await stack.run({ ...client, ready: { exec: ["true"] } }, { entrypoint: ["sleep", "infinity"] });
    await stack.ready("database");
  });
  afterAll(() => stack.remove());

  it("runs as its own user with a read-only root, and its data belongs to it", async () => {
    const ids = await stack.exec("database", [
      "bash",
      "-c",
      "id -u; id -g; stat -c '%u:%g %a' /data; grep Cap /proc/1/status",
    ]);
    expect(ids.stdout).toMatch(/^1003\n0\n1003:0 770\n/);
    expect(ids.stdout).toMatch(/CapEff:\t0{16}\n/);
    expect((await stack.exec("database", ["touch", "/etc/x"])).stderr).toContain("Read-only file system");
  });

  it("gives a service its database, and the server's certificate verifies", async () => {
    const made = await query("create table t(v text); insert into t values('Ærø'); select v, version() from t");
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Ærø\|PostgreSQL 17\./) });
    const tls = await query("select ssl, version from pg_stat_ssl where pid = pg_backend_pid()");
    expect(tls.stdout).toMatch(/^t\|TLSv1\.[23]\n$/);
  });

  it("refuses a connection without TLS, a wrong password, another's database and the superuser", async () => {
    expect((await query("select 1", { tls: "disable" })).stderr).toContain("no pg_hba.conf entry");
    expect((await query("select 1", { password: "wrong" })).stderr).toContain("password authentication failed");
    expect((await query("select 1", { db: "lists" })).stdout).toBe("1\n");
    for (const db of ["lists", "postgres", "template1"]) {
      expect((await query("select 1", { db, user: "keycloak" })).stderr).toContain("no pg_hba.conf entry");
    }
    expect((await query("select 1", { db: "postgres", user: "planb" })).stderr).toContain("no pg_hba.conf entry");
  });

  it("keeps what was committed when killed, and is back by itself", async () => {
    await query("create table kept(n int)");
    await query("insert into kept select generate_series(1, 1000)");
    const before = (await stack.inspect("database")).State.StartedAt;
    await stack.kill("database");
    await expect
      .poll(async () => (await query("select count(*) from kept")).stdout, { timeout: 60_000 })
      .toBe("1000\n");
    expect((await stack.inspect("database")).State.StartedAt).not.toBe(before);
  });

  it("is not disturbed by what a health check or an operator leaves behind", async () => {
    // Its parent ends first, so the first process of the container inherits it.
    const left = await stack.exec("database", ["bash", "-c", "sleep 60 >/dev/null 2>&1 & echo $!"]);
    const slow = query("select 'here' from pg_sleep(3)");
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect((await stack.exec("database", ["kill", "-TERM", left.stdout.trim()])).code).toBe(0);
    expect(await slow).toMatchObject({ code: 0, stdout: "here\n" });
    expect(await stack.logs("database")).not.toContain("terminating any other active server processes");
  });

  it("takes a changed password, refuses the old one and keeps the rows", async () => {
    const secretFiles = { ...workload.secretFiles, "secrets/keycloak": password("keycloak", 2) };
    await stack.run({ ...workload, secretFiles });
    await stack.ready("database");
    expect((await query("select 1")).stderr).toContain("password authentication failed");
    expect((await query("select v from t", { password: password("keycloak", 2) })).stdout).toBe("Ærø\n");
  });

  it("never shows a password: not in the log, the process list, or what the engine tells", async () => {
    const inspected = JSON.stringify(await stack.inspect("database"));
    const shown = (await stack.logs("database")) + inspected;
    for (const secret of [password("keycloak"), password("keycloak", 2), password("lists")]) {
      expect(shown).not.toContain(secret);
    }
    expect((await stack.exec("database", ["bash", "-c", "stat -c '%u:%g %a' /config/secrets/keycloak"])).stdout).toBe(
      "0:0 440\n",
    );
  });

  it("stays far below its memory limit when idle", async () => {
    const usage = await stack.exec("database", [
      "bash",
      "-c",
      "cat /sys/fs/cgroup/memory/memory.stat /sys/fs/cgroup/memory.stat 2>/dev/null | awk '/^(total_)?(rss|anon) /{print $2; exit}'",
    ]);
    expect(Number(usage.stdout) / 1024 / 1024).toBeLessThan(64);
  });
});

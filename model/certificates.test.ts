import { createPrivateKey, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { authority, leafDays, leafReissueDays } from "./certificates.ts";

const master = "m".repeat(43);
const day = 24 * 60 * 60 * 1000;

describe("authority", () => {
  it("issues leaves that verify against the root, for every name", async () => {
    const ca = await authority(master, "ca/1", 'Ærø "Kommune", plan B');
    const leaf = await ca.issue("edge/tls/1", ["start.demo.localhost", "login.demo.localhost"]);
    const root = new X509Certificate(ca.caPem);
    const cert = new X509Certificate(leaf.certPem);
    expect(root.ca).toBe(true);
    expect(cert.ca).toBe(false);
    expect(cert.verify(root.publicKey)).toBe(true);
    expect(cert.checkIssued(root)).toBe(true);
    expect(cert.checkPrivateKey(createPrivateKey(leaf.keyPem))).toBe(true);
    expect(cert.checkHost("login.demo.localhost")).toBe("login.demo.localhost");
    expect(root.subject).toContain("Ærø");
  });

  it("gives the same bytes again within a period, and new ones with a third of the life left", async () => {
    const ca = await authority(master, "ca/1", "Demo");
    const again = await authority(master, "ca/1", "Demo");
    expect(again.caPem).toBe(ca.caPem);
    const start = new Date(leafReissueDays * day * 200);
    const first = await ca.issue("a/1", ["a"], start);
    expect(await again.issue("a/1", ["a"], new Date(start.getTime() + 119 * day))).toEqual(first);
    const next = await ca.issue("a/1", ["a"], new Date(start.getTime() + leafReissueDays * day));
    expect(next.certPem).not.toBe(first.certPem);
    const left =
      new Date(new X509Certificate(first.certPem).validTo).getTime() - start.getTime() - leafReissueDays * day;
    expect(left / day).toBe(leafDays - leafReissueDays);
  });

  it("differs between masters and between labels", async () => {
    const ca = await authority(master, "ca/1", "Demo");
    const other = await authority("n".repeat(43), "ca/1", "Demo");
    expect(other.caPem).not.toBe(ca.caPem);
    expect((await ca.issue("a/1", ["a"])).keyPem).not.toBe((await ca.issue("a/2", ["a"])).keyPem);
  });
});

import { createPrivateKey, X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { authority, leafReissueDays } from "./certificates.ts";

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

  it("gives the same bytes again within a period, and at any time a leaf for more than 400 days", async () => {
    const ca = await authority(master, "ca/1", "Demo");
    const again = await authority(master, "ca/1", "Demo");
    expect(again.caPem).toBe(ca.caPem);
    const root = new X509Certificate(ca.caPem);
    const start = new Date(Date.parse(root.validFrom) + 3 * leafReissueDays * day);
    const at = (days: number) => new Date(start.getTime() + days * day);
    const first = await ca.issue("a/1", ["a"], start);
    expect(await again.issue("a/1", ["a"], at(leafReissueDays - 0.01))).toEqual(first);
    const next = await ca.issue("a/1", ["a"], at(leafReissueDays));
    expect(next.certPem).not.toBe(first.certPem);
    for (const now of [new Date(root.validFrom), at(0), at(100), at(364.99), at(365), at(1094.99)]) {
      const { validFrom, validTo } = new X509Certificate((await ca.issue("a/1", ["a"], now)).certPem);
      expect(Date.parse(validFrom)).toBeLessThanOrEqual(now.getTime());
      expect(Date.parse(validFrom)).toBeGreaterThanOrEqual(Date.parse(root.validFrom));
      expect((Date.parse(validTo) - now.getTime()) / day).toBeGreaterThan(400);
      // What Apple's systems take of an authority that was added.
      expect((Date.parse(validTo) - Date.parse(validFrom)) / day).toBeLessThanOrEqual(825);
    }
  });

  it("differs between masters and between labels", async () => {
    const ca = await authority(master, "ca/1", "Demo");
    const other = await authority("n".repeat(43), "ca/1", "Demo");
    expect(other.caPem).not.toBe(ca.caPem);
    expect((await ca.issue("a/1", ["a"])).keyPem).not.toBe((await ca.issue("a/2", ["a"])).keyPem);
  });
});

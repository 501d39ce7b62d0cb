import { describe, expect, it } from "vitest";
import { jarPackage } from "./contents.ts";
import { compareContents } from "./refresh.ts";
import { imageSbom, packageUrl } from "./sbom.ts";

describe("what is in an image", () => {
  it("reads jars as Quarkus and Maven name them", () => {
    expect(jarPackage("org.keycloak.keycloak-core-26.7.3.jar")).toEqual({
      kind: "maven",
      name: "org.keycloak:keycloak-core",
      version: "26.7.3",
    });
    expect(jarPackage("io.netty.netty-transport-native-epoll-4.1.130.Final-linux-x86_64.jar")).toEqual({
      kind: "maven",
      name: "io.netty:netty-transport-native-epoll",
      version: "4.1.130.Final-linux-x86_64",
    });
    expect(jarPackage("commons-io-2.21.0.jar")).toEqual({ kind: "maven", name: "commons-io", version: "2.21.0" });
    expect(jarPackage("quarkus-run.jar")).toBeUndefined();
  });

  it("names packages as their registries do", () => {
    expect(packageUrl({ kind: "deb", name: "libstdc++6", version: "14.2.0-19+b1" })).toBe(
      "pkg:deb/debian/libstdc%2B%2B6@14.2.0-19%2Bb1?distro=debian-13",
    );
    expect(packageUrl({ kind: "npm", name: "@hono/node-server", version: "2.1.9" })).toBe(
      "pkg:npm/%40hono/node-server@2.1.9",
    );
    expect(packageUrl({ kind: "maven", name: "org.keycloak:keycloak-core", version: "26.7.3" })).toBe(
      "pkg:maven/org.keycloak/keycloak-core@26.7.3",
    );
  });

  it("tells what a refresh changed", () => {
    const before = [
      { kind: "deb", name: "curl", version: "8.14.1-2" },
      { kind: "deb", name: "gone", version: "1" },
      { kind: "deb", name: "same", version: "1" },
    ] as const;
    const after = [
      { kind: "deb", name: "curl", version: "8.14.1-2+deb13u2" },
      { kind: "deb", name: "new", version: "2" },
      { kind: "deb", name: "same", version: "1" },
    ] as const;
    expect(compareContents("base", before, after)).toEqual([
      { image: "base", name: "curl", before: "8.14.1-2", after: "8.14.1-2+deb13u2" },
      { image: "base", name: "gone", before: "1", after: undefined },
      { image: "base", name: "new", before: undefined, after: "2" },
    ]);
  });

  it("writes a bill of materials", () => {
    const packages = [{ kind: "maven", name: "org.keycloak:keycloak-core", version: "26.7.3" }] as const;
    const bom = JSON.parse(imageSbom({ name: "keycloak", ref: "planb/keycloak:0123456789ab" }, packages));
    expect(bom).toMatchObject({
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      metadata: { component: { type: "container", name: "keycloak", version: "0123456789ab" } },
      components: [{ group: "org.keycloak", name: "keycloak-core", version: "26.7.3", type: "library" }],
    });
  });
});

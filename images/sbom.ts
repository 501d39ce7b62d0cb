import { Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";
import type { ImagePackage } from "./contents.ts";

/** Where a package comes from, see https://github.com/package-url/purl-spec. */
export function packageUrl({ kind, name, version }: ImagePackage): string {
  const escaped = encodeURIComponent;
  const at = `@${encodeURIComponent(version)}`;
  switch (kind) {
    case "deb":
      return `pkg:deb/debian/${escaped(name)}${at}?distro=debian-13`;
    case "maven":
      return `pkg:maven/${name.split(":").map(escaped).join("/")}${at}`;
    case "pypi":
      return `pkg:pypi/${escaped(name.toLowerCase().replaceAll("_", "-"))}${at}`;
    case "npm":
    case "golang":
      return `pkg:${kind}/${name.split("/").map(encodeURIComponent).join("/")}${at}`;
  }
}

/**
 * The bill of materials of an image, CycloneDX 1.6 as JSON.
 *
 * @param image name and reference of the image
 * @param packages as `imageContents` tells
 */
export function imageSbom(image: { name: string; ref: string }, packages: readonly ImagePackage[]): string {
  const { ComponentType } = Enums;
  const bom = new Models.Bom();
  const [, tag] = image.ref.split(":");
  bom.metadata.component = new Models.Component(ComponentType.Container, image.name, {
    ...(tag === undefined ? {} : { version: tag }),
    bomRef: image.ref,
  });
  for (const item of packages) {
    const purl = packageUrl(item);
    const parts = item.kind === "maven" && item.name.includes(":") ? item.name.split(":") : undefined;
    const [group, name] = parts ?? [undefined, item.name];
    const options = { version: item.version, purl, bomRef: purl, ...(group === undefined ? {} : { group }) };
    bom.components.add(new Models.Component(ComponentType.Library, name ?? item.name, options));
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return serializer.serialize(bom, { sortLists: true, space: 2 });
}

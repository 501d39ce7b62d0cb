/** The 16 bytes of an objectGUID as text: lower case, hyphenated, the first three fields little-endian as AD prints them. */
export function guidOf(bytes: Buffer): string {
  if (bytes.length !== 16) throw new Error(`an objectGUID has 16 bytes, got ${bytes.length}`);
  const part = (from: number, to: number, reversed: boolean): string => {
    const slice = Buffer.from(bytes.subarray(from, to));
    return (reversed ? slice.reverse() : slice).toString("hex");
  };
  return [part(0, 4, true), part(4, 6, true), part(6, 8, true), part(8, 10, false), part(10, 16, false)].join("-");
}

/** The bytes of a GUID in text, as AD stores them. */
export function guidBytes(guid: string): Buffer {
  const [a = "", b = "", c = "", d = "", e = ""] = guid.split("-");
  const reversed = (hex: string): Buffer => Buffer.from(hex, "hex").reverse();
  return Buffer.concat([reversed(a), reversed(b), reversed(c), Buffer.from(d + e, "hex")]);
}

/** Short stable id of a group, for tokens and headers: `g` and the first 12 hex digits of its GUID. */
export function groupId(guid: string): string {
  return `g${guid.replaceAll("-", "").slice(0, 12)}`;
}

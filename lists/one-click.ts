import { createHmac, timingSafeEqual } from "node:crypto";

/** Signature of an address on a list; `images/mailman/planb_delivery.py` makes the same. @param key secret of the stack */
const signature = (key: string, list: string, address: string): Buffer =>
  createHmac("sha256", key).update(`${list}\n${address}`).digest();

/**
 * Whose link it is. Pure.
 *
 * @param key with which links are signed
 * @param who the address, in base64url
 * @param signed the signature, in base64url
 * @returns undefined: the link is not of ours
 */
export function addressOfLink(key: string, list: string, who: string, signed: string): string | undefined {
  const address = Buffer.from(who, "base64url").toString("utf8");
  const [given, right] = [Buffer.from(signed, "base64url"), signature(key, list, address)];
  return given.length === right.length && timingSafeEqual(given, right) ? address : undefined;
}

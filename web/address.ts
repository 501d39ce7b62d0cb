import ipaddr from "ipaddr.js";

/** One key for an IPv4 address, and for an IPv6 network of 64 bits, which is what one subscriber has. */
export function addressKey(address: string | undefined): string | undefined {
  if (!address || !ipaddr.isValid(address)) return undefined;
  // IPv4 in IPv6's clothes is taken out of them.
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6 ? parsed.parts.slice(0, 4).join(":") : parsed.toString();
}

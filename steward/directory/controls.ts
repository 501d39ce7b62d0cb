import { BerWriter, Control } from "ldapts";

/** Asks a domain controller for DNs as `<GUID=...>;<SID=...>;CN=...`, so that membership is known by GUID. */
export class ExtendedDnControl extends Control {
  constructor() {
    super("1.2.840.113556.1.4.529", { critical: true });
  }

  override writeControl(writer: BerWriter): void {
    const value = new BerWriter();
    value.startSequence();
    value.writeInt(1); // GUIDs as text, not as hex digits
    value.endSequence();
    writer.writeBuffer(value.buffer, 0x04);
  }
}

/** Asks a domain controller to show deleted entries too; only an account that may see them gets any. */
export class ShowDeletedControl extends Control {
  constructor() {
    super("1.2.840.113556.1.4.417", { critical: true });
  }
}

/** Oid of the LDAP operation that sets a password and lets the server hash it (RFC 3062). */
export const passwordModify = "1.3.6.1.4.1.4203.1.11.1";

/** Value of that operation: whose password, and the new one. */
export function passwordModifyValue(dn: string, password: string): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeString(dn, 0x80);
  writer.writeString(password, 0x82);
  writer.endSequence();
  return writer.buffer;
}

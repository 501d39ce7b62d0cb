import { html, raw } from "hono/html";
import { renderSVG } from "uqr";
import type { Html } from "./layout.ts";

/**
 * A text as a QR code, drawn into the page itself: what it holds appears in no address and no log.
 *
 * @param label what it holds, for screen readers
 */
export const qrCode = (text: string, label: string): Html =>
  html`<div class="qr" role="img" aria-label="${label}">${raw(renderSVG(text, { ecc: "L", border: 2 }))}</div>`;

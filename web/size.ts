import type { Language } from "./texts.ts";

/** A number of bytes as people read it, e.g. "1,4 MB". */
export function size(language: Language, bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1];
  return new Intl.NumberFormat(language === "da" ? "da-DK" : "en-GB", {
    style: "unit",
    unit: units[unit] ?? "byte",
    maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0,
  }).format(value);
}

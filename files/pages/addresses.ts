import { type Segments, writeSegments } from "../core/path.ts";

const at = (page: string) => (key: string, segments: Segments) =>
  `/${page}/${[key, ...(segments.length > 0 ? [writeSegments(segments)] : [])].join("/")}`;

/** Addresses of the pages, by what a space is called in addresses and the path below it. */
export const addresses = {
  /** A folder's content; forms that change it are sent there. */
  folder: at("mappe"),
  /** A file's content. */
  file: at("fil"),
  /** A folder as zip. */
  zip: at("zip"),
  /** A file's or folder's own page. */
  item: at("om"),
  /** Where files are sent to. */
  send: at("send"),
  /** A new link. */
  share: at("del"),
  trash: (key: string) => `/papirkurv/${key}`,
  links: "/links",
  search: "/soeg",
  /** Without a login. */
  open: (token: string) => `/d/${token}`,
} as const;

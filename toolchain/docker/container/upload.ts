import { posix } from "node:path";
import { buffer } from "node:stream/consumers";
import type { Container } from "dockerode";
import { pack } from "tar-stream";
import type { ContainerInputs, Upload } from "./spec.ts";

/**
 * Writes files into a container that has not been started. Docker takes none for a read-only root file system, except
 * into a volume; so those of each mounted volume travel in an archive of their own that is unpacked at its mount point.
 * They belong to root:root.
 */
export async function upload(container: Container, { uploads, volumes }: ContainerInputs): Promise<void> {
  const mounts = (volumes ?? []).map(({ containerPath }) => posix.join("/", containerPath));
  const byPlace = new Map<string, Upload[]>();
  for (const file of uploads ?? []) {
    const place = placeOf(posix.join("/", file.file), mounts);
    byPlace.set(place, [...(byPlace.get(place) ?? []), file]);
  }
  for (const [place, files] of byPlace) {
    await container.putArchive(await archive(place, files), { path: place });
  }
}

/** The innermost mount that a file lies in, or the root. */
function placeOf(file: string, mounts: readonly string[]): string {
  const around = mounts.filter((mount) => file.startsWith(mount === "/" ? mount : `${mount}/`));
  return around.sort((a, b) => b.length - a.length)[0] ?? "/";
}

async function archive(place: string, files: readonly Upload[]): Promise<Buffer> {
  const tar = pack();
  const made = new Set<string>();
  for (const { file, content, contentBase64, permissions } of files) {
    const name = posix.relative(place, posix.join("/", file));
    // Folders of the root file system are the image's; those in a volume are ours.
    if (place !== "/") {
      for (const folder of foldersOf(name)) {
        if (!made.has(folder)) tar.entry({ name: folder, type: "directory", mode: 0o755, uid: 0, gid: 0 });
        made.add(folder);
      }
    }
    const bytes = contentBase64 === undefined ? Buffer.from(content ?? "") : Buffer.from(contentBase64, "base64");
    const mode = Number.parseInt(permissions ?? "0644", 8);
    tar.entry({ name, mode, uid: 0, gid: 0, mtime: new Date() }, bytes);
  }
  tar.finalize();
  return buffer(tar);
}

function foldersOf(name: string): string[] {
  const parts = name.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}

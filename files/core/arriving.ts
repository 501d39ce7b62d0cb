import type { FileHandle } from "node:fs/promises";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";

const mib = 1024 * 1024;
/** Bytes written at once. TLS brings 16 KiB at a time: written one by one, a large file costs three times the CPU. */
const batchBytes = mib;
/** Bytes after which the disk is set to work while more arrives, so that the end waits for little. */
const flushBytes = 32 * mib;

/**
 * Writes what arrives to a new file and puts it on disk.
 *
 * @param arrived told of each piece before it is written; throws to refuse it
 * @throws Error when the content breaks off, the file exists or the disk is full; what was written stays
 */
export async function writeArriving(path: string, content: Readable, arrived: (bytes: number) => void): Promise<void> {
  const handle = await open(path, "wx");
  try {
    await pipeline(content, inBatches(handle, arrived));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function inBatches(handle: FileHandle, arrived: (bytes: number) => void): Writable {
  let batch: Buffer[] = [];
  let size = 0;
  let unflushed = 0;
  let flushing: Promise<void> | undefined;
  let failed: Error | undefined;
  const write = async () => {
    const [buffers, bytes] = [batch, size];
    [batch, size] = [[], 0];
    const { bytesWritten } = bytes > 0 ? await handle.writev(buffers) : { bytesWritten: 0 };
    if (bytesWritten < bytes) await handle.writeFile(Buffer.concat(buffers).subarray(bytesWritten));
    unflushed += bytes;
    if (unflushed < flushBytes || flushing) return;
    unflushed = 0;
    flushing = handle
      .datasync()
      // Linux tells of a failed flush once: the sync at the end would not.
      .catch((error) => {
        failed = error;
      })
      .finally(() => {
        flushing = undefined;
      });
  };
  return new Writable({
    highWaterMark: batchBytes,
    write(chunk: Buffer, _encoding, done) {
      try {
        arrived(chunk.length);
      } catch (error) {
        return done(error as Error);
      }
      batch.push(chunk);
      size += chunk.length;
      if (size < batchBytes) return done();
      write().then(() => done(failed), done);
    },
    final(done) {
      write()
        .then(() => flushing)
        .then(() => done(failed), done);
    },
  });
}

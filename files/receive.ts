import type { IncomingMessage } from "node:http";
import { finished, PassThrough, type Readable } from "node:stream";
import busboy from "busboy";
import { FileProblem } from "./core/problem.ts";

/** Most files of one form. */
const mostFiles = 200;

/** A file of a form, while it arrives. */
export interface Arriving {
  readonly name: string;
  readonly content: Readable;
  /** The fields that stood before it. */
  readonly fields: ReadonlyMap<string, string>;
}

/**
 * Takes the files of a form as they come, without holding them in memory. The first problem ends what is written; what
 * still arrives is thrown away, so that the browser shows the answer. What broke off half-way fails for whoever takes it.
 *
 * @returns number of files taken
 * @throws FileProblem `too-many` when files beyond the most of a form were left out; whatever `take` throws
 */
export async function receiveFiles(request: IncomingMessage, take: (file: Arriving) => Promise<void>): Promise<number> {
  const form = busboy({
    headers: request.headers,
    defParamCharset: "utf8",
    limits: { files: mostFiles, fields: 20, fieldSize: 4096 },
  });
  const fields = new Map<string, string>();
  const taking: Promise<void>[] = [];
  let problem: unknown;
  let taken = 0;
  form.on("field", (name, value) => void fields.set(name, value));
  form.on("filesLimit", () => {
    problem ??= new FileProblem("too-many");
  });
  form.on("file", (_field, file, { filename }) => {
    // A form that breaks off breaks off the file too, also one that nobody takes.
    file.on("error", () => undefined);
    // Browsers send a part without a name where no file was chosen.
    if (problem !== undefined || !filename) return void file.resume();
    const content = new PassThrough();
    content.on("error", () => undefined); // told to whoever takes it, also when they are not there yet
    file.pipe(content);
    file.on("error", (error) => content.destroy(error));
    const done = take({ name: filename, content, fields: new Map(fields) }).then(
      () => void taken++,
      (error) => {
        problem ??= error;
        file.unpipe(content);
        file.resume();
      },
    );
    taking.push(done);
  });
  await new Promise<void>((resolve) => {
    form.on("close", resolve);
    form.on("error", (error) => {
      problem ??= error;
    });
    finished(request, (error) => {
      if (error) form.destroy(new Error("the form broke off"));
    });
    request.pipe(form);
  });
  await Promise.all(taking);
  if (problem !== undefined) throw problem;
  return taken;
}

/** What can go wrong with a file in a way that a person is told in words. */
export type Problem =
  /** The quota is used up. */
  | "full"
  /** The server's disk is full. */
  | "disk-full"
  | "exists"
  | "missing"
  | "name"
  | "into-itself"
  | "not-folder"
  | "too-large"
  | "too-many";

/** Something a person asked of a file that cannot be done. Pages and WebDAV say it in their own way. */
export class FileProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem);
    this.problem = problem;
  }
}

/** The file system's error code, if it is one. */
export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;

/** For `catch`: undefined where nothing is there. Too many open files or a broken disk are not nothing. */
export function ifMissing(error: unknown): undefined {
  if (codeOf(error) !== "ENOENT") throw error;
}

/** Turns what the file system says into a problem; everything else stays as it is. */
export function asProblem(error: unknown): unknown {
  const problems: Readonly<Record<string, Problem>> = {
    ENOENT: "missing",
    ENOTDIR: "not-folder",
    EEXIST: "exists",
    ENOTEMPTY: "exists",
    ENAMETOOLONG: "name",
    EILSEQ: "name",
    EINVAL: "name",
    ENOSPC: "disk-full",
    EDQUOT: "disk-full",
  };
  const problem = problems[codeOf(error) ?? ""];
  return problem === undefined ? error : new FileProblem(problem);
}

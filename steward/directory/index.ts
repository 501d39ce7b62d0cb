import type { Bookables } from "./bookables-here.ts";
import { htmlSheets, textSheets } from "./codes.ts";
import type { DirectoryConfig } from "./config.ts";
import { coverage } from "./coverage.ts";
import { DirectoryError } from "./explain.ts";
import { issueCodes, reportLogin, withCode } from "./issue-codes.ts";
import { emptyMemory, lookHere, type PassReport, passFromAd, passSevered } from "./pass.ts";
import { type Progress, readProgress, writeProgress } from "./progress.ts";
import { openShadow, type Shadow } from "./shadow.ts";
import type { DirectoryHooks, DirectorySync } from "./sync.ts";
import { compareAfterSeverance } from "./unsever.ts";

export type { AdBookable } from "./bookables.ts";
export type { Bookables } from "./bookables-here.ts";
export {
  type BookablesInput,
  bookablesSchema,
  type DirectoryConfig,
  type DirectoryConfigInput,
  directoryConfigSchema,
} from "./config.ts";
export type { Coverage } from "./coverage.ts";
export type { LoginReport } from "./issue-codes.ts";
export type { Held, PassReport } from "./pass.ts";
export { openShadow, type Shadow } from "./shadow.ts";
export type { CodeSheets, DirectoryHooks, DirectorySync } from "./sync.ts";
export type { UnseverReport } from "./unsever.ts";

const noBookables: Bookables = { found: [], problem: undefined };

/** Longest pause after the existing directory refused the bind account, so that the account is not locked there. */
const longestPauseSeconds = 900;

/**
 * Makes the directory sync.
 *
 * @param log takes one line
 * @param prepareShadow runs at the beginning of each pass, e.g. to keep the smoke account
 */
export function createDirectorySync(
  config: DirectoryConfig,
  log: (line: string) => void,
  hooks: DirectoryHooks,
  prepareShadow: (shadow: Shadow) => Promise<void> = async () => undefined,
): DirectorySync {
  const memory = emptyMemory();
  let progress: Progress = {};
  let lastPass: PassReport | undefined;
  let problem: string | undefined;
  let refusals = 0;
  let shadowUp: boolean | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  /** One thing at a time: a command waits for the pass that runs. */
  const inTurn = <T>(job: () => Promise<T>): Promise<T> => {
    const turn = queue.then(job, job);
    queue = turn.catch(() => undefined);
    return turn;
  };
  const withShadow = <T>(job: (shadow: Shadow) => Promise<T>): Promise<T> =>
    inTurn(async () => {
      const shadow = await openShadow(config).catch((error: unknown) => {
        shadowUp = false;
        throw error;
      });
      shadowUp = true;
      try {
        return await job(shadow);
      } finally {
        await shadow.close();
      }
    });
  const severed = (): boolean => config.authority === "planb" || progress.severedAt !== undefined;

  const deliver = async (shadow: Shadow): Promise<void> => {
    const pending = progress.pending;
    if (!pending || pending.lock.length + pending.unlock.length === 0) return;
    try {
      if (pending.lock.length > 0) await hooks.onLocked(pending.lock);
      if (pending.unlock.length > 0) await hooks.onUnlocked(pending.unlock);
      progress = { ...progress, pending: { lock: [], unlock: [] } };
      await writeProgress(shadow, progress);
    } catch (error) {
      log(
        `directory: the login service was not told of ${pending.lock.length} locked people, trying again: ${words(error)}`,
      );
    }
  };

  const run = async (shadow: Shadow): Promise<PassReport> => {
    progress = await readProgress(shadow);
    await prepareShadow(shadow);
    if (severed()) return await passSevered(shadow, memory, config);
    const result = await passFromAd(shadow, memory, progress, config);
    progress = result.progress;
    return result.report;
  };

  return {
    async pass() {
      try {
        const report = await withShadow((shadow) => run(shadow).finally(() => deliver(shadow)));
        lastPass = report;
        refusals = 0;
        problem = undefined;
        log(passLine(report));
        for (const fault of report.faults.slice(0, 10)) log(`directory: ${fault}`);
        if (report.added + report.changed + report.removed > 0) hooks.onChanged();
        return report;
      } catch (error) {
        const message = words(error);
        if (error instanceof DirectoryError && error.credentials) refusals++;
        if (message !== problem) log(`directory: no pass: ${message}`);
        problem = message;
        // An unknown error may have struck while writing, so what is known of the copy is doubtful.
        if (!(error instanceof DirectoryError)) {
          memory.copy = undefined;
          memory.quietUntil = undefined;
        }
        return undefined;
      }
    },
    pauseSeconds: () =>
      Math.min(config.everySeconds * 2 ** refusals, Math.max(longestPauseSeconds, config.everySeconds)),
    status() {
      const { copy } = memory;
      const copied = progress.copiedAt;
      const stateNow =
        problem !== undefined
          ? "unreachable"
          : !lastPass
            ? "starting"
            : severed()
              ? "severed"
              : memory.held
                ? "held"
                : "ok";
      return {
        authority: severed() ? "planb" : "ad",
        severedAt: progress.severedAt,
        shadowUp,
        state: stateNow,
        message: problem ?? memory.held?.reason,
        copiedAt: copied,
        ageSeconds: copied === undefined ? undefined : Math.round((Date.now() - Date.parse(copied)) / 1000),
        people: copy?.people.size ?? 0,
        groups: copy?.groups.size ?? 0,
        coverage: copy && coverage(copy, memory.known, config.coverage),
        held: memory.held,
        lastPass,
      };
    },
    coverage: () =>
      withShadow(async (shadow) => {
        await lookHere(shadow, memory, config, new Date());
        const reckoned = coverage(await copyOf(shadow), memory.known, config.coverage);
        return { ...reckoned, withCode: (await withCode(shadow)).size };
      }),
    codes: (of) =>
      withShadow(async (shadow) => {
        const now = new Date();
        await lookHere(shadow, memory, config, now);
        const issued = await issueCodes(shadow, await copyOf(shadow), memory.known, of, config.codes.validDays, now);
        const { municipality, loginUrl } = config.codes;
        const sheet = { municipality, loginUrl, expires: issued.expires, made: now };
        log(
          `directory: codes of=${JSON.stringify(of)} made=${issued.lines.length} known=${issued.known} locked=${issued.locked}`,
        );
        const { lines, known, locked } = issued;
        return { count: lines.length, known, locked, text: textSheets(lines, sheet), html: htmlSheets(lines, sheet) };
      }),
    bookables: () => (config.bookables ? memory.bookables : noBookables),
    compareNext() {
      if (memory.mark) memory.mark = { ...memory.mark, comparedAt: new Date(0), comparedUsn: 0n };
    },
    async approveRemoval() {
      const held = memory.held;
      if (!held) {
        await withShadow(async (shadow) => {
          progress = { ...(await readProgress(shadow)), takenAway: [] };
          await writeProgress(shadow, progress);
        });
        log("directory: removals of the last 24 hours approved by an operator; the guard counts anew");
        return 0;
      }
      memory.approved = new Set(held.guids);
      log(`directory: removal of ${held.guids.length} people and groups approved by an operator`);
      return held.guids.length;
    },
    sever: () =>
      withShadow(async (shadow) => {
        const kept = await readProgress(shadow);
        progress = { ...kept, severedAt: kept.severedAt ?? new Date().toISOString() };
        await writeProgress(shadow, progress);
        log("directory: severed from the existing directory by an operator");
      }),
    unsever: () =>
      withShadow(async (shadow) => {
        if (config.authority === "planb")
          throw new DirectoryError(
            "directory.authority is `planb` in the stack file; set it to `ad` and run `pulumi up`",
          );
        const kept = await readProgress(shadow);
        const report = await compareAfterSeverance(shadow, await copyOf(shadow), kept, config);
        const { severedAt: _, ...rest } = kept;
        progress = rest;
        await writeProgress(shadow, progress);
        const count = report.passwordsSetHere.length;
        log(`directory: the existing directory is the authority again; passwords set here meanwhile: ${count}`);
        return report;
      }),
    loginState: (uid) => withShadow(async (shadow) => reportLogin(shadow, await copyOf(shadow), uid)),
  };

  async function copyOf(shadow: Shadow): Promise<NonNullable<typeof memory.copy>> {
    memory.copy ??= await shadow.load();
    return memory.copy;
  }
}

const words = (error: unknown): string => {
  if (error instanceof DirectoryError) return error.message;
  return error instanceof Error ? `${error.name}: ${error.message.trim()}` : String(error);
};

/** The one line a pass leaves in the log. */
export function passLine(report: PassReport): string {
  const { faults, at: _, ...rest } = report;
  const fields = Object.entries({ ...rest, faults: faults.length }).map(([key, value]) => `${key}=${value}`);
  return `directory: pass ${fields.join(" ")}`;
}

// What can be wrong with input that is no proof at all, and with readers that cannot answer. A claim that
// does not hold is no error but a verdict (verdicts.ts).

/** Input without the shape that the protocol demands: a JSON path and a clause in plain words. */
export class MalformedError extends Error {
  constructor(
    readonly path: string,
    readonly problem: string,
  ) {
    super(`${path}: ${problem}`);
    this.name = "MalformedError";
  }
}

/** Leaves that make no tree: none, or one of them twice. */
export class TreeError extends Error {
  override name = "TreeError";
}

/** The chain cannot be read now: chain claims become unknown, never pass. */
export class ChainUnavailableError extends Error {
  constructor(readonly reason: string) {
    super(reason);
    this.name = "ChainUnavailableError";
  }
}

/** The log cannot be read now: claims that need it become unknown, never pass. */
export class LogUnavailableError extends Error {
  constructor(readonly reason: string) {
    super(reason);
    this.name = "LogUnavailableError";
  }
}

/** How far something is on its way to the chain, as steps with their times. Pure. */

export interface Step {
  name: string;
  /** What it waits for, said while it is awaited. */
  about: string;
  /** When it was reached; null where that is to come, or was not noted. */
  at: string | null;
  state: "done" | "now" | "later";
}

export type Stage = Pick<Step, "name" | "about" | "at">;

/** A later step that was reached leaves none before it open; `stopped`: no further one is waited for. */
export function stepsOf(stages: Stage[], stopped = false): Step[] {
  const reached = stages.reduce((last, stage, index) => (stage.at === null ? last : index), -1);
  return stages.map((stage, index) => {
    if (index <= reached) return { ...stage, state: "done" };
    return { ...stage, state: index === reached + 1 && !stopped ? "now" : "later" };
  });
}

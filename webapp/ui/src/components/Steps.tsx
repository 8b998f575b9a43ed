import { BadgeCheck, Circle, Clock, OctagonAlert } from "lucide-react";
import type { Step } from "../lib/steps";
import css from "./Steps.module.css";
import { Time } from "./Time";

/** How far something is on its way to the chain: clock by clock, until the check. `reason`: why it does not go on. */
export function Steps({ label, steps, reason }: { label: string; steps: Step[]; reason?: string | null }) {
  return (
    <div>
      <ol className={`plain ${css.list}`} aria-label={label}>
        {steps.map((step) => (
          <li
            key={step.name}
            className={css[step.state]}
            aria-current={step.state === "now" ? "step" : undefined}
          >
            <span className={css.icon} aria-hidden="true">
              {step.state === "done" && <BadgeCheck />}
              {step.state === "now" && <Clock />}
              {step.state === "later" && <Circle />}
            </span>
            <span className={css.words}>
              <strong>{step.name}</strong>
              {step.at && <Time at={step.at} className={css.time} />}
              {step.state === "now" && <small>{step.about}</small>}
            </span>
          </li>
        ))}
      </ol>
      {reason && (
        <p className={css.reason} role="status">
          <OctagonAlert aria-hidden="true" /> {reason}
        </p>
      )}
    </div>
  );
}

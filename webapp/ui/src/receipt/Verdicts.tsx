import { Check, CircleHelp, X } from "lucide-react";
import type { ReactNode } from "react";
import { type ClaimReport, type ClaimResult, type Finding, type Report, spellTime } from "../proof";
import css from "./Verdicts.module.css";
import { CLAIM_WORDS, PART_WORDS, VERDICT_WORDS } from "./words";

const ICONS = { pass: Check, fail: X, unknown: CircleHelp };

/** A verdict for each claim, with its reason. */
export function Verdicts({ report }: { report: Report }) {
  return (
    <ul className={`plain ${css.list}`} aria-label="Verdict for each claim">
      {report.results.map((result) => (
        <Row key={result.claim} result={result} />
      ))}
    </ul>
  );
}

/** A verdict for each part of a claim file. */
export function ClaimVerdicts({ report }: { report: ClaimReport }) {
  return (
    <ul className={`plain ${css.list}`} aria-label="Verdict for each part of the claim">
      {report.results.map((result) => (
        <Line key={result.claim} {...PART_WORDS[result.claim]} finding={result} part={result.claim} />
      ))}
    </ul>
  );
}

/** One more verdict, on a file beside the proof. */
export function FileVerdict({ finding }: { finding: Finding }) {
  return (
    <ul className={`plain ${css.list}`} aria-label="Verdict on the file">
      <Line title="File" about="It is the file that the record names." finding={finding} part="file" />
    </ul>
  );
}

function Row({ result }: { result: ClaimResult }) {
  const { claim, time, stated } = result;
  return (
    <Line {...CLAIM_WORDS[claim]} finding={result} claim={claim}>
      {time !== undefined && stated && (
        <p className={css.reason}>{spellTime(time)} is only what the file states.</p>
      )}
    </Line>
  );
}

interface LineProps {
  title: string;
  about: string;
  finding: Finding;
  claim?: string;
  part?: string;
  children?: ReactNode;
}

function Line({ title, about, finding: { verdict, reason }, claim, part, children }: LineProps) {
  const Icon = ICONS[verdict];
  return (
    <li className={`${css.row} ${css[verdict]}`} data-claim={claim} data-part={part} data-verdict={verdict}>
      <span className={css.icon} aria-hidden="true">
        <Icon size={18} strokeWidth={2.5} />
      </span>
      <div className={css.words}>
        <p className={css.head}>
          <strong title={about}>{title}</strong> <span className={css.verdict}>{VERDICT_WORDS[verdict]}</span>
        </p>
        <p className={css.reason}>{sentence(reason)}</p>
        {children}
      </div>
    </li>
  );
}

/** Reasons are clauses; here they stand alone. */
function sentence(reason: string): string {
  const first = reason.charAt(0).toUpperCase() + reason.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

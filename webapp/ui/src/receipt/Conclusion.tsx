import { CircleCheck, CircleHelp, CircleX, LoaderCircle } from "lucide-react";
import type { ReactNode } from "react";
import { CONCLUSIONS, type Finding } from "../proof";
import css from "./Conclusion.module.css";
import type { Checked } from "./check";
import { withFile } from "./heldFile";

type Look = "good" | "wait" | "bad";
const ICONS = { good: CircleCheck, wait: CircleHelp, bad: CircleX };

export interface Words {
  look: Look;
  title: string;
  text: string;
}

interface Props {
  checked: Checked;
  busy: boolean;
  /** It is the proof of something else than it was given for. */
  mismatch: boolean;
  /** What was found of a file beside the proof, if one was given. */
  file: Finding | null;
}

/** The whole in one box: what it comes to, then what must not be overlooked. */
export function Conclusion({ checked, busy, mismatch, file }: Props) {
  const { report, offline } = checked;
  const code = file === null ? checked.code : withFile(checked.code, file);
  const words = mismatch ? MISMATCH : wordsOf({ ...checked, code }, file?.verdict === "fail");
  return (
    <>
      <Box words={words} code={code} busy={busy} />
      {report.unsigned && (
        <Loud title="Unsigned">Nobody’s key stands behind this record; the server alone says so.</Loud>
      )}
      {report.erased && (
        <Loud title="Erased">The text is gone; that something was there, and when, stays proved.</Loud>
      )}
      {report.selfAnchored && (
        <Loud title="Anchored by its author">
          Not by the log: its position and its order mean nothing, and nothing shows whether it is the newest.
        </Loud>
      )}
      {offline && (
        <Loud title="Offline">
          No chain was asked; every time below is what the file states, which nothing has checked.
        </Loud>
      )}
    </>
  );
}

interface BoxProps {
  words: Words;
  code: 0 | 1 | 3;
  busy: boolean;
}

/** What it comes to, in one box. */
export function Box({ words: { look, title, text }, code, busy }: BoxProps) {
  const Icon = ICONS[look];
  return (
    <div className={`${css.box} ${css[look]}`} role={look === "bad" ? "alert" : "status"} data-code={code}>
      <Icon size={28} aria-hidden="true" className={css.icon} />
      <div>
        <h2>{title}</h2>
        <p>{text}</p>
      </div>
      {busy && <LoaderCircle size={20} className={css.turning} aria-label="Still asking" />}
    </div>
  );
}

const MISMATCH: Words = {
  look: "bad",
  title: "Do not believe this",
  text: "What this page was given does not fit together. The verdicts below are on the file alone.",
};

function wordsOf({ code, report, offline }: Checked, otherFile: boolean): Words {
  const failed = report.results.filter(({ verdict }) => verdict === "fail");
  const claimsFail = report.claims.some(({ results }) => results.some(({ verdict }) => verdict === "fail"));
  if (failed.length === 0 && code === 1) {
    const text = "The record itself is told below.";
    if (!otherFile) return { look: "bad", title: "A claim about its author does NOT hold", text };
    return { look: "bad", title: "It is NOT the file that the record names", text };
  }
  // An older version is no forgery: what its proof says of it still holds.
  const onlyOlder = failed.length > 0 && failed.every(({ claim }) => claim === "latest");
  if (onlyOlder && !otherFile && !claimsFail) {
    const text = "The log holds a later version of this record. All else that was asked for is told below.";
    return { look: "wait", title: "Not the newest version", text };
  }
  if (code === 1) return { look: "bad", title: "Do not believe this", text: CONCLUSIONS[code] };
  if (code === 3) return { look: "wait", title: "Not decided", text: CONCLUSIONS[code] };
  const alone =
    "The file agrees with itself and is signed as it says. No node was asked, so nothing shows when.";
  return { look: "good", title: "Checked", text: offline ? alone : CONCLUSIONS[code] };
}

/** Something that must not be overlooked. */
export function Loud({ title, children, bad }: { title: string; children: ReactNode; bad?: boolean }) {
  return (
    <p className={`${css.loud} ${bad ? css.bad : ""}`} role={bad ? "alert" : undefined}>
      <strong>{title}.</strong> {children}
    </p>
  );
}

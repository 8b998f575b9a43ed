import type { ReactNode } from "react";
import { type Badge, basisWords, kindWords, stateWords } from "../../lib/claims";
import { exactTime } from "../../lib/time";
import css from "./BadgeDetails.module.css";

/** Everything a badge says: what, who says so, how they know, since when, until when; and why where it is over. */
export function BadgeDetails({ badge }: { badge: Badge }) {
  const { state, reason, ended_at, expires_at } = badge;
  return (
    <dl className={state === "valid" ? css.list : `${css.list} ${css.over}`}>
      <Row name="Claim">
        {kindWords(badge.kind)}
        {badge.value ? <strong> {badge.value}</strong> : " (not shown by its holder)"}
      </Row>
      <Row name="State">
        <span className={css.state}>{stateWords(state)}</span>
        {reason && `: ${reason.replaceAll("_", " ")}`}
      </Row>
      <Row name="Issuer">
        {badge.issuer.name} <code>{badge.issuer.address}</code>
      </Row>
      <Row name="Basis">{basisWords(badge.basis)}</Row>
      <Row name="Issued">{exactTime(badge.issued_at)}</Row>
      {/* What was revoked has no end of its own any more. */}
      {(state === "valid" || expires_at) && (
        <Row name={state === "expired" ? "Expired" : "Expires"}>
          {expires_at ? exactTime(expires_at) : "Never by itself"}
        </Row>
      )}
      {ended_at && state !== "expired" && <Row name="Ended">{exactTime(ended_at)}</Row>}
    </dl>
  );
}

function Row({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

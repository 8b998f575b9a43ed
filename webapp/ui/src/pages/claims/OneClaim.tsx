import { useQuery } from "@tanstack/react-query";
import { sentenceOf } from "../../api/problem";
import { Button, ButtonLink } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { PageTitle } from "../../components/PageTitle";
import { Skeleton } from "../../components/Skeleton";
import { Steps } from "../../components/Steps";
import { basisWords, type Claim, claimSteps, isOver, nameOfKind, STATES } from "../../lib/claims";
import { exactTime } from "../../lib/time";
import { ownClaimQuery } from "../../queries/claims";
import { Hash } from "../../receipt/Hash";
import css from "./claims.module.css";
import { Disclosure } from "./Disclosure";
import { Ending } from "./Ending";
import { StateMark } from "./Mine";
import { Prove } from "./Prove";

/** One claim of one's own: how far it is, what it waits for, and what can be done about it. */
export function OneClaim({ id }: { id: string }) {
  const { data: claim, error, refetch } = useQuery(ownClaimQuery(id));
  if (claim) return <Shown claim={claim} />;
  return (
    <>
      <PageTitle title="Claim" back="/claims" />
      {error ? (
        <Empty title="This claim could not be loaded" text={sentenceOf(error)}>
          <Button onClick={() => void refetch()}>Try again</Button>
          <ButtonLink to="/claims">Your claims</ButtonLink>
        </Empty>
      ) : (
        <Skeleton rows={4} />
      )}
    </>
  );
}

function Shown({ claim }: { claim: Claim }) {
  const { state, reason } = claim;
  const over = isOver(claim);
  return (
    <>
      <PageTitle title={nameOfKind(claim.kind)} back="/claims" />
      <section className={css.part} aria-label="The claim">
        <p className={over ? `${css.value} ${css.overValue}` : css.value}>
          {claim.value ?? "Erased"} <StateMark state={state} />
        </p>
        <p className={css.quiet} role="status">
          {STATES[state].about}
          {over && reason && ` ${withStop(reason)}`}
          {over && claim.ended_at && ` Ended ${exactTime(claim.ended_at)}.`}
        </p>
        {over && state !== "revoking" && (
          <div className={css.startActs}>
            {state !== "declined" && (
              <ButtonLink to={`/claims/new/${claim.kind}`} kind="primary">
                Ask again
              </ButtonLink>
            )}
          </div>
        )}
      </section>
      <Prove claim={claim} />
      <section className={css.part} aria-labelledby="way">
        <h2 id="way">How far it is</h2>
        <Steps label="State of the claim" steps={claimSteps(claim)} reason={over ? null : reason} />
      </section>
      {!over && <Disclosure claim={claim} />}
      <Facts claim={claim} />
      {!over && <Ending claim={claim} />}
    </>
  );
}

const withStop = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

function Facts({ claim }: { claim: Claim }) {
  return (
    <section className={css.part} aria-labelledby="facts">
      <h2 id="facts">What it says</h2>
      <dl className={css.facts}>
        <Row name="About the address">
          <Hash value={claim.subject} name="the address" />
        </Row>
        <Row name="Issuer">
          <Hash value={claim.issuer} name="the issuer’s address" />
        </Row>
        {claim.basis && <Row name="Basis">{basisWords(claim.basis)}</Row>}
        {claim.expires_at && (
          <Row name={isOver(claim) ? "Would have been good until" : "Good until"}>
            {exactTime(claim.expires_at)}
            {claim.renews && !isOver(claim) && "; renewed by itself before"}
          </Row>
        )}
        <Row name="Hash on the chain">
          <Hash value={claim.digest} name="the hash" />
        </Row>
      </dl>
    </section>
  );
}

function Row({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

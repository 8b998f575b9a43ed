import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { sentenceOf } from "../../api/problem";
import { Button, ButtonLink } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { PageTitle } from "../../components/PageTitle";
import { Skeleton } from "../../components/Skeleton";
import { type ClaimDecision, claimReviewQuery, type ReviewedClaim } from "../../queries/moderation";
import { fileName, get } from "../claims/OwnEvidence";
import { ClaimHead } from "./Claims";
import { DecideClaim } from "./DecideClaim";
import css from "./moderation.module.css";

/** A claim about a person with its evidence: to be decided, or taken back where it stands. */
export function OneClaim({ id }: { id: string }) {
  const { data: claim, error, refetch } = useQuery(claimReviewQuery(id));
  return (
    <>
      <PageTitle title="Claim about a person" back="/moderation/claims" />
      {!claim && !error && <Skeleton rows={3} />}
      {!claim && error && (
        <Empty title="This claim could not be loaded" text={sentenceOf(error)}>
          <Button onClick={() => void refetch()}>Try again</Button>
          <ButtonLink to="/moderation/claims">All claims</ButtonLink>
        </Empty>
      )}
      {claim && <Card claim={claim} />}
    </>
  );
}

function Card({ claim }: { claim: ReviewedClaim }) {
  const [deciding, setDeciding] = useState<ClaimDecision["decision"] | null>(null);
  const waits = claim.checked_at === null && claim.ended_at === null;
  const stands = claim.checked_at !== null && claim.ended_at === null;
  return (
    <article className={css.card} aria-label={`Claim to be ${claim.value ?? "somebody"}`}>
      <ClaimHead claim={claim} />
      {claim.evidence.map((piece, index) => (
        <Piece key={piece.id} claim={claim.id} piece={piece} number={index + 1} />
      ))}
      {claim.evidence.length === 0 && <p className={css.about}>The evidence was deleted.</p>}
      <footer className={css.acts}>
        {waits && (
          <>
            <Button size="s" onClick={() => setDeciding("grant")}>
              Vouch for them
            </Button>
            <Button size="s" kind="danger" onClick={() => setDeciding("refuse")}>
              Refuse
            </Button>
          </>
        )}
        {stands && (
          <>
            <span className={css.mark}>Vouched for</span>
            <Button size="s" kind="danger" onClick={() => setDeciding("take_back")}>
              Take it back
            </Button>
          </>
        )}
        {!waits && !stands && <span className={css.mark}>It is over</span>}
      </footer>
      {deciding && <DecideClaim id={claim.id} decision={deciding} onClose={() => setDeciding(null)} />}
    </article>
  );
}

interface PieceProps {
  claim: string;
  piece: ReviewedClaim["evidence"][number];
  number: number;
}

/** Texts are shown; a file may hold anything, so it is only ever downloaded. */
function Piece({ claim, piece: { id, mime, size, text }, number }: PieceProps) {
  if (text !== null) {
    return (
      <blockquote className={css.quote}>
        <p dir="auto">{text}</p>
      </blockquote>
    );
  }
  const path = `/api/v1/moderation/claims/${claim}/evidence/${id}`;
  return (
    <div className={css.acts}>
      <Button
        size="s"
        icon={<Download size={16} aria-hidden="true" />}
        onClick={() => void get(path, fileName(number, mime))}
      >
        Piece {number}: {mime}, {Math.ceil(size / 1000)} kB
      </Button>
    </div>
  );
}

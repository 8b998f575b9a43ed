import { useInfiniteQuery } from "@tanstack/react-query";
import { UserCheck } from "lucide-react";
import { Link } from "react-router";
import { ButtonLink } from "../../components/Button";
import { Empty } from "../../components/Empty";
import { List } from "../../components/List";
import { Time } from "../../components/Time";
import { claimReviewsQuery, type ReviewedClaim } from "../../queries/moderation";
import { shortAddress } from "../../wallet/names";
import css from "./moderation.module.css";

/** Claims about who people are, the oldest first; nobody reviews their own. */
export function Claims() {
  const query = useInfiniteQuery(claimReviewsQuery);
  return (
    <>
      <p className={css.lead}>
        Grant only what the evidence shows. This server then vouches for it on the chain, for two years.
      </p>
      <List
        query={query}
        keyOf={({ id }) => id}
        empty={
          <Empty
            icon={<UserCheck size={36} />}
            title="No claim waits"
            text="Whoever asks to be vouched for as a person comes here. Your own claims are for others to review."
          />
        }
      >
        {(claim) => <Waiting key={claim.id} claim={claim} />}
      </List>
    </>
  );
}

function Waiting({ claim }: { claim: ReviewedClaim }) {
  const pieces = claim.evidence.length;
  return (
    <article className={css.card} aria-label={`Claim to be ${claim.value ?? "somebody"}`}>
      <ClaimHead claim={claim} />
      <footer className={css.acts}>
        <ButtonLink to={`/moderation/claims/${claim.id}`} size="s">
          Look at the evidence
        </ButtonLink>
        <span className={css.about}>{pieces === 1 ? "1 piece" : `${pieces} pieces`}</span>
      </footer>
    </article>
  );
}

/** Who says to be whom. */
export function ClaimHead({ claim }: { claim: ReviewedClaim }) {
  return (
    <>
      <header className={css.cardHead}>
        <strong>
          Is <Link to={`/people/${claim.account}`}>this person</Link> “{claim.value ?? "erased"}”?
        </strong>
        {claim.requested_at && <Time at={claim.requested_at} className={css.time} />}
      </header>
      <p className={css.about}>
        About the address <code title={claim.subject}>{shortAddress(claim.subject)}</code>
      </p>
    </>
  );
}

import { useInfiniteQuery } from "@tanstack/react-query";
import { ChevronRight } from "lucide-react";
import { Link } from "react-router";
import { ICONS } from "../../components/badges/Badges";
import { List } from "../../components/List";
import { PageTitle } from "../../components/PageTitle";
import { Time } from "../../components/Time";
import { type Claim, KINDS, type Kind, nameOfKind, STATES } from "../../lib/claims";
import { ownClaimsQuery } from "../../queries/claims";
import css from "./claims.module.css";

/** What one asked for, with where each stands; and what else can be vouched for. */
export function Mine() {
  const query = useInfiniteQuery(ownClaimsQuery);
  return (
    <>
      <PageTitle title="Your claims" back="/" />
      <p className={css.lead}>
        A badge says that an issuer looked and vouches for you: on what ground, since when and until when. The
        chain holds a hash alone; what it says is yours to show or to hide.
      </p>
      <section aria-labelledby="asked">
        <h2 id="asked" className={css.heading}>
          Asked for
        </h2>
        <List
          query={query}
          keyOf={({ id }) => id}
          empty={<p className={css.none}>Nothing yet. Begin with one of these.</p>}
        >
          {(claim) => <Row key={claim.id} claim={claim} />}
        </List>
      </section>
      <section aria-labelledby="kinds">
        <h2 id="kinds" className={css.heading}>
          What can be vouched for
        </h2>
        <ul className={`plain ${css.kinds}`}>
          {(Object.keys(KINDS) as Kind[]).map((kind) => (
            <li key={kind}>
              <Link to={`/claims/new/${kind}`} className={css.kind}>
                <span className={css.icon} aria-hidden="true">
                  {ICONS[kind]}
                </span>
                <span className={css.words}>
                  <strong>{KINDS[kind].name}</strong>
                  <span>{KINDS[kind].about}</span>
                  <small>{KINDS[kind].proof}</small>
                </span>
                <ChevronRight aria-hidden="true" />
              </Link>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function Row({ claim }: { claim: Claim }) {
  return (
    <article className={css.row}>
      <span className={css.icon} aria-hidden="true">
        {ICONS[claim.kind]}
      </span>
      <div className={css.words}>
        <Link to={`/claims/${claim.id}`} className={css.name}>
          {claim.value ?? nameOfKind(claim.kind)}
        </Link>
        <small>
          {nameOfKind(claim.kind)}
          {claim.requested_at && (
            <>
              , asked for <Time at={claim.requested_at} />
            </>
          )}
          {!claim.shown && claim.value !== null && ", value hidden"}
        </small>
      </div>
      <StateMark state={claim.state} />
    </article>
  );
}

/** Where a claim stands, in a word and a colour. */
export function StateMark({ state }: { state: Claim["state"] }) {
  const { word, about, tone } = STATES[state];
  return (
    <span className={`${css.state} ${css[tone]}`} title={about}>
      {word}
    </span>
  );
}

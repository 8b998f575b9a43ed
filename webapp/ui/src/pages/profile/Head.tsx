import { CalendarDays, Link2, Mail, Pencil } from "lucide-react";
import { Link } from "react-router";
import type { User } from "../../api/types";
import { Avatar } from "../../components/Avatar";
import { Button, ButtonLink } from "../../components/Button";
import { Badges } from "../../components/badges/Badges";
import { nameOf } from "../../components/Person";
import { FollowButton } from "../../components/people/FollowButton";
import { RichText } from "../../components/RichText";
import { personPath } from "../../lib/paths";
import { exactTime } from "../../lib/time";
import { useRelation } from "../../queries/relations";
import { useMe } from "../../session/session";
import { ProfileMenu } from "./ProfileMenu";
import css from "./profile.module.css";

const month = new Intl.DateTimeFormat("en", { month: "long", year: "numeric" });
const compact = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** Who somebody is, what is vouched for, and what one can do about them. */
export function Head({ person }: { person: User }) {
  const base = personPath(person);
  const own = useMe()?.profile.id === person.id;
  return (
    <section className={css.head} aria-label="About">
      <div className={css.top}>
        <Avatar card={person} size="xl" />
        <Acts person={person} />
      </div>
      <div>
        <p className={css.name}>
          <bdi>{nameOf(person)}</bdi>
        </p>
        <p className={css.handle}>
          {person.name && person.handle && <span>@{person.handle}</span>}
          {person.viewer?.followed_by && <span className={css.mark}>Follows you</span>}
        </p>
      </div>
      <Standing person={person} />
      {person.state === "active" && <Badges person={person.id} first={person.badges} own={own} />}
      {person.bio && (
        <p className={css.bio} dir="auto">
          <RichText text={person.bio} />
        </p>
      )}
      <ul className={`plain ${css.facts}`}>
        {person.links.map((link) => (
          <li key={link}>
            <Link2 aria-hidden="true" />
            <a href={link} target="_blank" rel="noopener noreferrer nofollow ugc me">
              {link.replace(/^https:\/\//, "").replace(/\/$/, "")}
            </a>
          </li>
        ))}
        {person.created_at && (
          <li>
            <CalendarDays aria-hidden="true" />
            <time dateTime={person.created_at} title={exactTime(person.created_at)}>
              Here since {month.format(new Date(person.created_at))}
            </time>
          </li>
        )}
      </ul>
      {person.counts && (
        <ul className={`plain ${css.counts}`}>
          <Count to={`${base}/following`} count={person.counts.following} word="following" />
          <Count
            to={`${base}/followers`}
            count={person.counts.followers}
            word={person.counts.followers === 1 ? "follower" : "followers"}
          />
          <Count to={base} count={person.counts.posts} word={person.counts.posts === 1 ? "post" : "posts"} />
        </ul>
      )}
    </section>
  );
}

function Count({ to, count, word }: { to: string; count: number; word: string }) {
  return (
    <li>
      <Link to={to} preventScrollReset title={count >= 1000 ? count.toLocaleString("en") : undefined}>
        <strong>{compact.format(count)}</strong> {word}
      </Link>
    </li>
  );
}

function Acts({ person }: { person: User }) {
  const me = useMe();
  if (me === undefined) return null;
  const own = me?.profile.id === person.id;
  const blocked = person.viewer?.blocking ?? false;
  return (
    <div className={css.acts}>
      {own && (
        <ButtonLink to="/settings/profile" size="s" icon={<Pencil size={16} aria-hidden="true" />}>
          Edit profile
        </ButtonLink>
      )}
      {me && !own && person.state === "active" && !blocked && (
        <ButtonLink
          to={`/messages/new?to=${person.id}`}
          size="s"
          icon={<Mail size={16} aria-hidden="true" />}
          aria-label={`Message ${nameOf(person)}`}
        >
          Message
        </ButtonLink>
      )}
      {person.state === "active" && <FollowButton card={person} viewer={person.viewer} />}
      {person.state !== "deleted" && <ProfileMenu person={person} own={own} />}
    </div>
  );
}

/** What stands between the reader and this person, and how to lift it. */
function Standing({ person }: { person: User }) {
  const { mutate } = useRelation(person.id, nameOf(person));
  const name = nameOf(person);
  if (person.viewer?.blocking) {
    return (
      <p className={css.standing} role="status">
        You block {name}: neither of you sees the other’s posts, and {name} is not told.
      </p>
    );
  }
  if (person.viewer?.muted) {
    return (
      <p className={css.standing} role="status">
        <span>You mute {name}: their posts stay out of your lists. They are not told.</span>
        <Button size="s" onClick={() => mutate({ kind: "mute", on: false })}>
          Unmute
        </Button>
      </p>
    );
  }
  return null;
}

import {
  AtSign,
  BadgeCheck,
  BadgeX,
  Gift,
  Heart,
  Mail,
  MessageCircle,
  Quote,
  Repeat2,
  Send,
  ShieldCheck,
  Sparkles,
  UserPlus,
} from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import type { Me } from "../../api/types";
import { Avatar } from "../../components/Avatar";
import { FollowButton } from "../../components/people/FollowButton";
import { Time } from "../../components/Time";
import type { Kind, Notification } from "../../queries/notifications";
import { placeOf, saying } from "./grouping";
import css from "./notifications.module.css";

const ICONS: Record<Kind, ReactNode> = {
  follow: <UserPlus />,
  like: <Heart />,
  comment: <MessageCircle />,
  mention: <AtSign />,
  quote: <Quote />,
  repost: <Repeat2 />,
  anchored: <ShieldCheck />,
  message: <Mail />,
  verified: <BadgeCheck />,
  revoked: <BadgeX />,
  asset_received: <Gift />,
  asset_sent: <Send />,
  asset_minted: <Sparkles />,
};

interface Props {
  item: Notification;
  me: Me;
  fresh: boolean;
}

/** One notification: the whole row leads to what it is about. */
export function NotificationRow({ item, me, fresh }: Props) {
  const { who, did } = saying(item);
  const [first] = item.profiles;
  const text = textOf(item);
  return (
    <article className={fresh ? `${css.row} ${css.fresh}` : css.row}>
      <span className={`${css.icon} ${css[item.kind] ?? ""}`} aria-hidden="true">
        {ICONS[item.kind]}
      </span>
      <div className={css.body}>
        {item.profiles.length > 0 && (
          <span className={css.faces}>
            {item.profiles.map((card) => (
              <Avatar key={card.id} card={card} size="s" />
            ))}
          </span>
        )}
        <p className={css.saying}>
          <Link to={placeOf(item, me.profile)} className={css.link}>
            {who && (
              <strong>
                <bdi>{who}</bdi>{" "}
              </strong>
            )}
            {did}
          </Link>
          {item.created_at && <Time at={item.created_at} className={css.time} />}
          {fresh && <span className="visually-hidden">New</span>}
        </p>
        {text && (
          <p className={css.text} dir="auto">
            {text}
          </p>
        )}
      </div>
      {item.kind === "follow" && item.people === 1 && first && (
        <span className={css.act}>
          <FollowButton card={first} viewer={first.viewer} />
        </span>
      )}
    </article>
  );
}

/** The words that it is about: the answer or quote, else one's own post. */
function textOf({ kind, post, about }: Notification): string | null {
  if (kind === "comment" || kind === "quote") return about?.text || post?.text || null;
  return post?.text || null;
}
